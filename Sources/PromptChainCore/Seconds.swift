/// Reads and writes lengths of time as people do: `30m`, `1h30m`, `500ms`, `90`.
public enum Seconds {
    private static let units: [(name: String, seconds: Double)] = [
        ("ms", 0.001), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
    ]

    /// The seconds that a text names: a number (seconds), or numbers with units one after another; a minus in front
    /// makes it negative. `nil` when it is no length of time.
    public static func parse(_ text: String) -> Double? {
        var rest = Substring(text.trimmingBlanks().lowercased())
        guard !rest.isEmpty else { return nil }
        var sign = 1.0
        if rest.first == "-" {
            sign = -1
            rest.removeFirst()
        }
        guard !rest.isEmpty else { return nil }
        if let plain = Double(rest), plain.isFinite, rest.allSatisfy({ $0.isNumber || $0 == "." }) {
            return sign * plain
        }
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            guard let value = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isLetter }
            guard let unit = units.first(where: { $0.name == name }) else { return nil }
            total += value * unit.seconds
            rest = rest.dropFirst(name.count)
        }
        return sign * total
    }

    /// A length of time for a column: `0.4s`, `12s`, `4m12s`, `2h05m`, `3d04h`.
    public static func text(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "–" }
        let sign = seconds < 0 ? "-" : ""
        let value = abs(seconds)
        if value < 9.95 { return sign + ByteCount.fixed(value, digits: 1) + "s" }
        let whole = Int64(min(value, 3.2e9).rounded())
        switch whole {
        case ..<60: return "\(sign)\(whole)s"
        case ..<3600: return "\(sign)\(whole / 60)m\(twoDigits(whole % 60))s"
        case ..<86_400: return "\(sign)\(whole / 3600)h\(twoDigits(whole % 3600 / 60))m"
        default: return "\(sign)\(whole / 86_400)d\(twoDigits(whole % 86_400 / 3600))h"
        }
    }

    /// A running time as a clock shows it: `01:12`, `1:01:12`.
    public static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "–" }
        let whole = Int64(max(0, min(seconds, 3.2e9)))
        let tail = "\(twoDigits(whole % 3600 / 60)):\(twoDigits(whole % 60))"
        return whole < 3600 ? tail : "\(whole / 3600):\(tail)"
    }

    private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
