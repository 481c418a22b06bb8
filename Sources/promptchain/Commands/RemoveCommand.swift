import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain rm MODEL`: deletes a model from disk.
struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Delete a model from the server's disk.")

    @Argument(help: "The models.")
    var models: [String]

    @OptionGroup var target: ServerOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        for name in models.map({ ModelName($0) }) {
            try composition.withServer(target.server) { server in
                try await server.library(for: "delete \(name)").delete(name)
            }
            Console.line("\(name.short) is deleted")
        }
    }
}
