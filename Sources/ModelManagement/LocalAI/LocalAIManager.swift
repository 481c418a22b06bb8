import Foundation
import PromptChainCore
import Synchronization

/// Manages the models of one LocalAI server, and generates with them.
///
/// Models are loaded by `/backend/load`; a server that does not have it yet loads by answering one token. `/system` is
/// the truth about what is loaded.
public final class LocalAIManager: ModelManager, TextGenerator, ModelLibrary, ServerInspector {
    let api: OpenAIServer
    private let hasLoadCall = Mutex(true)
    private let mayMonitor = Mutex(true)
    private static let limit = "LocalAI takes it from context_size in the model's YAML file"

    /// A manager for one server.
    /// - Parameters:
    ///   - configuration: where the server is, and how to talk to it.
    ///   - log: what it tells; by default loggers made by their labels.
    ///   - timekeeper: the clock for waits and measurements.
    ///   - unloadDeadline: how long an unload is watched, in seconds. LocalAI itself waits 30 s for requests under way.
    public init(
        configuration: ServerConfiguration, log: ManagerLog? = nil, timekeeper: Timekeeper = .system,
        unloadDeadline: Double = 40
    ) {
        api = OpenAIServer(
            configuration: configuration, provider: .localAI, log: log, timekeeper: timekeeper,
            unloadDeadline: unloadDeadline)
    }

    /// LocalAI.
    public var provider: ModelProvider { .localAI }
    /// The server's name.
    public var server: String { api.name }
    /// Its base address, without credentials.
    public var address: String { api.connection.address.description }
    /// Models can be loaded, unloaded and listed. Their context stands in their YAML files, and their GPU memory is
    /// not told.
    public var capabilities: ManagerCapabilities { [.load, .unload, .listInstalled] }

    /// Waits until the server is ready, and loads a model.
    /// - Throws: `ModelManagementError` of kind `.modelNotFound`, which names the models that it has.
    public func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        let action = "load \(name.short)"
        try await api.waitUntilReady("/readyz", action: action)
        if let loaded = try await entry(name, action: action) {
            return api.touched(loaded, params: params, limit: Self.limit)
        }
        let id = try await resolve(name, action: action)
        return try await api.load(name, params: params, limit: Self.limit) {
            try await requestLoad(id, action: action)
        } read: {
            try await entry(name, action: action)
        }
    }

    /// Stops the model's backend and watches until the server does not list it any more. The server lets requests that
    /// are under way end first.
    public func unloadModel(_ name: ModelName) async throws -> Bool {
        let action = "unload \(name.short)"
        return try await api.unload(name) {
            try await loadedIDs(action: action).contains { $0.name == name }
        } ask: {
            try await requestUnload(name, action: action)
        }
    }

    /// Whether a model is in memory now.
    public func isModelLoaded(_ name: ModelName) async throws -> Bool {
        try await loadedIDs(action: "list the loaded models").contains { $0.name == name }
    }

    /// The models in memory now, sorted by name.
    public func loadedModels() async throws -> [ModelInfo] {
        var models: [ModelInfo] = []
        for loaded in try await loadedIDs(action: "list the loaded models") { models.append(try await info(loaded)) }
        return models.sorted { $0.name.canonical < $1.name.canonical }
    }

    /// Whether the server is ready.
    public func healthCheck() async -> Bool {
        (try? await api.success(HTTPCall("GET", "/readyz", action: "ask for the health"))) != nil
    }

    /// The server's version, where it tells one.
    public func version() async throws -> String? { try await api.version(at: "/version") }

    /// Generates an answer.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        api.generate(request) { try await self.resolve(request.model, action: $0) }
    }

    /// What is sent with a request beside its messages, in the words of OpenAI's API.
    public func parameters(of request: GenerationRequest) -> [String: JSONValue] { OpenAIChat.parameters(of: request) }

    /// What the server tells about a model: that it has it.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        let id = try await resolve(name, action: "describe \(name.short)")
        return ModelDescription(model: InstalledModel(name: ModelName(id, on: .localAI), server: server))
    }

    /// The models that are set up, sorted by name.
    public func installedModels() async throws -> [InstalledModel] {
        try await api.models(action: "list the installed models")
            .map { InstalledModel(name: ModelName($0.id, on: .localAI), server: server) }
            .sorted { $0.name.canonical < $1.name.canonical }
    }

    /// Not offered: LocalAI installs from galleries, by names of their own.
    public func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        AsyncThrowingStream { $0.finish(throwing: self.notOffered("pull \(name.short)", "install")) }
    }

    /// Not offered.
    public func delete(_ name: ModelName) async throws { throw notOffered("delete \(name.short)", "delete") }

    /// Ends all connections. The manager is of no use afterwards.
    public func shutdown() async { await api.connection.transport.shutdown() }

    private func notOffered(_ action: String, _ verb: String) -> ModelManagementError {
        api.unsupported(
            action, "models of LocalAI are not \(verb == "install" ? "installed" : "deleted") from here",
            hint: "Use its gallery: `local-ai models \(verb)`, or \(address)/browse.")
    }
}

