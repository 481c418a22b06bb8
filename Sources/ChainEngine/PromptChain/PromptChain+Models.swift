import ModelManagement
import PromptChainCore

extension PromptChain {
    /// Loads a model and marks it as used, so that no chain on this machine unloads it until `unloadModel(_:)` or
    /// `cleanupModels()` does. Does nothing and gives `nil` when models are not managed.
    /// - Throws: `ModelManagementError`.
    @discardableResult
    public func loadModel(_ name: String, params: LoadParameters = LoadParameters()) async throws -> ModelInfo? {
        guard chain.isManaged else { return nil }
        let model = ModelName(name)
        let manager = try await manager(for: model)
        let wasLoaded = try await manager.isModelLoaded(model)
        let lock = await use(model, on: manager)
        do {
            let info = try await manager.loadModel(model, params: params)
            if wasLoaded {
                lock?.release()
            } else {
                lock?.noteLoad()
                noteLoaded(model, lock: lock)
            }
            return info
        } catch {
            lock?.release()
            throw error
        }
    }

    /// Unloads a model. `true` when it is gone; `false` when it stays, because the server keeps it or another chain on
    /// this machine uses it, or when models are not managed.
    /// - Throws: `ModelManagementError` when the server cannot be asked.
    @discardableResult
    public func unloadModel(_ name: String) async throws -> Bool {
        guard chain.isManaged else { return false }
        return try await unload(ModelName(name))
    }

    private func unload(_ model: ModelName) async throws -> Bool {
        let manager = try await manager(for: model)
        var lock = takeLock(of: model)
        if lock == nil { lock = await use(model, on: manager) }
        // Another chain unloads it just now: what became of that, the server says.
        guard let lock else { return try await !manager.isModelLoaded(model) }
        defer { lock.release() }
        guard lock.leave() else { return false }
        return try await manager.unloadModel(model)
    }

    /// The models in memory on the chain's servers; none when models are not managed.
    /// - Throws: `ModelManagementError` when a server cannot be asked.
    public func loadedModels() async throws -> [ModelInfo] {
        guard chain.isManaged else { return [] }
        var infos: [ModelInfo] = []
        for model in chain.models {
            for info in try await manager(for: model).loadedModels()
            where !infos.contains(where: { $0.name == info.name && $0.server == info.server }) {
                infos.append(info)
            }
        }
        return infos
    }

    /// Unloads what `loadModel(_:params:)` loaded. With `autoUnloadModels: false` the chain's own models leave as well,
    /// since nothing else unloads them.
    /// - Returns: Whether all of them are gone. One that another chain on this machine uses stays.
    /// - Throws: `ModelManagementError` when a server cannot be asked.
    @discardableResult
    public func cleanupModels() async throws -> Bool {
        guard chain.isManaged else { return true }
        var models = loadedByHand
        if !chain.management.autoUnload {
            models += chain.models.filter { !models.contains($0) }
        }
        var areGone = true
        for model in models {
            let isGone = try await unload(model)
            areGone = areGone && isGone
        }
        return areGone
    }
}

/// Why a chain cannot be made, or what ended it.
public enum PromptChainError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The chain's parts do not fit together.
    case invalid(String)
    /// A step failed: why, the text until then, and the failure as the server's manager gave it.
    case failed(String, output: String, cause: ModelManagementError?)

    /// The sentence, and what helps where that is known.
    public var description: String {
        switch self {
        case .invalid(let sentence): sentence
        case .failed(let sentence, _, let cause): cause?.hint.map { "\(sentence)\n  \($0)" } ?? sentence
        }
    }
}
