import ChainEngine
import ModelManagement
import PromptChainCore
import Synchronization

/// Manages models that stand on a shelf: the five calls, and nothing more.
final class ShelfManager: ModelManager {
    private static let models: Set<ModelName> = ["atlas", "novel"]

    private let configuration: ServerConfiguration
    private let taken = Mutex<Set<ModelName>>([])

    /// What the configuration says of such a server arrives here: name, address, headers, timeout, …
    init(configuration: ServerConfiguration) {
        self.configuration = configuration
    }

    func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        guard Self.models.contains(name) else {
            throw ModelManagementError(
                kind: .modelNotFound, action: "load \(name.short)", server: configuration.name,
                reason: "there is no such book", hint: "On the shelf are atlas and novel.")
        }
        _ = taken.withLock { $0.insert(name) }
        return info(name)
    }

    func unloadModel(_ name: ModelName) async throws -> Bool {
        _ = taken.withLock { $0.remove(name) }
        return true
    }

    func isModelLoaded(_ name: ModelName) async throws -> Bool {
        taken.withLock { $0.contains(name) }
    }

    func loadedModels() async throws -> [ModelInfo] {
        taken.withLock { $0 }.map(info).sorted { $0.name.canonical < $1.name.canonical }
    }

    func healthCheck() async -> Bool { true }

    private func info(_ name: ModelName) -> ModelInfo {
        ModelInfo(name: name, provider: configuration.provider, server: configuration.name, isLoaded: true)
    }
}

/// The same shelf with somebody who reads from it: chains run on such a manager.
struct ReaderManager: ModelManager, TextGenerator {
    let shelf: ShelfManager

    func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        try await shelf.loadModel(name, params: params)
    }
    func unloadModel(_ name: ModelName) async throws -> Bool { try await shelf.unloadModel(name) }
    func isModelLoaded(_ name: ModelName) async throws -> Bool { try await shelf.isModelLoaded(name) }
    func loadedModels() async throws -> [ModelInfo] { try await shelf.loadedModels() }
    func healthCheck() async -> Bool { await shelf.healthCheck() }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            continuation.yield(.text("\(request.model) says: "))
            continuation.yield(.text(request.messages.last?.content ?? ""))
            continuation.yield(.finished(GenerationMetrics(reason: "stop")))
            continuation.finish()
        }
    }

    func describe(_ name: ModelName) async throws -> ModelDescription {
        ModelDescription(model: InstalledModel(name: name, server: "shelf"))
    }
}

/// Registers both and runs a chain.
func askTheShelf(_ question: String) async throws -> String {
    ModelManagerFactory.registerManager("shelf") { ShelfManager(configuration: $0) }
    ModelManagerFactory.registerManager("reader") { ReaderManager(shelf: ShelfManager(configuration: $0)) }
    let chain = try PromptChain(
        models: [ChainModel("atlas"), ChainModel("novel")], instructions: ["Where is {input}?", "Retell {input}"],
        modelManagement: ChainManagement(enabled: true, provider: "reader", baseURL: "http://library:7000"))
    return try await chain.processPrompt(question)
}
