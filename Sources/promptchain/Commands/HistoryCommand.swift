import ArgumentParser
import Foundation
import PromptChainCore
import RunHistory

/// `promptchain history`: the runs that were recorded.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Look at earlier runs: list, show, export, prune.",
        discussion: """
            RUN is a number of the list, an identifier, the beginning of one, or latest. Without a command the runs are \
            listed.
            """,
        subcommands: [List.self, Show.self, Export.self, Prune.self], defaultSubcommand: List.self)

    /// `promptchain history list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the newest runs, newest first.",
            discussion: "A run whose process is gone and that has no end is listed as died.")

        @Option(help: ArgumentHelp("The most runs to list (default: 20).", valueName: "n"))
        var limit = 20

        @OptionGroup var output: JSONOption
        @OptionGroup var common: CommonOptions

        func validate() throws {
            if limit < 1 { throw ValidationError("--limit is a number from 1 up") }
        }

        func run() throws {
            let lookup = RunLookup(try Composition(common: common))
            let list = HistoryList(runs: try lookup.telling { try lookup.archive.runs(limit: limit) })
            if output.json {
                Console.line(JSONText.pretty(list.json))
            } else if list.runs.isEmpty {
                Console.line("no run is recorded")
            } else {
                Console.line(list.lines.joined(separator: "\n"))
            }
        }
    }

    /// `promptchain history show RUN`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a run: its steps, where their time went, and what was in memory when.")

        @Argument(help: ArgumentHelp("The run (default: latest).", valueName: "run"))
        var name = "latest"

        @Flag(help: "Draw with ASCII characters only.")
        var ascii = false

        @OptionGroup var output: JSONOption
        @OptionGroup var common: CommonOptions

        func run() throws {
            let lookup = RunLookup(try Composition(common: common))
            let recorded = try lookup.run(name)
            let page = try lookup.telling { try HistoryPage(recorded, from: lookup.archive) }
            if output.json {
                Console.line(JSONText.pretty(page.json))
            } else {
                Console.line(page.lines(width: Console.outputWidth, ascii: ascii).joined(separator: "\n"))
            }
        }
    }

    /// `promptchain history export RUN`.
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Print the events of a run, one JSON object a line.",
            discussion: """
                A model's text comes in pieces of about a second; every event has the number that it had in the run. \
                --redact replaces what models were asked and what they answered, inputs, tool arguments, reasons, \
                warnings and log lines by their lengths; names of chains, steps, models and tools and all figures stay.
                """)

        @Argument(help: ArgumentHelp("The run (default: latest).", valueName: "run"))
        var name = "latest"

        @Flag(help: "Replace what was read and written by its length.")
        var redact = false

        @OptionGroup var common: CommonOptions

        private static let page = 500

        func run() throws {
            let lookup = RunLookup(try Composition(common: common))
            let recorded = try lookup.run(name)
            var last = 0
            var redaction = Redaction()
            while true {
                let events = try lookup.telling {
                    try lookup.archive.events(of: recorded.id, after: last, limit: Self.page)
                }
                for event in events {
                    // Whoever reads may have had enough.
                    guard Console.line((redact ? redaction.redacted(event) : event).jsonLine()) else { return }
                }
                guard let end = events.last, events.count == Self.page else { return }
                last = end.sequence
            }
        }
    }
}
