import CTerminal
import CellScreen
import Foundation
import Synchronization

/// The terminal as long as another program has it. The program belongs to this one's job, so that Ctrl-Z stops both and
/// `fg` brings both back.
final class TerminalLoan: Sendable {
    /// What has become of the program.
    enum State: Equatable {
        case running, stopped
        case ended(ProgramEnd)
    }

    private let process: Int32
    private let state = Mutex(State.running)

    /// Starts the first of some programs that there is.
    /// - Parameters:
    ///   - commands: the programs, each with its arguments.
    ///   - terminal: the terminal's path.
    ///   - waker: is rung when the program is stopped or ends.
    /// - Throws: `TerminalLoanError` with the reason why there is none.
    init(_ commands: [[String]], terminal: String, waker: Waker) throws {
        var reason = "no program is named"
        for command in commands where !command.isEmpty {
            let (failure, process) = Self.start(command, terminal)
            guard failure != 0 else {
                self.process = process
                watch(waker)
                return
            }
            reason = "\(command[0]): \(String(cString: strerror(failure)))"
        }
        throw TerminalLoanError(reason: reason)
    }

    /// What has become of the program since it was asked last; one that was stopped goes on with this process.
    func take() -> State {
        state.withLock { state in
            defer { if state == .stopped { state = .running } }
            return state
        }
    }

    /// Asks the program to end.
    func end() {
        state.withLock { state in
            // The number of one that has ended may be somebody else's by now.
            guard state == .running || state == .stopped else { return }
            kill(process, SIGTERM)
            kill(process, SIGCONT)
        }
    }

    private static func start(_ command: [String], _ terminal: String) -> (failure: Int32, process: Int32) {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        var process: Int32 = -1
        let failure = ct_program_start(&arguments, terminal, &process)
        return (failure, process)
    }

    private func watch(_ waker: Waker) {
        let thread = Thread { [self] in
            var isOver = false
            while !isOver {
                var status: Int32 = 0
                let news = ct_program_wait(process, &status)
                state.withLock { state in
                    switch Int(news) {
                    case CT_PROGRAM_STOPPED: state = .stopped
                    case CT_PROGRAM_SIGNALLED: state = .ended(.signalled(status))
                    case CT_PROGRAM_EXITED: state = .ended(.exited(status))
                    // Somebody else has waited for it.
                    default: state = .ended(.exited(0))
                    }
                    if case .ended = state { isOver = true }
                }
                waker.ring()
            }
        }
        thread.name = "promptchain.terminal_loan"
        thread.start()
    }
}

/// Why no other program could have the terminal.
struct TerminalLoanError: Error {
    var reason: String
}
