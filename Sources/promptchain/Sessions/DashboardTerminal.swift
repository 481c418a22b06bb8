import Foundation
import Terminal

/// The terminal as long as a dashboard has it: the screen, the signals, and standard error kept off the screen.
///
/// Signals are noted from before the screen opens until this is gone, so that none ends the program in the middle of a
/// run's clean-up.
final class DashboardTerminal {
    let waker: Waker
    let signals: SignalNotes
    let screen: NcursesScreen
    private let errors: KeptErrors

    /// Opens it; best before other threads run.
    /// - Parameter desktopNotice: how the terminal is asked to show a message; `nil` asks for nothing.
    init(desktopNotice: DesktopSequence?) throws {
        waker = try Waker()
        signals = SignalNotes(waker: waker)
        do {
            screen = try NcursesScreen(waker: waker, signals: signals, desktopNotice: desktopNotice)
        } catch let error as TerminalError {
            throw CommandFailure(message: error.message, hint: error.hint)
        }
        errors = KeptErrors()
    }

    /// Gives it back.
    /// - Returns: what was written to standard error meanwhile, for the normal screen.
    func close() -> [String] {
        screen.close()
        let lines = errors.end()
        if screen.isUnresponsive { silence() }
        return lines
    }

    /// Writing to a terminal that reads nothing waits for ever, and to one that is gone fails; the last words are not
    /// worth that.
    /// - Parameter onlyGone: leaves a terminal alone that is still there.
    func silence(onlyGone: Bool = false) {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard nowhere >= 0 else { return }
        defer { Foundation.close(nowhere) }
        // One that is gone answers every question with EIO.
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] where isatty(descriptor) == 1 ? !onlyGone : errno == EIO {
            dup2(nowhere, descriptor)
        }
    }
}
