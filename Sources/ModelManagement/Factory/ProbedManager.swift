import Logging
import PromptChainCore
import Synchronization

/// The manager of a server of which only the address is known: with the first call it finds out what kind of server
/// listens there, once, and leaves everything to the manager of that kind. As long as nothing answers it counts as the
/// kind that the configuration guesses.
public final class ProbedManager: LoadProgressReporter, TextGenerator, ModelLibrary, CapabilityLearner, ActivityTeller,
    ModelLimitTeller
{
    private let guess: ServerConfiguration
    private let logger: @Sendable (String) -> Logger
    private let found = Mutex<(any ModelManager)?>(nil)

    /// A manager for an address.
    /// - Parameters:
    ///   - configuration: the address, with the provider to assume until the server has answered.
    ///   - logger: makes loggers by their labels.
    public init(
        configuration: ServerConfiguration, logger: @escaping @Sendable (String) -> Logger = { Logger(label: $0) }
    ) {
        guess = configuration
        self.logger = logger
    }

    /// The kind of server: what was found, else what is assumed.
    public var provider: ModelProvider { inspector?.provider ?? guess.provider }
    /// The server's name.
    public var server: String { guess.name }
    /// Its base address, without credentials.
    public var address: String { guess.url.description }
    /// What can be done with it; nothing before it has answered.
    public var capabilities: ManagerCapabilities { inspector?.capabilities ?? [] }

    /// Finds out what kind of server it is, so that `provider` and `capabilities` tell the truth.
    /// - Throws: `ModelManagementError` when the server does not answer or is none of the kinds that are known.
    public func resolve() async throws {
        let manager = try await manager()
        try await (manager as? any CapabilityLearner)?.learnCapabilities()
    }

    /// Finds out what kind of server it is and what it can do.
    public func learnCapabilities() async throws { try await resolve() }

    private var inspector: (any ServerInspector)? { found.withLock { $0 as? any ServerInspector } }
    private var knownGenerator: (any TextGenerator)? { found.withLock { $0 as? any TextGenerator } }

    private func manager() async throws -> any ModelManager {
        if let manager = found.withLock({ $0 }) { return manager }
        let finding = try await ProviderProbe(configuration: guess).find()
        var configuration = guess
        configuration.provider = finding.provider
        // Two calls may have asked at a time: the first answer is the one that stays.
        return try found.withLock { found in
            if let found { return found }
            let manager = try ModelManagerFactory.createManager(for: configuration, logger: logger)
            logger("promptchain.model_management").info("\(guess.name) is \(finding.provider): \(finding.evidence)")
            found = manager
            return manager
        }
    }

    private func generator(_ action: String) async throws -> any TextGenerator {
        guard let generator = try await manager() as? any TextGenerator else { throw unsupported(action) }
        return generator
    }

    private func library(_ action: String) async throws -> any ModelLibrary {
        guard let library = try await manager() as? any ModelLibrary else { throw unsupported(action) }
        return library
    }

    private func unsupported(_ action: String) -> ModelManagementError {
        ModelManagementError(
            kind: .notSupported, action: action, server: server, reason: "\(provider) servers offer no such call")
    }

    /// Loads a model.
    public func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        try await manager().loadModel(name, params: params)
    }

    /// Loads a model and tells how far the load has come, where the server says so.
    public func loadModel(
        _ name: ModelName, params: LoadParameters, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> ModelInfo {
        let manager = try await manager()
        guard let reporter = manager as? any LoadProgressReporter else {
            return try await manager.loadModel(name, params: params)
        }
        return try await reporter.loadModel(name, params: params, progress: progress)
    }

    /// Unloads a model.
    public func unloadModel(_ name: ModelName) async throws -> Bool { try await manager().unloadModel(name) }

    /// Whether a model is in memory now.
    public func isModelLoaded(_ name: ModelName) async throws -> Bool { try await manager().isModelLoaded(name) }

    /// The models in memory now.
    public func loadedModels() async throws -> [ModelInfo] { try await manager().loadedModels() }

    /// Whether the server answers.
    public func healthCheck() async -> Bool {
        guard let manager = try? await manager() else { return false }
        return await manager.healthCheck()
    }

    /// Generates an answer.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        // Straight, once it is known: to hand every token on costs as much as to read it.
        if let knownGenerator { return knownGenerator.generate(request) }
        return forward { try await self.generator("generate with \(request.model)").generate(request) }
    }

    /// What the server tells about a model.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        try await generator("describe \(name)").describe(name)
    }

    /// What is sent with a request beside its messages; the options alone before the server has answered.
    public func parameters(of request: GenerationRequest) -> [String: JSONValue] {
        knownGenerator?.parameters(of: request) ?? request.options
    }

    /// The models on disk.
    public func installedModels() async throws -> [InstalledModel] {
        try await library("list the installed models").installedModels()
    }

    /// Downloads a model.
    public func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        forward { try await self.library("pull \(name)").pull(name) }
    }

    /// Deletes a model from disk.
    public func delete(_ name: ModelName) async throws { try await library("delete \(name)").delete(name) }

    /// What its models are doing, where the server tells it.
    public func activities(of loaded: [ModelInfo]) async -> [ModelActivity] {
        await (try? manager() as? any ActivityTeller)?.activities(of: loaded) ?? []
    }

    /// The most models that it holds at a time, where the server tells it.
    public func maxLoadedModels() async throws -> Int? {
        try await (manager() as? any ModelLimitTeller)?.maxLoadedModels()
    }

    /// The server's version.
    public func version() async throws -> String? { try await (manager() as? any ServerInspector)?.version() }

    /// Ends all connections.
    public func shutdown() async { await inspector?.shutdown() }

    /// A stream that begins once the server is known. Ending its reader ends the stream behind it.
    private func forward<Element: Sendable>(
        _ open: @escaping @Sendable () async throws -> AsyncThrowingStream<Element, any Error>
    ) -> AsyncThrowingStream<Element, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    for try await element in try await open() { continuation.yield(element) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
