import Foundation
import PromptChainCore
import Synchronization

/// Manages the models of one llama-swap, and generates with them.
///
/// llama-swap starts the server of a model with the first request to it and stops others by its own rules (groups,
/// `ttl`). A load here is such a request; `/running` is the truth about what is loaded.
public final class LlamaSwapManager: ModelManager, TextGenerator, ModelLibrary, ServerInspector {
    let api: OpenAIServer
    private let aliases = Mutex<[ModelName: String]>([:])
    private let contexts = Mutex<[String: Int]>([:])
    private static let limit = "llama-swap starts it as its configuration says (cmd)"

    /// A manager for one server.
    /// - Parameters:
    ///   - configuration: where the server is, and how to talk to it.
    ///   - log: what it tells; by default loggers made by their labels.
    ///   - timekeeper: the clock for waits and measurements.
    ///   - unloadDeadline: how long an unload waits for requests under way and watches the server, in seconds.
    public init(
        configuration: ServerConfiguration, log: ManagerLog? = nil, timekeeper: Timekeeper = .system,
        unloadDeadline: Double = 30
    ) {
        api = OpenAIServer(
            configuration: configuration, provider: .llamaSwap, log: log, timekeeper: timekeeper,
            unloadDeadline: unloadDeadline)
    }

    /// llama-swap.
    public var provider: ModelProvider { .llamaSwap }
    /// The server's name.
    public var server: String { api.name }
    /// Its base address, without credentials.
    public var address: String { api.connection.address.description }
    /// Models can be loaded, unloaded and listed. Contexts and lifetimes stand in llama-swap's configuration.
    public var capabilities: ManagerCapabilities { [.load, .unload, .listInstalled] }

    /// Has llama-swap start the model's server, and waits until it is ready. Other models are stopped for it as the
    /// groups of llama-swap's configuration say.
    /// - Throws: `ModelManagementError` of kind `.modelNotFound`, which names the models that it has.
    public func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        let action = "load \(name.short)"
        let before = try await running(action: action).filter { $0.state == .ready }
        if let ready = entry(name, in: before) {
            return api.touched(info(ready), params: params, limit: Self.limit)
        }
        let id = try await listedID(name, action: action) ?? name.text
        return try await api.load(name, params: params, limit: Self.limit) {
            try await requestStart(id, action: action)
            try await learnAlias(name, before: before, action: action)
            await learnContext(of: name, action: action)
        } read: {
            try await readyEntry(name, action: action).map(info)
        }
    }

    /// Has llama-swap stop the model's server, and watches until it is gone. llama-swap stops it at once, also in the
    /// middle of an answer; so a llama-server is asked first whether it is answering, and is waited for.
    public func unloadModel(_ name: ModelName) async throws -> Bool {
        let action = "unload \(name.short)"
        return try await api.unload(name) {
            try await entry(name, in: running(action: action)) != nil
        } ask: {
            try await requestStop(name, action: action)
        }
    }

    /// Whether a model's server is ready.
    public func isModelLoaded(_ name: ModelName) async throws -> Bool {
        try await readyEntry(name, action: "list the loaded models") != nil
    }

    /// The models whose servers are ready, or are about to stop, sorted by name. A model is not among them while it
    /// starts.
    public func loadedModels() async throws -> [ModelInfo] {
        try await running(action: "list the loaded models").filter { $0.state != .starting }.map(info)
            .sorted { $0.name.canonical < $1.name.canonical }
    }

    /// Whether the server answers.
    public func healthCheck() async -> Bool {
        (try? await api.success(HTTPCall("GET", "/health", action: "ask for the health"))) != nil
    }

    /// The server's version; `nil` for one that does not tell it yet.
    public func version() async throws -> String? { try await api.version(at: "/api/version") }

    /// Generates an answer. A model that is not running is started for it.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        api.generate(request) { try await self.resolve(request.model, action: $0) }
    }

    /// What is sent with a request beside its messages, in the words of OpenAI's API.
    public func parameters(of request: GenerationRequest) -> [String: JSONValue] { OpenAIChat.parameters(of: request) }

    /// What the server tells about a model: its context, where the configuration gives it.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        let action = "describe \(name.short)"
        let models = try await api.models(action: action)
        guard let found = api.match(name, in: models, id: \.id) else {
            throw api.unknown(name, action: action, of: models.map(\.id))
        }
        return ModelDescription(model: installed(found), defaultContext: contexts.withLock { $0[found.id] })
    }

    /// The models of llama-swap's configuration, sorted by name.
    public func installedModels() async throws -> [InstalledModel] {
        try await api.models(action: "list the installed models").map(installed)
            .sorted { $0.name.canonical < $1.name.canonical }
    }

    /// Not offered: llama-swap's configuration says what there is.
    public func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        AsyncThrowingStream { $0.finish(throwing: self.configured("pull \(name.short)")) }
    }

    /// Not offered: llama-swap's configuration says what there is.
    public func delete(_ name: ModelName) async throws { throw configured("delete \(name.short)") }

    /// Ends all connections. The manager is of no use afterwards.
    public func shutdown() async { await api.connection.transport.shutdown() }

    private func configured(_ action: String) -> ModelManagementError {
        api.unsupported(
            action, "llama-swap has the models of its configuration file",
            hint: "Add or remove it under models: in that file.")
    }
}