extension LocalAIManager {
    /// A loaded model of `/system`.
    private struct Loaded {
        var name: ModelName
        var id: String
        var backend: String?
    }

    private func loadedIDs(action: String) async throws -> [Loaded] {
        let call = HTTPCall("GET", "/system", action: action)
        let reply = try await api.success(call)
        let system = try api.object(reply, of: call)
        guard system["loaded_models"] != nil || system["backends"] != nil else { throw api.unreadable(call, reply) }
        return (system["loaded_models"]?.arrayValue ?? []).compactMap { entry in
            guard let id = entry["id"]?.filledString else { return nil }
            return Loaded(name: ModelName(id, on: .localAI), id: id, backend: entry["backend"]?.filledString)
        }
    }

    private func entry(_ name: ModelName, action: String) async throws -> ModelInfo? {
        guard let loaded = try await loadedIDs(action: action).first(where: { $0.name == name }) else { return nil }
        return try await info(loaded)
    }

    private func info(_ loaded: Loaded) async throws -> ModelInfo {
        var parameters: [String: JSONValue] = [:]
        parameters["backend"] = loaded.backend.map(JSONValue.string)
        for (key, bytes) in try await memory(of: loaded.id) { parameters[key] = .integer(bytes) }
        return api.journal.completed(
            ModelInfo(
                name: loaded.name, provider: .localAI, server: server, isLoaded: true, parameters: parameters))
    }

    // What a backend tells is its own memory; where it tells nothing, LocalAI gives that of its process. Neither is
    // memory of a GPU, so it stands among the parameters and not where VRAM is counted.
    private func memory(of id: String) async throws -> [String: Int64] {
        guard mayMonitor.withLock({ $0 }) else { return [:] }
        let call = HTTPCall(
            "GET", "/backend/monitor?model=\(id.percentEncoded)", action: "read the memory of \(id)")
        let reply: HTTPReply
        do {
            // A backend that is at work may answer late, and nobody waits for a figure on the side.
            let limit = min(2, api.connection.timeout)
            reply = try await withTimeLimit(limit, failure: .silent(limit)) {
                try await self.api.connection.reply(call)
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return [:]
        }
        // Only administrators may ask, or the server does not know the call.
        if [401, 403, 404, 405].contains(reply.status) { mayMonitor.withLock { $0 = false } }
        guard reply.isSuccess, let memory = OpenAIServer.object(reply.body)?["memory"] else { return [:] }
        if let resident = memory["breakdown"]?["gopsutil-RSS"]?.byteCount { return ["resident_bytes": resident] }
        return memory["total"]?.byteCount.map { $0 > 0 ? ["backend_bytes": $0] : [:] } ?? [:]
    }

    private func resolve(_ name: ModelName, action: String) async throws -> String {
        let models = try await api.models(action: action)
        guard let found = api.match(name, in: models, id: \.id) else {
            throw api.unknown(name, action: action, of: models.map(\.id))
        }
        return found.id
    }

    private func requestLoad(_ id: String, action: String) async throws {
        if hasLoadCall.withLock({ $0 }) {
            let call = HTTPCall(
                "POST", "/backend/load", body: body(["model": .string(id)]), lane: .long, isRetried: true,
                action: action)
            let reply = try await api.connection.reply(call)
            if reply.isSuccess { return }
            guard [404, 405].contains(reply.status) else { throw loadFailure(call, reply) }
            hasLoadCall.withLock { $0 = false }
        }
        // A server from before that call loads what it is asked something.
        let call = HTTPCall(
            "POST", "/v1/chat/completions",
            body: body([
                "model": .string(id), "max_tokens": 1, "messages": [["role": "user", "content": "Hi"]],
            ]), lane: .long, isRetried: true, action: action)
        let reply = try await api.connection.reply(call)
        guard reply.isSuccess else { throw loadFailure(call, reply) }
    }

    private func loadFailure(_ call: HTTPCall, _ reply: HTTPReply) -> ModelManagementError {
        var failure = api.connection.failure(call, reply: reply)
        if reply.status == 500, failure.kind == .server {
            failure.kind = .loadFailed
            failure.hint = "The log of LocalAI has what its backend says."
        }
        return failure
    }

    private func requestUnload(_ name: ModelName, action: String) async throws -> String? {
        guard let loaded = try await loadedIDs(action: action).first(where: { $0.name == name }) else { return nil }
        let call = HTTPCall(
            "POST", "/backend/shutdown", body: body(["model": .string(loaded.id)]), lane: .long, action: action)
        guard let reply = try await api.replyInTime(call), !reply.isSuccess else { return nil }
        let said = ErrorBody.text(reply)?.lowercased() ?? ""
        if said.contains("busy") { return "it is still answering a request" }
        // It left by itself in between: older servers say that with a 500.
        if [404, 500].contains(reply.status), try await !isModelLoaded(name) { return nil }
        throw api.connection.failure(call, reply: reply)
    }

    private func body(_ members: [String: JSONValue]) -> [UInt8] {
        Array(JSONText.line(JSONValue.object(members)).utf8)
    }
}
