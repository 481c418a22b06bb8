import PromptChainCore

/// When a server is asked next: often while something happens, every five seconds when nothing does. Pure.
public struct PollSchedule: Equatable, Sendable {
    /// The longest time between two polls of a quiet server, in seconds.
    public static let idleInterval = 5.0

    /// Seconds between two polls while something happens.
    public var interval: Double
    /// Whether a run or an operation is under way that the server takes part in.
    public var isBusy = false
    private var current: Double
    private var last: ServerSnapshot?

    /// A schedule.
    public init(interval: Double = 1) {
        self.interval = interval
        current = interval
    }

    /// The seconds to wait after a reading.
    public mutating func delay(after snapshot: ServerSnapshot) -> Double {
        let changed = last.map { Self.differ($0, snapshot) } ?? true
        last = snapshot
        if isBusy || changed {
            current = interval
        } else {
            current = min(max(Self.idleInterval, interval), current * 1.5)
        }
        return current
    }

    /// Whether something happened between two readings that a viewer would want to follow.
    private static func differ(_ old: ServerSnapshot, _ new: ServerSnapshot) -> Bool {
        old.models != new.models || old.state.word != new.state.word || old.version != new.version
            || old.activities != new.activities
    }
}
