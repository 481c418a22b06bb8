import ArgumentParser
import CellScreen
import Dashboard
import DashboardRuntime
import Foundation
import PromptChainCore
import Terminal

/// `promptchain themes`: the themes that can be chosen.
struct ThemesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "themes", abstract: "List the themes that the dashboard can use, with their colours.",
        usage: "promptchain themes [<options>]",
        discussion: """
            Colours are shown where standard output is a terminal that has them; --color shows them, in 24-bit colour, \
            everywhere else as well. NO_COLOR goes before both. A terminal of 16 colours shows every theme in its own.

            A theme of your own is a file in the folder themes/ beside the configuration; one with a fault is listed \
            with what is wrong.
            """)

    @Flag(help: "Show colours also where standard output is no terminal.")
    var color = false

    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    private struct Entry: Encodable {
        var name: String
        var origin: String
        var author: String?
        var license: String?
        var fault: FileFault?
    }

    func run() throws {
        let composition = try Composition(common: common)
        let library = composition.themes
        let entries = library.names.map { name -> (Entry, Theme?) in
            let origin = library.isOwn(name) ? library.userFolder : "shipped"
            switch library.load(name) {
            case .success(let theme):
                return (Entry(name: name, origin: origin, author: theme.author, license: theme.license), theme)
            case .failure(let fault): return (Entry(name: name, origin: origin, fault: fault), nil)
            }
        }
        guard !output.json else {
            Console.line(
                JSONText.pretty(
                    Listing(themes: entries.map(\.0.name), details: entries.map(\.0))))
            return
        }
        let width = entries.map { DisplayWidth.columns(of: $0.0.name) }.max() ?? 0
        let depth = depth(ProcessInfo.processInfo.environment)
        for (entry, theme) in entries {
            let name = Console.safe(entry.name).padding(toLength: width, withPad: " ", startingAt: 0)
            let swatches = theme.flatMap { depth == .none ? nil : Self.swatches(of: $0, depth: depth) } ?? ""
            let facts =
                entry.fault.map { "cannot be used: \($0.line > 0 ? "line \($0.line): " : "")\($0.message)" }
                ?? [entry.author, entry.license, entry.origin].compactMap { $0 }.filter { !$0.isEmpty }
                .joined(separator: " · ")
            Console.line("\(name)  \(swatches)\(Console.safe(facts))")
        }
    }

    private func depth(_ environment: [String: String]) -> ColorDepth {
        // What the terminal's description says cannot be asked here; its name tells.
        let kind = environment["TERM"] ?? "dumb"
        let isRich = kind.contains("256") || !(environment["COLORTERM"] ?? "").isEmpty
        let described = isRich ? 256 : kind == "dumb" ? 0 : 16
        let shown =
            Console.outputIsTerminal ? ColorDepth.detect(environment: environment, described: described) : .none
        guard color, shown == .none, (environment["NO_COLOR"] ?? "").isEmpty else { return shown }
        return .trueColor
    }

    private struct Listing: Encodable {
        var themes: [String]
        var details: [Entry]
    }

    /// A few words in the colours of the roles that are seen most, on the theme's background.
    private static func swatches(of theme: Theme, depth: ColorDepth) -> String {
        let samples: [(String, ThemeRole)] = [
            (" text", .text), (" muted", .muted), (" accent", .accent), (" good", .good), (" warn", .warning),
            (" fail", .error), (" info", .info), (" ", .text), ("█", .model1), ("█", .model2), ("█", .model3),
            ("█", .model4), (" sel ", .selection),
        ]
        let shown = depth == .ansi16 ? Theme.terminal : theme
        let length = samples.reduce(0) { $0 + $1.0.count }
        var buffer = CellBuffer(size: Size(width: length + 1, height: 1))
        let below = shown[.background].patched(with: shown[.text])
        buffer.fill(Rect(x: 0, y: 0, width: length, height: 1), style: below)
        var x = 0
        for (text, role) in samples {
            buffer.write(text, at: Point(x: x, y: 0), width: text.count, style: below.patched(with: shown[role]))
            x += text.count
        }
        return AnsiText.render(buffer, depth: depth).filter { !$0.isNewline } + "  "
    }
}
