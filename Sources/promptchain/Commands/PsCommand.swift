import ArgumentParser
import Foundation
import ModelManagement
import PromptChainCore

/// `promptchain ps`: what is in memory.
struct PsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the models in memory: size, share in VRAM, context, and how long they stay.",
        usage: "promptchain ps [<options>]",
        discussion: """
            All servers of the configuration are asked. One that does not answer is told, and the others are listed; \
            exit status 3 when none answers.
            """)

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let directory = composition.chainServers
        let servers = try target.server.map { [try directory.watched($0)] } ?? directory.standardServers()
        let names = servers.map(\.name).joined(separator: ", ")
        let readings = try composition.withConnections(waiting: "waiting for \(names)") {
            await ServerReadings.read(servers, action: "list the loaded models") {
                try await $0.manager.loadedModels()
            }
        }
        try readings.report()
        if output.json {
            Console.line(readings.json)
        } else if readings.items.isEmpty, readings.failures.isEmpty {
            Console.line("no model is loaded")
        } else {
            list(readings)
        }
    }

    private func list(_ readings: ServerReadings<ModelInfo>) {
        var table = TextTable([
            ("NAME", .left), ("SIZE", .right), ("VRAM", .right), ("CONTEXT", .right), ("UNTIL", .right),
            ("SERVER", .left),
        ])
        for model in readings.items {
            table.add([
                model.name.short, model.sizeBytes.map(ByteCount.text) ?? "", Self.share(model),
                model.contextLength.map { "\($0)" } ?? "", Self.until(model), model.server,
            ])
        }
        for failure in readings.failures { table.add(["(unreachable)", "", "", "", "", failure.server]) }
        for line in table.lines { Console.line(line) }
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
