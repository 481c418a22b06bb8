import Foundation
import PromptChainCore

// A plain server: one model, which is there as long as the server is.
extension LlamaCppManager {
    /// Waits until the server has loaded its model, and checks that it is the one that is meant.
    func awaitPlain(_ name: ModelName, params: LoadParameters, action: String) async throws -> ModelInfo {
        let start = api.connection.timekeeper.elapsed()
        var pause = 0.05
        while try await !isReady(action: action) {
            try await api.connection.timekeeper.sleep(pause)
            pause = min(1, pause * 1.5)
        }
        let (model, info, _) = try await served(action: action)
        try check(name, model, action: action)
        var loaded = info
        loaded.loadSeconds = api.connection.timekeeper.elapsed() - start
        api.warnAboutContext(info, asked: params.contextLength, limit: "the server was started with that")
        return loaded
    }

    func unloadPlain(_ name: ModelName, action: String) async throws -> Bool {
        guard try await isReady(action: action), try await !served(action: action).model.answers(to: name.short) else {
            throw ModelManagementError(
                kind: .notSupported, action: action, server: server,
                reason: "a llama-server keeps its one model until it is stopped",
                hint: "Stop the server to free its memory.")
        }
        return true
    }

    func isPlainModel(_ name: ModelName, action: String) async throws -> Bool {
        guard try await isReady(action: action) else { return false }
        return try await served(action: action).model.answers(to: name.short)
    }

    func plainModels(action: String) async throws -> [ModelInfo] {
        guard try await isReady(action: action) else { return [] }
        return [try await served(action: action).info]
    }

    /// The name under which a plain server is asked to generate. It answers with its model whatever is asked for, so
    /// another one is refused here.
    func plainTarget(_ name: ModelName, action: String) async throws -> String {
        try check(name, try await served(action: action).model, action: action)
        return name.short
    }

    func describePlain(_ name: ModelName?, action: String) async throws -> ModelDescription {
        let (model, info, props) = try await served(action: action)
        if let name { try check(name, model, action: action) }
        let meta = try await models(action: action).first?.meta
        let installed = InstalledModel(
            name: info.name, server: server, sizeBytes: meta?.size, quantization: meta?.quantization,
            contextMaximum: meta?.trainedContext)
        return ModelDescription(
            model: installed, defaultContext: info.contextLength, seesPictures: props.modalities?.vision)
    }

    private func served(
        action: String
    ) async throws -> (model: ServedModel, info: ModelInfo, props: LlamaCppPayload.Props) {
        let props = try await decode(LlamaCppPayload.Props.self, HTTPCall("GET", "/props", action: action))
        guard props.role != "router" else { throw RoleChange() }
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
        return (model, info, props)
    }

    private func check(_ name: ModelName, _ model: ServedModel, action: String) throws {
        guard !model.answers(to: name.short) else { return }
        throw ModelManagementError(
            kind: .modelNotFound, action: action, server: server, reason: "it serves \(model.name) and nothing else",
            hint: "Name \(model.name), or start a llama-server with --alias \(name.short).")
    }

    private func models(action: String) async throws -> [OpenAIPayload.Model] {
        try await decode(OpenAIPayload.Models.self, HTTPCall("GET", "/v1/models", action: action)).data
    }

    private func decode<Payload: Decodable>(_ type: Payload.Type, _ call: HTTPCall) async throws -> Payload {
        let reply = try await api.success(call)
        guard let payload = try? JSONDecoder().decode(type, from: reply.body) else {
            throw api.unreadable(call, reply)
        }
        return payload
    }
}
