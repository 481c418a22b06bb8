import CTerminal
import Foundation

/// Notes the signals that a terminal program lives with, as long as this lives: none of them ends the process.
///
/// One at a time in a process. It may live longer than the screen: what ends a program must not hit it unprepared
/// between the screen's end and its own.
public final class SignalNotes {
    private var hasGiven = false

    /// Begins to note signals. Those that the process ignores stay ignored.
    /// - Parameter waker: rung by every signal.
    public init(waker: Waker) {
        ct_signals_install(waker.ringEnd)
    }

    deinit {
        ct_signals_remove()
    }

    /// The signal among SIGINT, SIGTERM and SIGHUP that came since the last call, once no screen takes them any more.
    public func take() -> Int32? { number(in: Int32(bitPattern: ct_signals_take())) }

    /// The one signal that stands for all of a moment: whoever ends a session sends several at once, and they must not
    /// look like a user who insists. A hang-up after another one says nothing new.
    func number(in flags: Int32) -> Int32? {
        let isHangUp = flags & Int32(CT_HANGUP) != 0 && !hasGiven
        let number =
            flags & Int32(CT_TERMINATED) != 0
            ? SIGTERM : flags & Int32(CT_INTERRUPTED) != 0 ? SIGINT : isHangUp ? SIGHUP : nil
        hasGiven = hasGiven || number != nil
        return number
    }
}
