import Foundation
import PromptChainCore
import Synchronization

/// Talks to a `llama-server`, of either kind, and finds out by itself which one it is, also when the server is started
/// anew as the other.
///
/// A plain one has one model, loaded when the server starts and held until it stops: nothing can be loaded or unloaded.
/// A router starts a server of its own for every model that is wanted: models are loaded and unloaded by name, with the
/// context that the router's own arguments and presets give them.
public final class LlamaCppManager: LoadProgressReporter, TextGenerator, ModelLibrary, CapabilityLearner {
    /// The kind of `llama-server`.
    enum Role: Equatable, Sendable {
        case plain
        case router(RouterLimits)
    }

    /// The server has been started anew as the other kind.
    struct RoleChange: Error {}

    let api: OpenAIServer
    private let role = Mutex<Role?>(nil)
    /// What a router tells about a model only while it is loaded, by the model's name in the router's spelling.
    let facts = Mutex<[String: RouterFacts]>([:])
    let rates = Mutex(SlotRates<ModelName>())

    /// A manager for one server.
    /// - Parameters:
    ///   - configuration: where the server is, and how to talk to it.
    ///   - log: what it tells; by default loggers made by their labels.
    ///   - timekeeper: the clock for waits and measurements.
    ///   - unloadDeadline: how long an unload is watched, in seconds.
    public init(
        configuration: ServerConfiguration, log: ManagerLog? = nil, timekeeper: Timekeeper = .system,
        unloadDeadline: Double = 30
    ) {
        api = OpenAIServer(
            configuration: configuration, provider: .llamaCpp, log: log, timekeeper: timekeeper,
            unloadDeadline: unloadDeadline)
    }

    /// llama.cpp.
    public var provider: ModelProvider { .llamaCpp }
    /// The server's name.
    public var server: String { api.name }
    /// Its base address, without credentials.
    public var address: String { api.connection.address.description }

    /// A router loads and unloads by name, and tells how far a load has come; a plain server does nothing of the kind.
    /// Nothing is known before the server has answered.
    public var capabilities: ManagerCapabilities {
        if case .router = role.withLock({ $0 }) { return [.load, .unload, .loadProgress, .listInstalled] }
        return []
    }

    /// Asks which kind of `llama-server` it is.
    public func learnCapabilities() async throws { _ = try await learnRole(action: "ask what it can do") }

    /// Loads a model, or waits until a plain server has loaded its own.
    /// - Throws: `ModelManagementError`; of kind `.modelNotFound` with the names that the server has.
    public func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        try await loadModel(name, params: params) { _ in }
    }

    /// Loads a model and tells how far the load has come. A plain server does not tell.
    public func loadModel(
        _ name: ModelName, params: LoadParameters, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> ModelInfo {
        try await byRole("load \(name.short)") { action in
            try await self.awaitPlain(name, params: params, action: action)
        } router: { action, _ in
            try await self.loadOnRouter(name, params: params, progress: RisingShare(progress), action: action)
        }
    }

    /// Unloads a model of a router and watches until it is gone. The one model of a plain server stays until the server
    /// is stopped, which is an error; another one is not there, which is a success.
    public func unloadModel(_ name: ModelName) async throws -> Bool {
        try await byRole("unload \(name.short)") { action in
            try await self.unloadPlain(name, action: action)
        } router: { action, _ in
            try await self.unloadOnRouter(name, action: action)
        }
    }

    /// Whether a model is in memory now and ready.
    public func isModelLoaded(_ name: ModelName) async throws -> Bool {
        try await byRole("list the loaded models") { action in
            try await self.isPlainModel(name, action: action)
        } router: { action, _ in
            let models = try await self.routerModels(action: action)
            return self.match(name, in: models)?.state == .loaded
        }
    }

    /// The models in memory now, sorted by name. One that a router has put to sleep takes none.
    public func loadedModels() async throws -> [ModelInfo] {
        try await byRole("list the loaded models") { action in
            try await self.plainModels(action: action)
        } router: { action, _ in
            var loaded: [ModelInfo] = []
            for model in try await self.routerModels(action: action) where model.state == .loaded {
                loaded.append(await self.info(model))
            }
            return loaded
        }
    }

    /// Whether the server answers; a plain one only when it has loaded its model.
    public func healthCheck() async -> Bool {
        (try? await isReady(action: "ask for the health")) ?? false
    }

    /// The build of the server.
    public func version() async throws -> String? {
        let (value, role) = try await props(action: "ask for the version")
        note(role)
        return value["build_info"]?.filledString
    }

    /// Ends all connections. The manager is of no use afterwards.
    public func shutdown() async {
        await api.connection.transport.shutdown()
    }
}

extension LlamaCppManager {
    /// Does something in the way of the kind of server that it is. A server that turns out to be the other kind by now
    /// is asked again.
    func byRole<Result>(
        _ action: String, plain: (_ action: String) async throws -> Result,
        router: (_ action: String, _ limits: RouterLimits) async throws -> Result
    ) async throws -> Result {
        for _ in 0..<2 {
            do {
                switch try await learnRole(action: action) {
                case .plain: return try await plain(action)
                case .router(let limits): return try await router(action, limits)
                }
            } catch is RoleChange {
                note(nil)
            }
        }
        throw ModelManagementError(
            kind: .notAnswering, action: action, server: server, reason: "it is being started anew",
            hint: "Try again when it is up.")
    }

    func note(_ role: Role?) { self.role.withLock { $0 = role } }

    private func learnRole(action: String) async throws -> Role {
        if let known = role.withLock({ $0 }) { return known }
        do {
            let (_, role) = try await props(action: action)
            note(role)
            return role
        } catch let error as ModelManagementError where error.kind == .notAnswering && error.status == 503 {
            // Only a plain server says that it is loading its model.
            return .plain
        }
    }

    /// What the server tells about itself, and which kind it is.
    func props(action: String) async throws -> (value: JSONValue, role: Role) {
        let value = try await api.object("/props", action: action)
        return (value, value["role"]?.stringValue == "router" ? .router(RouterLimits(value)) : .plain)
    }

    /// Whether the server has loaded its model: a plain one answers 503 until then, a router never does.
    func isReady(action: String) async throws -> Bool {
        let call = HTTPCall("GET", "/health", action: action)
        let reply = try await api.connection.reply(call)
        try api.connection.refuseWebPage(call, reply)
        if reply.isSuccess { return true }
        if reply.status == 503, !reply.looksLikeHTML { return false }
        throw api.connection.failure(call, reply: reply)
    }
}
