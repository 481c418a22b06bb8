import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain rm MODEL`: deletes a model from disk.
struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Delete models from the server's disk.",
        usage: "promptchain rm <models> ... [<options>]")

    @Argument(help: "The models.")
    var models: [String]

    @OptionGroup var target: ServerOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let names = models.map { ModelName($0) }
        try composition.withServer(target.server) { server in
            for name in names {
                try await server.library(for: "delete \(name.short)").delete(name)
                Console.line(Console.safe("\(name.short) is deleted"))
            }
        }
    }
}
