import Foundation

/// Time, as a run needs it. Tests bring their own.
public protocol RunClock: Sendable {
    /// The time of day, for the events.
    func now() -> Date
    /// Seconds from some fixed moment, for lengths of time: never set back.
    func seconds() -> Double
    /// Waits. Ends early with an error when the task is cancelled.
    func sleep(seconds: Double) async throws
}

/// The computer's own time.
public struct SystemRunClock: RunClock {
    private let start = ContinuousClock.now

    /// The computer's own time; seconds count from here.
    public init() {}

    /// The time of day.
    public func now() -> Date { Date() }

    /// Seconds since this clock was made.
    public func seconds() -> Double {
        let elapsed = start.duration(to: .now).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    }

    /// Waits.
    public func sleep(seconds: Double) async throws {
        try await Task.sleep(for: .seconds(seconds))
    }
}
