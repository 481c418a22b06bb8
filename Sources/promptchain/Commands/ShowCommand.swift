import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain show MODEL`: what a server tells about a model, and what a context would cost.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Describe an installed model, with an estimate of its memory for each context.",
        usage: "promptchain show <model> [<options>]")

    @Argument(help: "The model.")
    var model: String

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let name = ModelName(model)
        let description = try composition.withServer(target.server) { try await $0.describe(name) }
        let report = ModelReport(description: description)
        if output.json {
            Console.line(JSONText.pretty(report.json))
        } else {
            for line in report.lines { Console.line(Console.safe(line)) }
        }
    }
}
