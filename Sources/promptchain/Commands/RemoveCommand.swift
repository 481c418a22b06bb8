import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain rm MODEL`: deletes a model from disk.
struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Delete models from the server's disk.",
        usage: "promptchain rm <models> ... [<options>]")

    @Argument(help: "The models, as in llama3.1:8b.")
    var models: [String]

    @OptionGroup var target: ServerOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let names = models.map { ModelName($0) }
        try composition.withServer(target.server) { server in
            let library = try server.library(for: "delete \(names.map(\.short).joined(separator: ", "))")
            for name in names {
                try await library.delete(name)
                // What answers may be no such server at all: its list is the proof.
                guard try await !library.installedModels().contains(where: { $0.name == name }) else {
                    throw CommandFailure(message: "\(name.short) is still installed on \(server.name)")
                }
                Console.line(Console.safe("\(name.short) is deleted"))
            }
        }
    }
}
