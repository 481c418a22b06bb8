import ArgumentParser
import Foundation

/// `promptchain`: the root of all commands. Without a command it watches.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promptchain",
        abstract: "Watch and drive local LLM servers, and run chains of models that do not fit in VRAM together.",
        discussion: """
            Without a command, the dashboard opens on the server that OLLAMA_HOST or the configuration names.
            To see it without a server of your own: promptchain demo
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(name: "Watch", subcommands: [WatchCommand.self, ReplayCommand.self, DemoCommand.self]),
            CommandGroup(name: "Chains", subcommands: [RunCommand.self, PlanCommand.self, CheckCommand.self]),
            CommandGroup(
                name: "Models",
                subcommands: [
                    PsCommand.self, ModelsCommand.self, ShowCommand.self, LoadCommand.self, UnloadCommand.self,
                    PullCommand.self, RemoveCommand.self,
                ]),
            CommandGroup(name: "Runs", subcommands: [HistoryCommand.self, ResumeCommand.self]),
            CommandGroup(
                name: "Other",
                subcommands: [DoctorCommand.self, SimulateCommand.self, ThemesCommand.self, KeysCommand.self]),
        ],
        defaultSubcommand: WatchCommand.self)
}

/// The program's version.
enum Version {
    static let text = "0.1.0"
}
