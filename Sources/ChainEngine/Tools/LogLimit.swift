/// Keeps a program that writes without end from filling the log: fifty lines at once, then ten a second; what is left
/// out is counted.
struct LogLimit {
    private var credit = 50.0
    private var last: ContinuousClock.Instant?
    private var omitted = 0

    /// The lines to write for a line that came.
    mutating func take(_ line: String, at now: ContinuousClock.Instant) -> [String] {
        let passed = last.map { $0.duration(to: now) } ?? .zero
        last = now
        credit = min(
            50, credit + 10 * (Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18))
        guard credit >= 1 else {
            omitted += 1
            return []
        }
        credit -= 1
        defer { omitted = 0 }
        return omitted > 0 ? ["(\(omitted) lines left out)", line] : [line]
    }
}
