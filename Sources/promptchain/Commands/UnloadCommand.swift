import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain unload MODEL`: takes a model out of memory, and proves it.
struct UnloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unload", abstract: "Take models out of memory, and wait until they are gone.")

    @Argument(help: "The models.")
    var models: [String] = []

    @Flag(help: "All models of the server, whoever loaded them.")
    var all = false

    @Flag(help: "Do not ask before --all.")
    var yes = false

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    private struct Unloaded: Encodable {
        var name: String
        var unloaded: Bool
    }

    func validate() throws {
        if all, !models.isEmpty { throw ValidationError("give model names or --all, not both") }
        if !all, models.isEmpty {
            throw ValidationError("which model? promptchain ps lists what is loaded; --all takes all")
        }
    }

    func run() throws {
        let composition = try Composition(common: common)
        var names = models.map { ModelName($0) }
        if all {
            names = try composition.withServer(target.server) { try await $0.manager.loadedModels() }.map(\.name)
            guard confirmed(names) else { throw CommandFailure(message: "nothing was unloaded") }
        }
        let asked = names
        let results = try composition.withServer(target.server) { server in
            var results: [Unloaded] = []
            for name in asked {
                results.append(
                    Unloaded(name: name.canonical, unloaded: try await server.manager.unloadModel(name)))
            }
            return results
        }
        report(results)
        if results.contains(where: { !$0.unloaded }) { throw ExitCode(ExitStatus.failed) }
    }

    private func report(_ results: [Unloaded]) {
        if output.json {
            Console.line(JSONText.pretty(["models": results]))
        } else if results.isEmpty {
            Console.line("no model is loaded")
        }
        for result in results {
            let name = ModelName(result.name).short
            if !result.unloaded {
                Console.error(
                    "warning: Model may still be loaded in Ollama: \(name) was asked to leave and is still listed")
                Console.error("  a request to it is probably still running; it leaves when that ends")
            } else if !output.json {
                Console.line("\(name) is not in memory")
            }
        }
    }

    private func confirmed(_ names: [ModelName]) -> Bool {
        if yes || names.isEmpty { return true }
        guard Console.inputIsTerminal else {
            Console.error("promptchain: --all without a terminal needs --yes")
            return false
        }
        Console.error("unload \(names.map(\.short).joined(separator: ", "))? [y/N]")
        return readLine()?.lowercased().hasPrefix("y") == true
    }
}
