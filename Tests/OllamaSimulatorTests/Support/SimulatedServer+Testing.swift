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

    /// How many requests wait for another one's load.
    func queued() async -> Int { await engine.change { $0.queue.count { !$0.isCanceled } } }

    /// Whether a fault of a kind can still happen.
    func canStill(_ kind: SimulatedFault.Kind) async -> Bool {
        await engine.change { $0.faults.first(kind).map { $0.times != 0 } ?? false }
    }

    /// How many loads have started.
    func loadCount() async -> Int { await engine.change { $0.loadCount } }

    /// Adds an uploaded file.
    func addBlob(_ digest: String, size: Int64) { blobs.add(digest, size: size) }
}
