import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain models`: what is installed.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List the models that the servers have on disk.",
        usage: "promptchain models [<options>]")

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let directory = composition.chainServers
        let servers = try target.server.map { [try directory.watched($0)] } ?? directory.standardServers()
        let names = servers.map(\.name).joined(separator: ", ")
        let action = "list the installed models"
        let readings = try composition.withConnections(waiting: "waiting for \(names)") {
            await ServerReadings.read(servers, action: action) {
                try await $0.library(for: action).installedModels()
            }
        }
        try readings.report()
        if output.json {
            Console.line(readings.json)
        } else if readings.items.isEmpty, readings.failures.isEmpty {
            Console.line("no model is installed; fetch one: promptchain pull llama3.2:3b")
        } else {
            list(readings)
        }
    }

    private func list(_ readings: ServerReadings<InstalledModel>) {
        // With one server everybody knows which.
        let namesServers = readings.readings.count > 1
        var table = TextTable(
            [("NAME", .left), ("SIZE", .right), ("PARAMETERS", .right), ("QUANTIZATION", .left), ("CAN", .left)]
                + (namesServers ? [("SERVER", .left)] : []))
        for model in readings.items {
            table.add(
                [
                    model.name.short, model.sizeBytes.map(ByteCount.text) ?? "", model.parameterSize ?? "",
                    model.quantization ?? "", (model.capabilities ?? []).joined(separator: ", "),
                ] + (namesServers ? [model.server] : []))
        }
        for failure in readings.failures { table.add(["(unreachable)", "", "", "", "", failure.server]) }
        for line in table.lines { Console.line(line) }
    }
}
