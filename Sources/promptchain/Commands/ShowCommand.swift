import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain show MODEL`: what a server tells about a model, and what a context would cost.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Describe an installed model, with an estimate of its memory for each context.",
        usage: "promptchain show <model> [<options>]")

    @Argument(help: "The model, as in llama3.1:8b.")
    var model: String

    @Option(
        help: ArgumentHelp("The GPU memory of the server, to mark the contexts that fit.", valueName: "size"),
        transform: MemoryOption.init(parsing:))
    var vram: MemoryOption?

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let name = ModelName(model)
        let (choice, option) = (target.server, vram)
        let report = try composition.withServer(choice) { server in
            var outlook = await composition.outlook(of: name, on: server, choice: choice, option: option)
            // Asked again where it was not told, so that the reason is.
            let description = if let known = outlook.description { known } else { try await server.describe(name) }
            outlook.description = description
            return ModelReport(description: description, outlook: outlook)
        }
        if output.json {
            Console.line(JSONText.pretty(report.json))
        } else {
            for line in report.lines { Console.line(Console.safe(line)) }
        }
    }
}
