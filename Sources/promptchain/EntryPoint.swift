import ArgumentParser
import Foundation
import OllamaSimulator

/// Where the program begins. `main` is synchronous on purpose: the main thread belongs to the terminal's event loop.
@main
enum EntryPoint {
    static func main() {
        // A reader that goes away is told apart by the failed write, not by a signal that ends us before the clean-up.
        signal(SIGPIPE, SIG_IGN)
        Console.claimStandardDescriptors()
        let arguments = Array(CommandLine.arguments.dropFirst())
        var status = perform(arguments)
        Composition.closeHistory()
        Composition.flushLog()
        if let reason = Console.lostOutput {
            Console.error("promptchain: cannot write to standard output: \(reason)")
            if status == 0 { status = ExitStatus.failed }
        }
        exit(status)
    }

    /// Does what the arguments ask for and gives the exit status.
    private static func perform(_ arguments: [String]) -> Int32 {
        if let suggestion = CommandSuggestion(arguments: arguments) {
            Console.error("promptchain: \(suggestion.message)")
            return ExitStatus.usage
        }
        do {
            var command = try RootCommand.parseAsRoot(arguments)
            try command.run()
            return 0
        } catch let failure as CommandFailure {
            failure.report()
            return failure.status
        } catch let error as SimulatorError {
            CommandFailure(message: error.message, hint: error.hint.isEmpty ? nil : error.hint).report()
            return ExitStatus.failed
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return report(error, arguments)
        }
    }

    /// Help and version go to standard output; what is wrong with the arguments becomes a sentence.
    private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
        let status = RootCommand.exitCode(for: error)
        guard !status.isSuccess else {
            Console.line(RootCommand.fullMessage(for: error))
            return 0
        }
        guard status == .validationFailure else {
            CommandFailure(message: RootCommand.message(for: error)).report()
            return ExitStatus.failed
        }
        UsageFault(message: RootCommand.message(for: error), arguments: arguments).failure.report()
        return ExitStatus.usage
    }
}

/// Exit statuses that scripts rely on.
enum ExitStatus {
    static let failed: Int32 = 1
    static let unreachable: Int32 = 3
    static let usage: Int32 = 64
}
