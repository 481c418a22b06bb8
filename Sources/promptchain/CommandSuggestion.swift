import Foundation
import PromptChainCore

/// "Did you mean …" for a first argument that is no command.
struct CommandSuggestion {
    let message: String

    init?(arguments: [String]) {
        guard let first = arguments.first, !first.hasPrefix("-"), !first.isEmpty else { return nil }
        let names = Self.commandNames
        guard !names.contains(first) else { return nil }
        let rest = Self.quoted(arguments.dropFirst())
        if first.hasSuffix(".yaml") || first.hasSuffix(".yml") || FileManager.default.fileExists(atPath: first) {
            message = "'\(first)' is no command. Did you mean: promptchain run \(Self.quoted([first])) \(rest)".trimmed
        } else if let nearest = Nearest.match(first, in: names) {
            message = "'\(first)' is no command. Did you mean: promptchain \(nearest) \(rest)".trimmed
        } else {
            message = "'\(first)' is no command. Commands: \(names.sorted().joined(separator: ", "))"
        }
    }

    /// The names of all commands.
    static var commandNames: [String] {
        let configuration = RootCommand.configuration
        let grouped = configuration.groupedSubcommands.flatMap(\.subcommands)
        return (configuration.ungroupedSubcommands + grouped).map { $0._commandName } + ["help"]
    }

    /// Arguments as a shell takes them.
    static func quoted(_ arguments: some Sequence<String>) -> String {
        arguments.map { argument in
            let isPlain =
                !argument.isEmpty && argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,@+".contains($0) }
            return isPlain ? argument : "'\(argument.replacingOccurrences(of: "'", with: "'\\''"))'"
        }.joined(separator: " ")
    }
}

/// What is wrong with the arguments of a command, and where to read on.
struct UsageFault {
    let failure: CommandFailure

    /// - Parameters:
    ///   - message: what the parser says.
    ///   - arguments: all arguments.
    init(message: String, arguments: [String]) {
        let names = CommandSuggestion.commandNames
        let place = arguments.firstIndex { names.contains($0) }
        // Options before a command go to the default command, which knows no others.
        if let place, place > 0, arguments.first?.hasPrefix("-") == true {
            let moved = [arguments[place]] + arguments[..<place] + arguments[(place + 1)...]
            failure = CommandFailure(
                message: "options stand after the command",
                hint: "Write: promptchain \(CommandSuggestion.quoted(moved))", status: ExitStatus.usage)
            return
        }
        let command = place == 0 ? "\(arguments[0]) " : ""
        let sentence = message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message
        failure = CommandFailure(
            message: sentence.prefix(1).lowercased() + sentence.dropFirst(),
            hint: "promptchain \(command)--help tells what it takes.", status: ExitStatus.usage)
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
