import ArgumentParser
import DashboardRuntime
import Foundation
import ModelManagement
import PromptChainCore

/// `promptchain ps`: what is in memory.
struct PsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the models in memory: size, share in VRAM, context, and how long they stay.",
        usage: "promptchain ps [<options>]")

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    private struct Listing: Encodable {
        var models: [ModelInfo]
    }

    func run() throws {
        let composition = try Composition(common: common)
        let directory = composition.chainServers
        let servers = try target.server.map { [try directory.watched($0)] } ?? directory.standardServers()
        let names = servers.map(\.name).joined(separator: ", ")
        let readings = try composition.withConnections(waiting: "waiting for \(names)") { await Self.read(servers) }
        let failures = readings.compactMap { reading in
            if case .failure(let error) = reading { CommandFailure(error) } else { nil }
        }
        for failure in failures { failure.report() }
        if failures.count < servers.count { list(readings.flatMap { (try? $0.get()) ?? [] }) }
        if let failure = failures.first { throw ExitCode(failure.status) }
    }

    /// What each server has in memory, in the order of the servers.
    private static func read(_ servers: [WatchedServer]) async -> [Result<[ModelInfo], ModelManagementError>] {
        await withTaskGroup(of: (Int, Result<[ModelInfo], ModelManagementError>).self) { group in
            for (index, server) in servers.enumerated() {
                group.addTask {
                    do {
                        return (index, .success(try await server.manager.loadedModels()))
                    } catch {
                        let failure =
                            error as? ModelManagementError
                            ?? ModelManagementError(
                                kind: .server, action: "list the loaded models", server: server.name,
                                reason: "\(error)")
                        return (index, .failure(failure))
                    }
                }
            }
            var found: [(Int, Result<[ModelInfo], ModelManagementError>)] = []
            for await answer in group { found.append(answer) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func list(_ models: [ModelInfo]) {
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
