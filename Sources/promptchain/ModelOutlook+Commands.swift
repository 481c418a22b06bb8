import ChainEngine
import DashboardRuntime
import ModelManagement
import PromptChainCore

extension Composition {
    /// What is known of a model before it is loaded, and the memory that it can use: models that are pinned are to stay.
    /// - Parameters:
    ///   - server: where it is.
    ///   - choice: that server's name or address, as the user gave it.
    ///   - option: how much memory there is, as the user says (`--vram`).
    func outlook(
        of model: ModelName, on server: WatchedServer, choice: String?, option: MemoryOption?
    ) async -> ModelOutlook {
        let capacity = await chainServers.capacity(for: ServerRequest(optionServer: choice), option: option?.bytes)
        var outlook = await server.outlook(
            of: model, capacity: capacity, measurements: measurements?.measurements ?? Measurements())
        guard outlook.basis.capacity != nil, let loaded = try? await server.manager.loadedModels() else {
            return outlook
        }
        let others = loaded.filter { info in
            info.isPinned && info.name != model
                && (info.digest == nil || info.digest != outlook.description?.model.digest)
        }
        outlook.basis.stayingBytes = ByteCount.sum(others.compactMap(\.vramBytes))
        return outlook
    }
}

extension ModelOutlook {
    /// What a load tells for the next time; nothing when the model has left memory again, as nobody knows what it had.
    /// - Parameter loaded: all that is in the server's memory then; `nil` when it does not tell.
    func measurements(of info: ModelInfo, beside loaded: [ModelInfo]? = nil) -> [ModelMeasurement] {
        guard info.isLoaded, !info.name.isCloud else { return [] }
        let subject = subject(at: info.contextLength)
        var found: [ModelMeasurement] = []
        if let seconds = info.loadSeconds { found.append(.load(subject, seconds: seconds, isWarm: false)) }
        if let size = info.sizeBytes, let vram = info.vramBytes {
            found.append(.footprint(subject, sizeBytes: size, vramBytes: vram))
        }
        let learned = loaded.flatMap {
            basis.measurements.capacityMeasurement(of: $0, on: basis.server, serverVersion: basis.serverVersion)
        }
        return found + (learned.map { [$0] } ?? [])
    }
}
