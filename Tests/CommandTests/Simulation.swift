import OllamaSimulator
import PromptChainCore

/// A simulated server for one test, a hundred times faster than a real one.
struct Simulation {
    let server: SimulatedServer
    let url: String

    /// Starts one, does something with it, and stops it.
    static func run<Value>(
        vram: Int64 = 48 << 30, speed: Double = 100, faults: String..., trace: String? = nil,
        _ work: (Simulation) async throws -> Value
    ) async throws -> Value {
        let server = try SimulatedServer(
            configuration: SimulatorConfiguration(
                vramBytes: vram, speed: speed, faults: try faults.map { try SimulatedFault(parsing: $0) },
                traceFile: trace))
        try await server.start()
        do {
            let value = try await work(Simulation(server: server, url: await server.url))
            await server.stop()
            return value
        } catch {
            await server.stop()
            throw error
        }
    }

    /// The names of the models in memory.
    func loaded() async throws -> [String] {
        let result = try await ProgramRun.result("ps", "--json", "--server", url)
        return try result.json()["models"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
    }
}
