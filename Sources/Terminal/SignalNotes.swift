import CTerminal
import Foundation

/// Notes the signals that a terminal program lives with, as long as this lives: none of them ends the process.
///
/// One at a time in a process. It may live longer than the screen: what ends a program must not hit it unprepared
/// between the screen's end and its own.
public final class SignalNotes {
    /// Whoever means several signals as one sends them within this time, in seconds.
    private static let moment = 0.5

    /// Whether a hang-up ends nothing: whoever sends something else in the same moment then means more than that.
    public var outlivesHangUp = false
    private var latest: Double?
    private var latestIsHangUp = false
    private let clock: any TimeSource

    /// Begins to note signals. Those that the process ignores stay ignored.
    /// - Parameters:
    ///   - waker: rung by every signal.
    ///   - clock: the time.
    public init(waker: Waker, clock: any TimeSource = SystemTime()) {
        self.clock = clock
        ct_signals_install(waker.ringEnd)
    }

    deinit {
        ct_signals_remove()
    }

    /// Has signals ignored once they are no longer noted. For a program that a signal has ended: whoever insists until
    /// its last moment must not cut off what it still writes, or change how it ends.
    public func ignoreAfterwards() {
        ct_signals_ignore_afterwards()
    }

    /// The signal among SIGINT, SIGTERM and SIGHUP that came since the last call, once no screen takes them any more.
    public func take() -> Int32? { number(in: Int32(bitPattern: ct_signals_take())) }

    /// The one signal that stands for all of a moment: `timeout` signals its child and then its whole group, and whoever
    /// ends a session sends several. They must not look like a user who insists. A hang-up after another signal says
    /// nothing new, ever.
    func number(in flags: Int32) -> Int32? {
        let now = clock.uptime()
        let isFirst = latest == nil
        let isHangUp = flags & Int32(CT_HANGUP) != 0 && isFirst
        let number =
            flags & Int32(CT_TERMINATED) != 0
            ? SIGTERM : flags & Int32(CT_INTERRUPTED) != 0 ? SIGINT : isHangUp ? SIGHUP : nil
        guard let number else { return nil }
        let isMore = outlivesHangUp && latestIsHangUp
        if let latest, now - latest < Self.moment, !isMore { return nil }
        latest = now
        latestIsHangUp = number == SIGHUP
        return number
    }
}
