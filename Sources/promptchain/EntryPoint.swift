import ArgumentParser
import Foundation
import PromptChainCore

/// Where the program begins. `main` is synchronous on purpose: the main thread belongs to the terminal's event loop.
@main
enum EntryPoint {
    static func main() {
        // A reader that goes away is told apart by the failed write, not by a signal that ends us before the clean-up.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let suggestion = CommandSuggestion(arguments: arguments) {
            Console.error("promptchain: \(suggestion.message)")
            exit(ExitStatus.usage)
        }
        do {
            var command = try RootCommand.parseAsRoot(arguments)
            try command.run()
        } catch let failure as CommandFailure {
            failure.report()
            exit(failure.status)
        } catch {
            RootCommand.exit(withError: error)
        }
    }
}

/// Exit statuses that scripts rely on.
enum ExitStatus {
    static let failed: Int32 = 1
    static let unreachable: Int32 = 3
    static let usage: Int32 = 64
}

/// What ends a command without success: a sentence, what helps, and the exit status.
struct CommandFailure: Error {
    var message: String
    var hint: String?
    var status: Int32 = ExitStatus.failed

    func report() {
        if !message.isEmpty { Console.error("promptchain: \(message)") }
        if let hint { Console.error("  \(hint)") }
    }
}

/// "Did you mean …" for a first argument that is no command.
struct CommandSuggestion {
    let message: String

    init?(arguments: [String]) {
        guard let first = arguments.first, !first.hasPrefix("-"), !first.isEmpty else { return nil }
        let names = Self.commandNames
        guard !names.contains(first) else { return nil }
        let rest = arguments.dropFirst().map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
        if first.hasSuffix(".yaml") || first.hasSuffix(".yml") || FileManager.default.fileExists(atPath: first) {
            let run = "promptchain run \(first) \(rest)".trimmingCharacters(in: .whitespaces)
            message = "'\(first)' is no command. Did you mean: \(run)"
        } else if let nearest = Nearest.match(first, in: names) {
            let line = "promptchain \(nearest) \(rest)".trimmingCharacters(in: .whitespaces)
            message = "'\(first)' is no command. Did you mean: \(line)"
        } else {
            message = "'\(first)' is no command. Commands: \(names.sorted().joined(separator: ", "))"
        }
    }

    static var commandNames: [String] {
        let configuration = RootCommand.configuration
        let grouped = configuration.groupedSubcommands.flatMap(\.subcommands)
        return (configuration.ungroupedSubcommands + grouped).map { $0._commandName } + ["help"]
    }
}