extension LlamaSwapManager {
    /// An entry of `/running`.
    private struct Running {
        enum State { case starting, ready, stopping }

        var id: String
        var state: State
        var entry: JSONValue
    }

    private func running(action: String) async throws -> [Running] {
        let call = HTTPCall("GET", "/running", action: action)
        let reply = try await api.success(call)
        guard let entries = try api.object(reply, of: call)["running"]?.arrayValue else {
            throw api.unreadable(call, reply)
        }
        return entries.compactMap { entry in
            guard let id = entry["model"]?.filledString else { return nil }
            switch entry["state"]?.stringValue {
            case "stopped", "shutdown": return nil
            case "starting": return Running(id: id, state: .starting, entry: entry)
            case "stopping": return Running(id: id, state: .stopping, entry: entry)
            default: return Running(id: id, state: .ready, entry: entry)
            }
        }
    }

    private func entry(_ name: ModelName, in running: [Running]) -> Running? {
        if let found = api.match(name, in: running, id: \.id) { return found }
        guard let id = aliases.withLock({ $0[name] }) else { return nil }
        return running.first { $0.id == id }
    }

    private func readyEntry(_ name: ModelName, action: String) async throws -> Running? {
        try await entry(name, in: running(action: action).filter { $0.state == .ready })
    }

    private func info(_ running: Running) -> ModelInfo {
        var parameters: [String: JSONValue] = [:]
        parameters["ttl_seconds"] = running.entry["ttl"]?.integerValue.flatMap { $0 > 0 ? .integer($0) : nil }
        parameters["description"] = running.entry["description"]?.filledString.map(JSONValue.string)
        return api.journal.completed(
            ModelInfo(
                name: ModelName(running.id, on: .llamaSwap), provider: .llamaSwap, server: server, isLoaded: true,
                contextLength: contexts.withLock { $0[running.id] }, parameters: parameters))
    }

    private func installed(_ model: OpenAIServer.Listed) -> InstalledModel {
        let meta = model.entry["meta"]
        let context = meta?["n_ctx"]?.tokenCount ?? meta?["llamaswap"]?["n_ctx"]?.tokenCount
        return InstalledModel(
            name: ModelName(model.id, on: .llamaSwap), server: server, contextMaximum: context)
    }

    private func listedID(_ name: ModelName, action: String) async throws -> String? {
        api.match(name, in: try await api.models(action: action), id: \.id)?.id
    }

    // Models and aliases may be left out of the list and work all the same: only the server knows.
    private func resolve(_ name: ModelName, action: String) async throws -> String {
        try await listedID(name, action: action) ?? name.text
    }

