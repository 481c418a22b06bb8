import Foundation

/// Time for pollers: the real one, or one that a test moves.
public protocol PollClock: Sendable {
    /// The time now.
    func now() -> Date
    /// Waits; ends early with an error when the task is cancelled.
    func sleep(seconds: Double) async throws
}

/// The computer's own clock.
public struct SystemPollClock: PollClock {
    /// The computer's clock.
    public init() {}

    /// The time now.
    public func now() -> Date { Date() }

    /// Waits.
    public func sleep(seconds: Double) async throws {
        try await Task.sleep(for: .milliseconds(Int64((seconds * 1000).rounded(.up))))
    }
}

/// A wait that can be cut short.
actor PollTimer {
    private let clock: any PollClock
    private var sleeper: Task<Void, Never>?
    private var wasKicked = false

    init(clock: any PollClock) {
        self.clock = clock
    }

    /// Waits, until the time is over or somebody kicks.
    func wait(seconds: Double) async {
        guard !wasKicked else {
            wasKicked = false
            return
        }
        let clock = clock
        let task = Task { _ = try? await clock.sleep(seconds: seconds) }
        sleeper = task
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        sleeper = nil
        wasKicked = false
    }

    /// Ends the wait, or the next one if nobody waits now.
    func kick() {
        wasKicked = true
        sleeper?.cancel()
    }
}
