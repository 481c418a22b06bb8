import Foundation
import PromptChainCore
import Synchronization

/// Manages one vLLM server, and generates with it.
///
/// A vLLM serves one base model and adapters (LoRAs) of it, and holds a fixed share of the GPU for as long as it runs.
/// What counts as unloading is its sleep: the weights move into the computer's own memory, and the GPU's is free until
/// it is woken up. That needs a server that was started for it.
public final class VLLMManager: ModelManager, TextGenerator, ModelLibrary, CapabilityLearner {
    /// What is known of the server's sleep mode.
    private enum SleepMode {
        case unknown
        /// It does not have the calls.
        case missing
        /// It tells whether it sleeps, and does not go to sleep.
        case refused
        case possible
    }

    let api: OpenAIServer
    private let sleepMode = Mutex(SleepMode.unknown)
    private static let limit = "the server was started with that (--max-model-len)"

    /// A manager for one server.
    /// - Parameters:
    ///   - configuration: where the server is, and how to talk to it.
    ///   - log: what it tells; by default loggers made by their labels.
    ///   - timekeeper: the clock for waits and measurements.
    ///   - unloadDeadline: how long an unload waits for requests under way and watches the server, in seconds.
    public init(
        configuration: ServerConfiguration, log: ManagerLog? = nil, timekeeper: Timekeeper = .system,
        unloadDeadline: Double = 60
    ) {
        api = OpenAIServer(
            configuration: configuration, provider: .vllm, log: log, timekeeper: timekeeper,
            unloadDeadline: unloadDeadline)
    }

    /// vLLM.
    public var provider: ModelProvider { .vllm }
    /// The server's name.
    public var server: String { api.name }
    /// Its base address, without credentials.
    public var address: String { api.connection.address.description }

    /// What it serves can be listed; loading and unloading are possible where it can sleep, which is known once it has
    /// answered.
    public var capabilities: ManagerCapabilities {
        sleepMode.withLock { $0 == .possible } ? [.load, .unload, .listInstalled] : [.listInstalled]
    }

    /// Asks whether the server can sleep.
    public func learnCapabilities() async throws {
        if sleepMode.withLock({ $0 == .unknown }) { _ = try await isSleeping(action: "ask what it can do") }
    }

    /// Wakes the server up when it sleeps, and checks that it serves the model.
    /// - Throws: `ModelManagementError` of kind `.modelNotFound`, which names the models that it serves.
    public func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        let action = "load \(name.short)"
        let served = try await served(name, action: action)
        guard try await isSleeping(action: action) else {
            return api.touched(info(served, metrics: nil), params: params, limit: Self.limit)
        }
        return try await api.load(name, params: params, limit: Self.limit) {
            // Never sent twice: the first request may have been taken.
            try await api.success(HTTPCall("POST", "/wake_up", lane: .long, action: action))
            try await waitUntilAwake(action: action)
        } read: {
            info(served, metrics: nil)
        }
    }

    /// Lets the server sleep, which frees the GPU of its base model and all adapters: when no request is under way, or
    /// once those that are have ended. Nobody's request is broken off.
    /// - Throws: `ModelManagementError` of kind `.notSupported` when it was not started for that.
    public func unloadModel(_ name: ModelName) async throws -> Bool {
        let action = "unload \(name.short)"
        let served = try await models(action: action)
        guard api.match(name, in: served, id: \.id) != nil else { return true }
        let isAwake = try await !isSleeping(action: action)
        guard sleepMode.withLock({ $0 == .possible }) else { throw cannotSleep(action) }
        guard isAwake else { return true }
        return try await api.unload(name) {
            try await !isSleeping(action: action)
        } ask: {
            try await requestSleep(action: action)
        }
    }

    /// Whether the server serves the model and is awake.
    public func isModelLoaded(_ name: ModelName) async throws -> Bool {
        let action = "list the loaded models"
        guard api.match(name, in: try await models(action: action), id: \.id) != nil else { return false }
        return try await !isSleeping(action: action)
    }

    /// What the server serves while it is awake: the base model under all of its names, and the adapters.
    public func loadedModels() async throws -> [ModelInfo] {
        let action = "list the loaded models"
        let served = try await models(action: action)
        guard try await !isSleeping(action: action) else { return [] }
        let metrics = try await metrics(action: action)
        return served.map { api.journal.completed(info($0, metrics: metrics)) }
            .sorted { $0.name.canonical < $1.name.canonical }
    }

    /// Whether the server answers and its engine is alive.
    public func healthCheck() async -> Bool {
        (try? await api.success(HTTPCall("GET", "/health", action: "ask for the health"))) != nil
    }

    /// The server's version, where it tells one.
    public func version() async throws -> String? { try await api.version(at: "/version") }

    /// Generates an answer.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        api.generate(request) { action in
            let id = try await self.served(request.model, action: action).id
            // A sleeping server would take the request and never answer it.
            guard try await !self.isSleeping(action: action) else { throw self.sleeps(action) }
            return id
        }
    }

    /// What is sent with a request beside its messages, in the words of OpenAI's API.
    public func parameters(of request: GenerationRequest) -> [String: JSONValue] { OpenAIChat.parameters(of: request) }

    /// What the server tells about a model: its longest context.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        let served = try await served(name, action: "describe \(name.short)")
        return ModelDescription(
            model: installed(served), defaultContext: served.context, weights: served.root)
    }

    /// The models that it serves, sorted by name.
    public func installedModels() async throws -> [InstalledModel] {
        try await models(action: "list the installed models").map(installed)
            .sorted { $0.name.canonical < $1.name.canonical }
    }

    /// Not offered: a vLLM serves what it was started with.
    public func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        AsyncThrowingStream { $0.finish(throwing: self.fixed("pull \(name.short)")) }
    }

    /// Not offered: a vLLM serves what it was started with.
    public func delete(_ name: ModelName) async throws { throw fixed("delete \(name.short)") }

    /// Ends all connections. The manager is of no use afterwards.
    public func shutdown() async { await api.connection.transport.shutdown() }
}

