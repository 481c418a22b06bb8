/// One request that is being answered, and what its handler needs.
struct Exchange: Sendable {
    let method: String
    let path: String
    /// The last part of the path where a route has a parameter.
    var parameter = ""
    let body: [UInt8]
    let id: RunnerRequest.ID
    let engine: SimulationEngine
    let clock: SimulationClock
    let settings: SimulatorConfiguration
    let blobs: BlobStore
    let connectionID: ObjectIdentifier
    let registry: ConnectionRegistry
    let closeConnection: @Sendable () -> Void
    /// When the request arrived, in simulated seconds.
    let start: Double

    /// The date of the wall clock for `created_at`.
    var created: JSONValue { .string(SimulationClock.text(of: clock.date(at: clock.now))) }

    /// Takes a fault that applies to this request.
    func fault(
        _ kind: SimulatedFault.Kind, model: String?,
        where matching: @escaping @Sendable (SimulatedFault) -> Bool = { _ in true }
    ) async -> SimulatedFault? {
        await engine.change { [path] state in
            state.faults.contains(kind) ? state.faults.take(kind, path: path, model: model, where: matching) : nil
        }
    }

    /// Waits until the client goes away, then throws.
    func hang() async throws -> Never {
        await withCheckedContinuation { continuation in
            _ = registry.onClose(of: connectionID) { continuation.resume() }
        }
        throw CancellationError()
    }

    /// Breaks the connection and throws.
    func dropConnection() throws -> Never {
        closeConnection()
        throw CancellationError()
    }

    /// The installed model that a spelling means, or a refusal.
    func installed(_ name: ModelName) async -> SimulatedModel? {
        await engine.change { $0.library[name]?.model }
    }
}
