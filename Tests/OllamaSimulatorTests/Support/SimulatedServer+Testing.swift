@testable import OllamaSimulator

extension SimulatedServer {
    /// Names of all models that hold memory, loading ones among them.
    func residents() async -> [String] {
        await engine.change { state in
            (state.runners.values.map(\.model.name) + [state.loading?.model.name].compactMap(\.self)).sorted()
        }
    }

    /// Kills the runner of a model.
    func crash(_ weights: String) async { await engine.change { $0.crash(weights: weights) } }

    /// Simulated seconds since the start.
    func now() -> Double { engine.clock.now }

    /// How many requests for a runner have arrived.
    func arrivals() async -> Int { await engine.change { $0.arrivals } }

    /// How many loads have started.
    func loadCount() async -> Int { await engine.change { $0.loadCount } }

    /// Adds an uploaded file.
    func addBlob(_ digest: String, size: Int64) { blobs.add(digest, size: size) }
}