    // Opened as a stream, since readings are asked for again on a broken connection: a start is not.
    private func requestStart(_ id: String, action: String) async throws {
        let call = HTTPCall("GET", "/upstream/\(id.percentEncoded)/health", lane: .long, action: action)
        do {
            let answer = try await api.connection.open(call)
            try await api.connection.lines(answer, of: call) { _ in true }
        } catch let error as ModelManagementError where error.status != nil {
            // A server without /health answers with an error of its own, and is ready all the same.
            let name = ModelName(id, on: .llamaSwap)
            if try await readyEntry(name, action: action) != nil { return }
            throw try await explained(error, name: name, action: action)
        }
    }

    private func explained(_ error: ModelManagementError, name: ModelName, action: String) async throws
        -> ModelManagementError
    {
        if [400, 404].contains(error.status) {
            let known = try await api.models(action: action).map(\.id)
            return api.unknown(name, action: action, of: known.filter { ModelName($0, on: .llamaSwap) != name })
        }
        var error = error
        if error.status == 429 { error.kind = .busy }
        if [500, 502].contains(error.status) {
            error.kind = .loadFailed
            error.hint = "What its server says is at \(address)/logs."
        }
        return error
    }

    // An alias is not in /running: it means the model that became ready for it.
    private func learnAlias(_ name: ModelName, before: [Running], action: String) async throws {
        let ready = try await running(action: action).filter { $0.state == .ready }
        guard entry(name, in: ready) == nil else { return }
        let new = ready.filter { model in !before.contains { $0.id == model.id } }
        guard let only = new.count == 1 ? new.first : ready.count == 1 ? ready.first : nil else { return }
        aliases.withLock { $0[name] = only.id }
    }

    // Asked only right after a load: any request to a model that is not running would start it.
    private func learnContext(of name: ModelName, action: String) async {
        guard let ready = try? await readyEntry(name, action: action),
            let reply = try? await api.connection.reply(
                HTTPCall("GET", "/upstream/\(ready.id.percentEncoded)/props", action: action)),
            reply.isSuccess,
            let context = OpenAIServer.object(reply.body)?["default_generation_settings"]?["n_ctx"]?.tokenCount
        else { return }
        contexts.withLock { $0[ready.id] = context }
    }

    private func requestStop(_ name: ModelName, action: String) async throws -> String? {
        guard let found = try await entry(name, in: running(action: action)), found.state != .stopping else {
            return nil
        }
        if found.state == .ready, try await isAnswering(found.id, action: action) {
            return "it is still answering a request"
        }
        let call = HTTPCall("POST", "/api/models/unload/\(found.id.percentEncoded)", lane: .long, action: action)
        guard let reply = try await api.replyInTime(call), !reply.isSuccess else { return nil }
        guard reply.status == 404 else { throw api.connection.failure(call, reply: reply) }
        try await stopEverything(except: name, action: action)
        return nil
    }

    // An old llama-swap has only a call that stops everything: it is used where nothing else runs.
    private func stopEverything(except name: ModelName, action: String) async throws {
        let running = try await running(action: action)
        guard let found = entry(name, in: running) else { return }
        guard running.count == 1 else {
            let others = running.map(\.id).filter { $0 != found.id }
            throw api.unsupported(
                action,
                "this llama-swap can only unload everything at once, and \(others.joined(separator: ", ")) "
                    + "would go as well", hint: "Update llama-swap, or open \(address)/unload to unload all of them.")
        }
        let call = HTTPCall("GET", "/unload", lane: .long, action: action)
        let answer = try await api.connection.open(call)
        try await api.connection.lines(answer, of: call) { _ in true }
    }

    /// Whether a llama-server says that one of its slots is at work; `false` for servers that have no slots.
    private func isAnswering(_ id: String, action: String) async throws -> Bool {
        let reply: HTTPReply
        do {
            reply = try await api.connection.reply(
                HTTPCall("GET", "/upstream/\(id.percentEncoded)/slots", action: action))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return false
        }
        guard reply.isSuccess, let slots = try? JSONDecoder().decode([JSONValue].self, from: reply.body) else {
            return false
        }
        return slots.contains { $0["is_processing"]?.boolValue == true }
    }
}
