import Foundation

/// Turns the time of the wall clock into simulated seconds and back.
struct SimulationClock: Sendable {
    private let time: any SimulationTime
    private let start: Double
    private let startDate = Date()
    /// Simulated seconds in a second of the wall clock.
    let speed: Double

    /// A clock that starts now.
    init(speed: Double, time: any SimulationTime) {
        self.speed = speed
        self.time = time
        start = time.seconds
    }

    /// Simulated seconds since the start.
    var now: Double { (time.seconds - start) * speed }

    /// Nanoseconds of the wall clock in a stretch of simulated seconds.
    func nanoseconds(_ seconds: Double) -> Int64 { Int64(max(0, seconds) / speed * 1e9) }

    /// The date of the wall clock at a simulated moment.
    func date(at seconds: Double) -> Date { startDate.addingTimeInterval(seconds / speed) }

    /// Sleeps until a simulated moment; at once when it has passed.
    func sleep(until seconds: Double) async throws { try await time.sleep(until: start + seconds / speed) }

    /// A date as Go writes it, in UTC: the fraction has as many digits as it needs, up to nine.
    static func text(of date: Date) -> String {
        let whole = date.timeIntervalSince1970.rounded(.down)
        // A Date resolves less than a microsecond at today's distance from its epoch.
        let micros = Int(((date.timeIntervalSince1970 - whole) * 1e6).rounded(.down))
        var fraction = String(micros + 1_000_000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        let seconds = Date(timeIntervalSince1970: whole)
        let base = seconds.formatted(Date.ISO8601FormatStyle(timeZone: .gmt)).dropLast()
        return fraction.isEmpty ? "\(base)Z" : "\(base).\(fraction)Z"
    }

    /// A date as Go writes it with the local offset, as in `expires_at` and `modified_at`.
    static func localText(of date: Date) -> String {
        let offset = TimeZone.current.secondsFromGMT(for: date)
        guard offset != 0 else { return text(of: date) }
        let minutes = abs(offset) / 60
        let hours = String(minutes / 60 + 100).dropFirst()
        let rest = String(minutes % 60 + 100).dropFirst()
        return text(of: date.addingTimeInterval(Double(offset))).dropLast()
            + "\(offset < 0 ? "-" : "+")\(hours):\(rest)"
    }
}
