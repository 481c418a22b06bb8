import ArgumentParser
import DashboardRuntime
import ModelManagement
import PromptChainCore

/// `promptchain unload MODEL`: takes a model out of memory, and proves it.
struct UnloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unload", abstract: "Take models out of memory, and wait until they are gone.",
        usage: "promptchain unload <models> ... [<options>]\npromptchain unload --all [--yes] [<options>]")

    @Argument(help: "The models.")
    var models: [String] = []

    @Flag(help: "All models of the server, whoever loaded them.")
    var all = false

    @Flag(help: "Do not ask before --all.")
    var yes = false

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    /// What became of one model.
    private struct Unloaded: Encodable {
        private enum CodingKeys: String, CodingKey {
            case name, unloaded
        }

        /// The kind of server, for the warning.
        var provider: ModelProvider

        var name: ModelName
        /// Whether it is gone, or was not there.
        var unloaded: Bool
        /// Whether it was there.
        var wasLoaded = true
        /// The loaded model that was probably meant.
        var nearest: String?
    }

    func validate() throws {
        if all, !models.isEmpty { throw ValidationError("give model names or --all, not both") }
        if !all, models.isEmpty {
            throw ValidationError("which model? promptchain ps lists what is loaded; --all takes all")
        }
        if all, !yes, !Console.inputIsTerminal {
            throw ValidationError("--all asks before it unloads; without a terminal it needs --yes")
        }
    }

    func run() throws {
        let composition = try Composition(common: common)
        let names = models.map { ModelName($0) }
        let (all, yes) = (all, yes)
        // Nothing is told beside a question.
        let results = try composition.withServer(target.server, waiting: all && !yes ? "" : nil) { server in
            let loaded = try await server.manager.loadedModels().map(\.name)
            if all, !yes, !loaded.isEmpty, !Self.confirms(loaded) {
                throw CommandFailure(message: "nothing was unloaded")
            }
            var results: [Unloaded] = []
            for name in all ? loaded : names {
                results.append(try await Self.unload(name, of: loaded, on: server))
            }
            return results
        }
        if output.json { Console.line(JSONText.pretty(["models": results])) }
        if results.isEmpty, !output.json { Console.line("no model is loaded") }
        for result in results { report(result) }
        if results.contains(where: { !$0.unloaded }) { throw ExitCode(ExitStatus.failed) }
    }

    private static func unload(_ name: ModelName, of loaded: [ModelName], on server: WatchedServer) async throws
        -> Unloaded
    {
        // Another name of the same weights counts as well, which only the manager can tell.
        var wasLoaded = loaded.contains(name)
        if !wasLoaded { wasLoaded = (try? await server.manager.isModelLoaded(name)) ?? false }
        let isGone = try await server.manager.unloadModel(name)
        var result = Unloaded(
            provider: server.description.provider, name: name, unloaded: isGone, wasLoaded: wasLoaded)
        if !wasLoaded { result.nearest = Nearest.match(name.short, in: loaded.map(\.short)) }
        return result
    }

    private func report(_ result: Unloaded) {
        let name = Console.safe(result.name.short)
        if !result.unloaded {
            Console.error(
                "warning: Model may still be loaded in \(Console.safe(result.provider.description)): \(name) was asked to leave and is still listed"
            )
            Console.error("  A request to it is probably still running; it leaves when that ends.")
        } else if result.wasLoaded, !output.json {
            Console.line("\(name) is unloaded")
        } else if !result.wasLoaded {
            if !output.json { Console.line("\(name) was not loaded") }
            if let nearest = result.nearest {
                Console.error(Console.safe("  Loaded is \(nearest): did you mean that?"))
            }
        }
    }

    private static func confirms(_ names: [ModelName]) -> Bool {
        Console.errorText(Console.safe("unload \(names.map(\.short).joined(separator: ", "))? [y/N] "))
        return readLine()?.lowercased().hasPrefix("y") == true
    }
}
