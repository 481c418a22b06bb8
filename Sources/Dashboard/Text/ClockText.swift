/// Writes times of the day.
enum ClockText {
    /// `12:03:44`, local.
    static func time(_ clock: Double, utcOffset: Int) -> String {
        guard clock.isFinite, abs(clock) < 1e12 else { return "" }
        let seconds = (Int(clock.rounded(.down)) + utcOffset) % 86_400
        let day = seconds < 0 ? seconds + 86_400 : seconds
        return [day / 3600, day / 60 % 60, day % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
