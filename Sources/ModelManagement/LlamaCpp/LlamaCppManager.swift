import Foundation
import PromptChainCore

/// Talks to a plain `llama-server`: one model, loaded when the server starts and held until it stops. Nothing can be
/// loaded or unloaded, and its capabilities say so; a chain on it waits until it is ready, and generates.
public final class LlamaCppManager: ModelManager, TextGenerator, ServerInspector {
    private let connection: ServerConnection
    private let log: ManagerLog

    /// A manager for one server.
    public convenience init(
        configuration: ServerConfiguration, log: ManagerLog? = nil, timekeeper: Timekeeper = .system
    ) {
        self.init(
            connection: ServerConnection(configuration: configuration, timekeeper: timekeeper),
            log: log ?? ManagerLog(provider: .llamaCpp, verbose: configuration.verbose))
    }

    init(connection: ServerConnection, log: ManagerLog) {
        self.connection = connection
        self.log = log
    }

    /// llama.cpp.
    public var provider: ModelProvider { .llamaCpp }
    /// The server's name.
    public var server: String { connection.name }
    /// Its base address, without credentials.
    public var address: String { connection.address.description }
    /// None: the server's one model is there as long as the server is.
    public var capabilities: ManagerCapabilities { [] }

    /// Waits until the server has loaded its model, and checks that it is the one that is meant.
    /// - Throws: `ModelManagementError` of kind `.modelNotFound`, which names the model that is served.
    public func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        let start = connection.timekeeper.elapsed()
        var pause = 0.05
        while try await !isReady(action: "load \(name.short)") {
            try await connection.timekeeper.sleep(pause)
            pause = min(1, pause * 1.5)
        }
        let (model, info) = try await served(action: "load \(name.short)")
        try check(name, model, action: "load \(name.short)")
        var loaded = info
        loaded.loadSeconds = connection.timekeeper.elapsed() - start
        if let asked = params.contextLength, let got = info.contextLength, got < asked {
            log.warning(
                "\(info.name.short) was asked for a context of \(asked) tokens and has \(got): the server was started "
                    + "with that")
        }
        return loaded
    }

    /// Always fails for the model that is served: it stays until the server is stopped. Another one is not there,
    /// which is a success.
    public func unloadModel(_ name: ModelName) async throws -> Bool {
        let action = "unload \(name.short)"
        guard try await isReady(action: action) else { throw cannotUnload(action) }
        guard try await served(action: action).model.answers(to: name.short) else { return true }
        throw cannotUnload(action)
    }

    private func cannotUnload(_ action: String) -> ModelManagementError {
        ModelManagementError(
            kind: .notSupported, action: action, server: server,
            reason: "a llama-server keeps its one model until it is stopped",
            hint: "Stop the server to free its memory.")
    }

    /// Whether the server's model is ready and is the one that is meant.
    public func isModelLoaded(_ name: ModelName) async throws -> Bool {
        let action = "list the loaded models"
        guard try await isReady(action: action) else { return false }
        return try await served(action: action).model.answers(to: name.short)
    }

    /// The server's model, when it is ready.
    public func loadedModels() async throws -> [ModelInfo] {
        let action = "list the loaded models"
        guard try await isReady(action: action) else { return [] }
        return [try await served(action: action).info]
    }

    /// Whether the server answers and has loaded its model.
    public func healthCheck() async -> Bool {
        (try? await isReady(action: "ask for the health")) ?? false
    }

    /// The build of the server.
    public func version() async throws -> String? {
        try await props(action: "ask for the version").buildInfo
    }

    /// Ends all connections. The manager is of no use afterwards.
    public func shutdown() async {
        await connection.transport.shutdown()
    }
}

extension LlamaCppManager {
    /// Generates an answer by `/v1/chat/completions`.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let call = HTTPCall(
                "POST", "/v1/chat/completions", body: OpenAIChat.body(request, model: request.model.short),
                lane: .long, isRetried: true, action: "generate with \(request.model.short)")
            let task = Task {
                do {
                    try await withTimeLimit(request.timeout, failure: .timedOut(request.timeout ?? 0)) {
                        // A one-model server answers with its model whatever is asked for.
                        let served = try await self.served(action: call.action)
                        try self.check(request.model, served.model, action: call.action)
                        try await OpenAIChat.stream(call, on: self.connection) { continuation.yield($0) }
                    }
                    continuation.finish()
                } catch let failure as TransportFailure {
                    continuation.finish(throwing: self.connection.failure(call, failure))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// What the server tells about its model.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        let action = "describe \(name.short)"
        let (model, info) = try await served(action: action)
        try check(name, model, action: action)
        let meta = try await models(action: action).first?.meta
        let installed = InstalledModel(
            name: info.name, server: server, sizeBytes: meta?.size, quantization: meta?.quantization,
            contextMaximum: meta?.trainedContext)
        return ModelDescription(model: installed, defaultContext: info.contextLength)
    }

    /// Whether the server has loaded its model: it answers 503 until then.
    private func isReady(action: String) async throws -> Bool {
        let call = HTTPCall("GET", "/health", action: action)
        let reply = try await connection.reply(call)
        try connection.refuseWebPage(call, reply)
        if reply.isSuccess { return true }
        if reply.status == 503, !reply.looksLikeHTML { return false }
        throw connection.failure(call, reply: reply)
    }

    private func served(action: String) async throws -> (model: ServedModel, info: ModelInfo) {
        let props = try await props(action: action)
        guard props.role != "router" else {
            throw ModelManagementError(
                kind: .notSupported, action: action, server: server,
                reason: "this llama-server runs as a router over several models, which cannot be managed yet",
                hint: "Start it with one model: llama-server -m MODEL.gguf.")
        }
        guard let first = try await models(action: action).first else {
            throw ModelManagementError(
                kind: .notAnswering, action: action, server: server, reason: "it has not loaded its model yet",
                hint: "Its log says how far it is.")
        }
        let model = ServedModel(first, props)
        var parameters: [String: JSONValue] = [:]
        parameters["quantization"] = first.meta?.quantization.map(JSONValue.string)
        parameters["file_bytes"] = first.meta?.size.map(JSONValue.integer)
        let info = ModelInfo(
            name: ModelName(model.name, on: .llamaCpp), provider: .llamaCpp, server: server, isLoaded: true,
            contextLength: props.settings?.context, parameters: parameters)
        return (model, info)
    }

    private func check(_ name: ModelName, _ model: ServedModel, action: String) throws {
        guard !model.answers(to: name.short) else { return }
        throw ModelManagementError(
            kind: .modelNotFound, action: action, server: server, reason: "it serves \(model.name) and nothing else",
            hint: "Name \(model.name), or start a llama-server with --alias \(name.short).")
    }

    private func props(action: String) async throws -> LlamaCppPayload.Props {
        try await decode(LlamaCppPayload.Props.self, HTTPCall("GET", "/props", action: action))
    }

    private func models(action: String) async throws -> [OpenAIPayload.Model] {
        try await decode(OpenAIPayload.Models.self, HTTPCall("GET", "/v1/models", action: action)).data
    }

    private func decode<Payload: Decodable>(_ type: Payload.Type, _ call: HTTPCall) async throws -> Payload {
        let reply = try await connection.reply(call)
        guard reply.isSuccess else { throw connection.failure(call, reply: reply) }
        guard let payload = try? JSONDecoder().decode(type, from: reply.body) else {
            throw connection.foreign(call, reply) ?? connection.make(call, .foreign, "the answer cannot be read")
        }
        return payload
    }
}
