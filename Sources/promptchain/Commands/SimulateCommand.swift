import ArgumentParser
import Foundation
import OllamaSimulator
import PromptChainCore

/// `promptchain simulate`: a server that speaks Ollama's API with a simulated GPU.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serve Ollama's API with a simulated GPU, for trying chains and for tests.",
        discussion: """
            Faults (--fault, may be given several times):
            \(SimulatedFault.help)
            """)

    @Option(help: "The port; 0 takes any free one.")
    var port = 11_434

    @Option(help: ArgumentHelp("The memory of the simulated GPU.", valueName: "size"))
    var vram: MemoryOption?

    @Option(help: ArgumentHelp("How much faster than real time it runs.", valueName: "factor"))
    var speed = SpeedOption(factor: 1)

    @Option(help: ArgumentHelp("Models to serve instead of the built-in ones.", valueName: "file"))
    var catalogue: String?

    @Option(parsing: .singleValue, help: ArgumentHelp("A fault to inject.", valueName: "spec"))
    var fault: [String] = []

    @Option(help: ArgumentHelp("Write what was in memory when, one JSON object a line.", valueName: "file"))
    var trace: String?

    @Option(help: ArgumentHelp("The most models in memory at a time; 0 for automatic.", valueName: "count"))
    var maxLoadedModels = 0

    @OptionGroup var common: CommonOptions

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
                throw CommandFailure(message: "cannot read the catalogue \(catalogue)")
            }
            configuration.catalogue = try SimulatedCatalogue(text: text)
        }
        configuration.faults = try fault.map { try SimulatedFault(parsing: $0) }
        return try SimulatedServer(configuration: configuration)
    }
}
