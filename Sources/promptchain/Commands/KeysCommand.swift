import ArgumentParser
import Dashboard

/// `promptchain keys`: the keys of the dashboard.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Print the keys of the dashboard, as the page docs/keys.md.",
        usage: "promptchain keys")

    @OptionGroup var common: CommonOptions

    func run() throws {
        Console.text(KeyReference.markdown)
    }
}
