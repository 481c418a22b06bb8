import CTerminal
import Foundation

/// Calls the event loop out of its wait, from any thread.
public final class Waker: Sendable {
    /// The descriptor that the loop waits for.
    let waitEnd: Int32
    /// The descriptor that is rung; safe in a signal handler.
    let ringEnd: Int32

    /// Opens the descriptor.
    /// - Throws: `TerminalError.system` when the process has no descriptor left.
    public init() throws {
        var ends: [Int32] = [-1, -1]
        guard ct_wake_open(&ends) == 0 else {
            throw TerminalError.system(what: "Opening a wake descriptor", code: errno)
        }
        waitEnd = ends[0]
        ringEnd = ends[1]
    }

    deinit {
        ct_wake_close([waitEnd, ringEnd])
    }

    /// Lets the wait return, or the next one when nobody waits now.
    public func ring() {
        ct_wake_ring(ringEnd)
    }

    /// Takes back all rings so far. Whoever is called looks for work *after* this: a ring between the two is then seen
    /// by the next wait and is never lost.
    public func quiet() {
        ct_wake_quiet(waitEnd)
    }

    /// Whether it has been rung and not been quieted.
    public var isRinging: Bool { ct_wait(-1, waitEnd, false, 0) & Int32(CT_WOKEN) != 0 }

    /// Waits for a ring, and takes it back.
    public func wait(milliseconds: Int) {
        _ = ct_wait(-1, waitEnd, false, Int32(clamping: milliseconds))
        quiet()
    }
}
