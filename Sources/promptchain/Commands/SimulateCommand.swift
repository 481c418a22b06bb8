import ArgumentParser
import Foundation
import OllamaSimulator
import PromptChainCore

/// `promptchain simulate`: a server that speaks Ollama's API with a simulated GPU.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serve Ollama's API with a simulated GPU, for trying chains and for tests.",
        usage: "promptchain simulate [<options>]",
        discussion: """
            Faults (--fault, may be given several times):

            \(faults)
            """)

    // What a fault does stands below it: columns would be broken at the terminal's edge.
    private static var faults: String {
        SimulatedFault.help.split(separator: "\n").map { line in
            guard let gap = line.firstRange(of: "  ") else { return String(line) }
            return line[..<gap.lowerBound] + "\n" + indented(line[gap.upperBound...].drop { $0 == " " })
        }.joined(separator: "\n")
    }

    // A line that the terminal's edge would break goes on without the indent.
    private static func indented(_ text: Substring) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + word.count > 66 { lines.append("") }
            lines[lines.count - 1] += " \(word)"
        }
        return lines.map { "   \($0)" }.joined(separator: "\n")
    }

    @Option(parsing: .unconditional, help: "The port on 127.0.0.1; 0 takes any free one.")
    var port = 11_434

    @Option(
        help: ArgumentHelp("The memory of the simulated GPU (default: 48GiB).", valueName: "size"),
        transform: MemoryOption.init(parsing:))
    var vram: MemoryOption?

    @Option(
        help: ArgumentHelp("How much faster than real time it runs (default: 1x).", valueName: "factor"),
        transform: SpeedOption.init(parsing:))
    var speed = SpeedOption(factor: 1)

    @Option(
        help: ArgumentHelp("Models to serve instead of the built-in ones.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var catalogue: String?

    @Option(
        parsing: .singleValue, help: ArgumentHelp("A fault to inject; see above.", valueName: "spec"),
        transform: { text in
            do {
                return try SimulatedFault(parsing: text)
            } catch let error as SimulatorError {
                throw ValidationError("\(error.message) (\(error.hint))")
            }
        })
    var fault: [SimulatedFault] = []

    @Option(
        help: ArgumentHelp("Write what was in memory when, one JSON object a line.", valueName: "file"),
        completion: .file())
    var trace: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The most models in memory at a time; 0 for automatic.", valueName: "count"))
    var maxLoadedModels = 0

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535") }
        guard maxLoadedModels >= 0 else { throw ValidationError("--max-loaded-models is a number from 0 up") }
    }

    func run() throws {
        let server = try makeServer()
        let stopped = DispatchSemaphore(value: 0)
        let signals = SignalWatch { _ in stopped.signal() }
        try waitFor { try await server.start() }
        let url = try waitFor { await server.url }
        Console.line("listening on \(url)")
        stopped.wait()
        try waitFor { await server.stop() }
        if let signal = signals.signal { throw ExitCode(128 + signal) }
    }

    private func makeServer() throws -> SimulatedServer {
        var configuration = SimulatorConfiguration()
        configuration.port = port
        if let vram { configuration.vramBytes = vram.bytes }
        configuration.speed = speed.factor
        configuration.traceFile = trace
        configuration.maxLoadedModels = maxLoadedModels
        if let catalogue {
            guard let text = try? String(contentsOfFile: catalogue, encoding: .utf8) else {
                throw CommandFailure(
                    message: "cannot read the catalogue \(catalogue)", hint: "It has to exist and hold UTF-8 text.")
            }
            configuration.catalogue = try SimulatedCatalogue(text: text)
        }
        configuration.faults = fault
        return try SimulatedServer(configuration: configuration)
    }
}
