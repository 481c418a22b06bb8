import ArgumentParser
import Foundation
import ModelManagement
import PromptChainCore
import RunHistory

extension HistoryCommand {
    /// `promptchain history prune`.
    struct Prune: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Delete old runs.",
            discussion: """
                Without an option the bounds of the configuration count (90 days, 1GiB). A run that still lives stays. \
                It asks before it deletes; where nobody can answer it needs --yes.
                """)

        @Option(
            name: .customLong("older-than"),
            help: ArgumentHelp("Delete runs that ended longer ago: 30d, 12h.", valueName: "duration"),
            transform: DurationOption.init(parsing:))
        var olderThan: DurationOption?

        @Option(
            name: .customLong("max-size"),
            help: ArgumentHelp("Delete the oldest runs until the history is no larger: 500MB.", valueName: "size"),
            transform: MemoryOption.init(parsing:))
        var maxSize: MemoryOption?

        @Flag(help: "Do not ask.")
        var yes = false

        @OptionGroup var output: JSONOption
        @OptionGroup var common: CommonOptions

        func validate() throws {
            if let olderThan, olderThan.seconds < 0 {
                throw ValidationError("--older-than is a time from 0 up: 30d, 12h")
            }
            if !yes, !Console.inputIsTerminal || !Console.errorIsTerminal {
                throw ValidationError("prune asks before it deletes; without a terminal it needs --yes")
            }
        }

        func run() throws {
            let composition = try Composition(common: common)
            let lookup = RunLookup(composition)
            let pruning = bounds(composition.configuration.history)
            if !yes, !confirms(pruning) { throw CommandFailure(message: "nothing was deleted") }
            let result = try lookup.telling { try pruning.perform(path: composition.historyFile, now: Date()) }
            if output.json {
                let value: JSONValue = ["runs": .integer(Int64(result.runs)), "freed_bytes": .integer(result.bytes)]
                Console.line(JSONText.pretty(value))
            } else if result.runs == 0 {
                Console.line("no run is that old, or the history is small enough: nothing was deleted")
            } else {
                let runs = result.runs == 1 ? "1 run is deleted" : "\(result.runs) runs are deleted"
                Console.line("\(runs), \(ByteCount.text(result.bytes)) are free again")
            }
        }

        private func bounds(_ configuration: HistoryConfiguration) -> HistoryPruning {
            guard olderThan != nil || maxSize != nil else {
                return HistoryPruning(
                    keepSeconds: configuration.keepSeconds, maximumBytes: configuration.maximumBytes)
            }
            return HistoryPruning(keepSeconds: olderThan?.seconds, maximumBytes: maxSize?.bytes)
        }

        private func confirms(_ pruning: HistoryPruning) -> Bool {
            var parts: [String] = []
            if let age = pruning.keepSeconds { parts.append("that ended more than \(Seconds.text(age)) ago") }
            if let size = pruning.maximumBytes { parts.append("beyond \(ByteCount.text(size))") }
            Console.errorText("Delete the runs \(parts.joined(separator: ", and those ")) for good? [y/N] ")
            return readLine()?.lowercased().hasPrefix("y") == true
        }
    }
}
