import Foundation
import PromptChainCore
import Synchronization

/// Manages the models of one Ollama server, and generates with them.
///
/// The server is the only truth about what is loaded; what is remembered here is only what Ollama does not tell: how
/// long a load took, when a model was used, and with which options it was loaded.
public final class OllamaManager: ModelManager, TextGenerator, ModelLibrary, ServerInspector {
    let connection: ServerConnection
    let translation: OllamaTranslation
    let log: ManagerLog
    let unloadDeadline: Double
    private let memory = Mutex<[ModelName: LoadMemory]>([:])
    private let weightsByDigest = Mutex<[String: String]>([:])

    /// What is remembered about one model.
    struct LoadMemory: Sendable {
        /// How long its last load took, in seconds.
        var loadSeconds: Double?
        /// When it was last loaded or asked something.
        var lastUsed: Date?
        /// What the last load asked for.
        var asked: LoadParameters?
        /// The context that this load got.
        var contextLength: Int?
        /// What the server told about it last.
        var told: ToldFacts?
        /// How many loads and generations of ours are under way.
        var busy = 0
    }

    /// What a load has to know of what a server tells about a model.
    struct ToldFacts: Sendable {
        /// For how long it counts, in seconds: behind a name there may be other weights one day.
        static let patience = 60.0

        /// The model's longest context, in tokens.
        var contextMaximum: Int?
        /// Whether it embeds text and cannot generate any.
        var embedsOnly: Bool
        /// The digest of its weights.
        var weights: String?
        /// When it was told, in seconds of the connection's clock.
        var time: Double
    }

    /// A manager for one server.
    /// - Parameters:
    ///   - configuration: where the server is, and how to talk to it.
    ///   - log: what it tells; by default loggers made by their labels.
    ///   - timekeeper: the clock for waits and measurements.
    ///   - unloadDeadline: how long an unload is watched, in seconds.
    public convenience init(
        configuration: ServerConfiguration, log: ManagerLog? = nil, timekeeper: Timekeeper = .system,
        unloadDeadline: Double = 30
    ) {
        self.init(
            connection: ServerConnection(configuration: configuration, timekeeper: timekeeper),
            log: log ?? ManagerLog(provider: .ollama, verbose: configuration.verbose), unloadDeadline: unloadDeadline)
    }

    init(connection: ServerConnection, log: ManagerLog, unloadDeadline: Double = 30) {
        self.connection = connection
        self.log = log
        self.unloadDeadline = unloadDeadline
        translation = OllamaTranslation(server: connection.name)
    }

    /// Ollama.
    public var provider: ModelProvider { .ollama }
    /// The server's name.
    public var server: String { connection.name }
    /// Its base address, without credentials.
    public var address: String { connection.address.description }
    /// Everything but progress of loads, which Ollama does not tell.
    public var capabilities: ManagerCapabilities {
        [.load, .unload, .keepAlive, .chooseContext, .pull, .delete, .reportsVRAM, .listInstalled]
    }

    /// The models in memory now, sorted by name. A model is not among them while it loads.
    public func loadedModels() async throws -> [ModelInfo] {
        try await loadedModels(action: nil)
    }

    /// The models in memory now. A reading that is the beginning of something is tried again as that would be; a mere
    /// poll is not, since the next one follows.
    /// - Parameter action: what the reading is the beginning of.
    func loadedModels(action: String?) async throws -> [ModelInfo] {
        let call = HTTPCall(
            "GET", "/api/ps", isRetried: action != nil, action: action ?? "list the loaded models")
        let payload = try await decode(OllamaPayload.Loaded.self, call)
        let remembered = memory.withLock { $0 }
        return translation.models(payload, now: connection.timekeeper.now()).map { info in
            var info = info
            info.loadSeconds = remembered[info.name]?.loadSeconds
            info.lastUsed = remembered[info.name]?.lastUsed
            return info
        }
    }

    /// Whether a model is in memory now, under this name or under another one with the same weights.
    public func isModelLoaded(_ name: ModelName) async throws -> Bool {
        try await entry(for: name, in: loadedModels()) != nil
    }

    /// Whether the server answers, within 5 s.
    public func healthCheck() async -> Bool {
        let limit = min(5, connection.timeout)
        return (try? await withTimeLimit(limit, failure: .silent(limit)) { try await self.version() }) != nil
    }

    /// The server's version.
    public func version() async throws -> String? {
        let call = HTTPCall("GET", "/api/version", action: "ask for the version")
        return try await decode(OllamaPayload.Version.self, call).version
    }

    /// Ends all connections. The manager is of no use afterwards.
    public func shutdown() async {
        await connection.transport.shutdown()
    }
}

extension OllamaManager {
    /// Sends a control call and reads its JSON.
    func decode<Payload: Decodable>(_ type: Payload.Type, _ call: HTTPCall, model: ModelName? = nil) async throws
        -> Payload
    {
        let reply = try await success(call, model: model)
        guard let payload = try? JSONDecoder().decode(type, from: reply.body) else {
            throw connection.foreign(call, reply) ?? connection.make(call, .foreign, "the answer cannot be read")
        }
        return payload
    }

    /// Sends a call that must succeed.
    /// - Parameter isWanted: whether the model is to be used, for what a failure advises.
    @discardableResult
    func success(_ call: HTTPCall, model: ModelName? = nil, isWanted: Bool = true) async throws -> HTTPReply {
        let reply = try await connection.reply(call)
        guard reply.isSuccess else {
            let error = connection.failure(call, reply: reply)
            throw await explained(error, model: model, isWanted: isWanted)
        }
        try connection.refuseWebPage(call, reply)
        return reply
    }

    /// What is remembered about a model.
    func remembered(_ name: ModelName) -> LoadMemory { memory.withLock { $0[name] ?? LoadMemory() } }

    /// Changes what is remembered about a model.
    func remember(_ name: ModelName, _ change: (inout LoadMemory) -> Void) {
        memory.withLock { change(&$0[name, default: LoadMemory()]) }
    }

    /// The entry of the list that holds a model: under its own name, or else under the name of another tag with the
    /// same weights, since Ollama keeps one copy of them under the tag that was loaded first.
    func entry(for name: ModelName, in models: [ModelInfo]) async throws -> ModelInfo? {
        if let found = models.first(where: { $0.name == name }) { return found }
        guard !models.isEmpty, let wanted = try? await weights(of: name, digest: nil) else { return nil }
        for model in models {
            if let other = try? await weights(of: model.name, digest: model.digest), other == wanted { return model }
        }
        try Task.checkCancellation()
        return nil
    }

    /// What the server told about a model just now; `nil` when that is too long ago.
    func told(of name: ModelName) -> ToldFacts? {
        remembered(name).told.flatMap { connection.timekeeper.elapsed() - $0.time < ToldFacts.patience ? $0 : nil }
    }

    private func weights(of name: ModelName, digest: String?) async throws -> String? {
        if digest == nil, let told = told(of: name) { return told.weights }
        if let digest, let known = weightsByDigest.withLock({ $0[digest] }) { return known }
        let weights = try await show(name).weights
        if let digest, let weights { weightsByDigest.withLock { $0[digest] = weights } }
        return weights
    }
}
