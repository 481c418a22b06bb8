import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain models`: what is installed.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List the models that a server has on disk.",
        usage: "promptchain models [<options>]")

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    private struct Listing: Encodable {
        var models: [InstalledModel]
    }

    func run() throws {
        let composition = try Composition(common: common)
        let models = try composition.withServer(target.server) { server in
            try await server.library(for: "list the installed models").installedModels()
        }
        if output.json {
            Console.line(JSONText.pretty(Listing(models: models)))
        } else if models.isEmpty {
            Console.line("no model is installed; fetch one: promptchain pull llama3.2:3b")
        } else {
            var table = TextTable([
                ("NAME", .left), ("SIZE", .right), ("PARAMETERS", .right), ("QUANTIZATION", .left), ("CAN", .left),
            ])
            for model in models {
                table.add([
                    model.name.short, model.sizeBytes.map(ByteCount.text) ?? "", model.parameterSize ?? "",
                    model.quantization ?? "", (model.capabilities ?? []).joined(separator: ", "),
                ])
            }
            for line in table.lines { Console.line(line) }
        }
    }
}
