import ArgumentParser
import Dashboard
import PromptChainCore

/// `promptchain themes`: the themes that can be chosen.
struct ThemesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "themes", abstract: "List the themes that the dashboard can use.")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        for name in composition.themes.names { Console.line(name) }
    }
}
