import ArgumentParser
import Dashboard
import PromptChainCore

/// `promptchain themes`: the themes that can be chosen.
struct ThemesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "themes", abstract: "List the themes that the dashboard can use.",
        usage: "promptchain themes [<options>]")

    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let names = composition.themes.names
        if output.json {
            Console.line(JSONText.pretty(["themes": names]))
        } else {
            for name in names { Console.line(Console.safe(name)) }
        }
    }
}
