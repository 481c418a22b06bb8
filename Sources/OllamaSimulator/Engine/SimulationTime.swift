/// The time that a simulation runs by, before its speed makes simulated seconds of it. Tests bring their own.
public protocol SimulationTime: Sendable {
    /// Seconds since some fixed moment; never set back.
    var seconds: Double { get }
    /// Waits until a moment of ``seconds``; at once when it has passed.
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(until seconds: Double) async throws
}

/// The computer's own time.
public struct SystemSimulationTime: SimulationTime {
    private let start = ContinuousClock.now

    /// The computer's own time; seconds count from here.
    public init() {}

    /// Seconds since this time was made.
    public var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Waits.
    public func sleep(until seconds: Double) async throws {
        let moment = start + .nanoseconds(Int64(min(seconds, 3e9) * 1e9))
        guard moment > ContinuousClock.now else { return }
        try await Task.sleep(until: moment, tolerance: .zero, clock: .continuous)
    }
}