extension VLLMManager {
    /// A model that the server serves.
    private struct Served {
        var id: String
        /// The base model, for an adapter.
        var parent: String?
        /// What identifies the weights on the GPU: an adapter uses those of its base model.
        var root: String
        var context: Int?
    }

    private func models(action: String) async throws -> [Served] {
        let listed = try await api.models(action: action)
        let base = listed.first { $0.entry["parent"]?.filledString == nil }
        let root = base?.entry["root"]?.filledString ?? base?.id
        return listed.map { model in
            Served(
                id: model.id, parent: model.entry["parent"]?.filledString, root: root ?? model.id,
                context: model.entry["max_model_len"]?.tokenCount ?? base?.entry["max_model_len"]?.tokenCount)
        }
    }

    private func served(_ name: ModelName, action: String) async throws -> Served {
        let models = try await models(action: action)
        if let found = api.match(name, in: models, id: \.id) { return found }
        let names = models.map(\.id)
        throw ModelManagementError(
            kind: .modelNotFound, action: action, server: server,
            reason: "it serves \(names.isEmpty ? "nothing" : names.prefix(8).joined(separator: ", ")) and nothing else",
            hint: "A vLLM has one base model: name that, or start another server with "
                + "`vllm serve MODEL --served-model-name \(name.short)`.")
    }

    private func info(_ served: Served, metrics: VLLMMetrics?) -> ModelInfo {
        var parameters: [String: JSONValue] = [:]
        parameters["adapter_of"] = served.parent.map(JSONValue.string)
        parameters["kv_cache_use"] = metrics?.cacheUse.map(JSONValue.number)
        parameters["requests_running"] = metrics?.running.map { .integer(Int64($0)) }
        parameters["requests_waiting"] = metrics?.waiting.map { .integer(Int64($0)) }
        return ModelInfo(
            name: ModelName(served.id, on: .vllm), provider: .vllm, server: server, isLoaded: true,
            contextLength: served.context, digest: served.root, parameters: parameters)
    }

    private func installed(_ served: Served) -> InstalledModel {
        InstalledModel(
            name: ModelName(served.id, on: .vllm), server: server, contextMaximum: served.context, digest: served.root)
    }

    /// Whether the server sleeps. One that does not know the question cannot sleep.
    private func isSleeping(action: String) async throws -> Bool {
        let call = HTTPCall("GET", "/is_sleeping", action: action)
        let reply = try await api.connection.reply(call)
        if [404, 405].contains(reply.status) {
            sleepMode.withLock { $0 = .missing }
            return false
        }
        guard reply.isSuccess else { throw api.connection.failure(call, reply: reply) }
        guard let answer = OpenAIServer.object(reply.body)?["is_sleeping"]?.boolValue else {
            throw api.unreadable(call, reply)
        }
        sleepMode.withLock { if $0 != .refused { $0 = .possible } }
        return answer
    }

    private func waitUntilAwake(action: String) async throws {
        var pause = 0.05
        while try await isSleeping(action: action) {
            try await api.connection.timekeeper.sleep(pause)
            pause = min(1, pause * 1.5)
        }
    }

    // The metrics are only of help: a server that hides them is managed all the same.
    private func metrics(action: String) async throws -> VLLMMetrics? {
        do {
            let reply = try await api.connection.reply(HTTPCall("GET", "/metrics", action: action))
            return reply.isSuccess ? VLLMMetrics(String(decoding: reply.body, as: UTF8.self)) : nil
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return nil
        }
    }

    // By default a sleep breaks requests off. Servers from before `mode` know no other way, so it is asked for only
    // while nobody's request is under way.
    private func requestSleep(action: String) async throws -> String? {
        if let metrics = try await metrics(action: action), metrics.isIdle == false {
            let count = (metrics.running ?? 0) + (metrics.waiting ?? 0)
            return "it is still answering \(count == 1 ? "a request" : "\(count) requests")"
        }
        let call = HTTPCall("POST", "/sleep?level=1&mode=wait", lane: .long, action: action)
        guard let reply = try await api.replyInTime(call), !reply.isSuccess else { return nil }
        guard [404, 405, 501].contains(reply.status) else { throw api.connection.failure(call, reply: reply) }
        sleepMode.withLock { $0 = .refused }
        throw cannotSleep(action)
    }

    private func cannotSleep(_ action: String) -> ModelManagementError {
        api.unsupported(
            action, "this vLLM keeps its model on the GPU until it is stopped: it was started without sleep mode",
            hint: "Start it with VLLM_SERVER_DEV_MODE=1 and --enable-sleep-mode, or stop it to free its memory.")
    }

    private func sleeps(_ action: String) -> ModelManagementError {
        ModelManagementError(
            kind: .notAnswering, action: action, server: server, reason: "it sleeps",
            hint: "Wake it up with `promptchain load`, or run the chain with a policy, such as --policy same-model.")
    }

    private func fixed(_ action: String) -> ModelManagementError {
        api.unsupported(
            action, "a vLLM serves the model that it was started with", hint: "Start one with `vllm serve MODEL`.")
    }
}
