import Foundation

/// The clock that managers wait and measure by; a test puts in one that does not really wait.
public struct Timekeeper: Sendable {
    /// The time of day.
    public var now: @Sendable () -> Date
    /// Seconds on a clock that nobody sets, for measuring.
    public var elapsed: @Sendable () -> Double
    /// Waits for a number of seconds; throws `CancellationError` when the task is cancelled.
    public var sleep: @Sendable (Double) async throws -> Void
    /// A number from 0 to 1 that spreads retries of several clients.
    public var random: @Sendable () -> Double

    /// A clock of your own.
    public init(
        now: @escaping @Sendable () -> Date, elapsed: @escaping @Sendable () -> Double,
        sleep: @escaping @Sendable (Double) async throws -> Void, random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.elapsed = elapsed
        self.sleep = sleep
        self.random = random
    }

    private static let start = ContinuousClock.now

    /// The system's clock.
    public static let system = Timekeeper(
        now: { Date() },
        elapsed: {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            return Double(seconds) + Double(attoseconds) * 1e-18
        },
        sleep: { try await Task.sleep(for: .seconds($0)) },
        random: { Double.random(in: 0...1) })
}

/// Runs an operation, and cancels it when it takes longer than a limit.
/// - Parameters:
///   - limit: seconds; `nil` for no limit.
///   - failure: what is thrown when the limit passes.
func withTimeLimit<Result: Sendable>(
    _ limit: Double?, failure: @autoclosure @escaping @Sendable () -> TransportFailure,
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    guard let limit else { return try await operation() }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: .seconds(max(0, limit)))
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else { throw failure() }
        return result
    }
}
