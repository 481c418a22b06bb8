import ArgumentParser
import Foundation
import ModelManagement
import PromptChainCore

/// `promptchain ps`: what is in memory.
struct PsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the models in memory: size, share in VRAM, context, and how long they stay.")

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    private struct Listing: Encodable {
        var models: [ModelInfo]
    }

    func run() throws {
        let composition = try Composition(common: common)
        let models = try composition.withServer(target.server) { try await $0.manager.loadedModels() }
        if output.json {
            Console.line(JSONText.pretty(Listing(models: models)))
        } else if models.isEmpty {
            Console.line("no model is loaded")
        } else {
            var table = TextTable([
                ("NAME", .left), ("SIZE", .right), ("VRAM", .right), ("CONTEXT", .right), ("UNTIL", .right),
                ("SERVER", .left),
            ])
            for model in models {
                table.add([
                    model.name.short, model.sizeBytes.map(ByteCount.text) ?? "", Self.share(model),
                    model.contextLength.map { "\($0)" } ?? "", Self.until(model), model.server,
                ])
            }
            for line in table.lines { Console.line(line) }
        }
    }

    private static func share(_ model: ModelInfo) -> String {
        guard let fraction = model.vramFraction else { return "" }
        return "\(Int((fraction * 100).rounded())) %"
    }

    private static func until(_ model: ModelInfo) -> String {
        if model.isPinned { return "pinned" }
        guard let expiry = model.expiresAt else { return "" }
        let left = expiry.timeIntervalSinceNow
        // While a model works, servers leave an old time standing.
        return left > 0 ? Seconds.text(left) : "busy"
    }
}
