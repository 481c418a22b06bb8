import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain unload MODEL`: takes a model out of memory, and proves it.
struct UnloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unload", abstract: "Take models out of memory, and wait until they are gone.",
        usage: "promptchain unload <models> ... [<options>]\npromptchain unload --all [--yes] [<options>]",
        discussion: """
            --all lists what it will unload and asks; where nobody can answer it needs --yes. A model that a chain on \
            this machine uses is not unloaded without --force.
            """)

    @Argument(help: "The models, as in llama3.1:8b.")
    var models: [String] = []

    @Flag(help: "All models of the server, whoever loaded them.")
    var all = false

    @Flag(help: "Do not ask before --all.")
    var yes = false

    @Flag(help: "Unload also what a chain on this machine uses.")
    var force = false

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if all, !models.isEmpty { throw ValidationError("give model names or --all, not both") }
        if !all, models.isEmpty {
            throw ValidationError("which model? promptchain ps lists what is loaded; --all takes all")
        }
        if all, !yes, !Console.inputIsTerminal || !Console.errorIsTerminal {
            throw ValidationError("--all asks before it unloads; without a terminal it needs --yes")
        }
    }

    func run() throws {
        let composition = try Composition(common: common)
        let names = models.map { ModelName($0) }
        let (all, asks, force) = (all, all && !yes, force)
        // Nothing is told beside a question.
        let results = try composition.withServer(target.server, waiting: asks ? "" : nil) { server in
            let loaded = try await server.manager.loadedModels()
            let unloading = Unloading(server: server, loaded: loaded, locks: composition.lockFolder, isForced: force)
            if asks, !loaded.isEmpty, !(await apart { Self.confirms(unloading) }) {
                throw CommandFailure(message: "nothing was unloaded")
            }
            var results: [Unloading.Result] = []
            for name in all ? loaded.map(\.name) : names { results.append(try await unloading.unload(name)) }
            return results
        }
        if output.json { Console.line(JSONText.pretty(["models": results])) }
        if results.isEmpty, !output.json { Console.line("no model is loaded") }
        for result in results { report(result) }
        if results.contains(where: { !$0.unloaded }) { throw ExitCode(ExitStatus.failed) }
    }

    private func report(_ result: Unloading.Result) {
        let name = Console.safe(result.name.short)
        if let user = result.usedBy {
            Console.error(Console.safe("promptchain: \(name) was not unloaded: it is used by \(user)"))
            Console.error("  It leaves when that ends; --force unloads it all the same.")
        } else if !result.unloaded {
            Console.error(
                "warning: Model may still be loaded in \(Console.safe(result.provider.description)): \(name) was "
                    + "asked to leave and is still listed")
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

    private static func confirms(_ unloading: Unloading) -> Bool {
        for line in unloading.list { Console.error(Console.safe("  " + line)) }
        let count = unloading.loaded.count
        let what = count == 1 ? "this model" : "these \(count) models"
        Console.errorText(Console.safe("Unload \(what) of \(unloading.server.name)? [y/N] "))
        guard let answer = readLine() else {
            // The end of input leaves the cursor behind the question.
            Console.error("")
            return false
        }
        return answer.lowercased().hasPrefix("y")
    }
}
