/// Reads and writes amounts of memory as people do: `24GiB` is 24 · 2³⁰ bytes, `24GB` is 24 · 10⁹.
public enum ByteCount {
    private static let units: [(name: String, bytes: Double)] = [
        ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("tib", 1_099_511_627_776),
        ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12),
        ("k", 1024), ("m", 1_048_576), ("g", 1_073_741_824), ("t", 1_099_511_627_776), ("b", 1), ("", 1),
    ]

    /// The bytes that a text names; `nil` when it is no amount, negative, or too large.
    public static func parse(_ text: String) -> Int64? {
        let lower = text.trimmingBlanks().lowercased()
        let digits = lower.prefix { $0.isNumber || $0 == "." }
        let unit = String(lower.dropFirst(digits.count)).trimmingBlanks()
        guard let value = Double(digits), let factor = units.first(where: { $0.name == unit })?.bytes else {
            return nil
        }
        let bytes = (value * factor).rounded()
        guard bytes.isFinite, bytes >= 0, bytes < 9e18 else { return nil }
        return Int64(bytes)
    }

    /// The sum of amounts that a server sent; absurd ones stop at the largest number instead of overflowing.
    public static func sum(_ amounts: some Sequence<Int64>) -> Int64 {
        amounts.reduce(0) { sum, amount in
            let (total, overflows) = sum.addingReportingOverflow(amount)
            return overflows ? (amount < 0 ? .min : .max) : total
        }
    }

    /// GiB with one digit behind the point: `18.3 GiB`; below 0.1 GiB in MiB.
    public static func text(_ bytes: Int64) -> String {
        let gib = Double(bytes) / 1_073_741_824
        if bytes > 0, gib < 0.1 { return "\(Int((Double(bytes) / 1_048_576).rounded())) MiB" }
        return "\(fixed(gib, digits: 1)) GiB"
    }

    /// GiB with one digit and no unit, for columns: `18.3`.
    public static func gib(_ bytes: Int64) -> String { fixed(Double(bytes) / 1_073_741_824, digits: 1) }

    /// A number with a fixed count of digits behind the point, rounded half away from zero, always with a point.
    public static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let scaled = (abs(value) * factor).rounded()
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + "\(Int64(scaled))" }
        let whole = Int64(scaled) / Int64(factor)
        let fraction = "\(Int64(scaled) % Int64(factor))"
        return sign + "\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
