import Foundation
import PromptChainCore

extension LMStudioManager {
    /// Loads a model, unless an instance of it is in memory: LM Studio would load a second one. One of ours with a
    /// smaller context than asked for is loaded again; one that somebody else loaded is used as it is, with a warning.
    ///
    /// A server before 0.4.0 is asked something, so that it loads the model just in time.
    public func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        let action = "load \(name.short)"
        let (model, named) = try await find(name, action: action)
        let largest = named ?? model.instances.max { ($0.context ?? 0) < ($1.context ?? 0) }
        if let loaded = largest {
            let isTooSmall = loaded.context.map { $0 < params.contextLength ?? 0 } ?? false
            guard isTooSmall, named == nil, isOurs(model), isV1 else {
                return api.touched(info(model, loaded), params: params, limit: Self.limit)
            }
            guard try await unloadModel(name) else {
                throw api.unsupported(
                    action, "it is loaded with a context of \(loaded.context ?? 0) tokens and does not leave memory")
            }
        }
        return try await api.load(name, params: params, limit: "LM Studio gave it no more") {
            try await isV1
                ? requestLoad(model, params, action: action) : requestJustInTime(model, action: action)
        } read: {
            let (model, _) = try await find(name, action: action)
            return model.preferred.map { info(model, $0) }
        }
    }

    /// Unloads a model, and watches until it is gone: the instances that this manager loaded, where there are any, else
    /// all of them. The name of an instance unloads that one.
    ///
    /// LM Studio does not tell whether an instance is at work: a request to it may be broken off.
    /// - Throws: `ModelManagementError` of kind `.notSupported` for a server before 0.4.0.
    public func unloadModel(_ name: ModelName) async throws -> Bool {
        let action = "unload \(name.short)"
        var wanted: Set<String> = []
        var asked: Set<String> = []
        return try await api.unload(name) {
            let present = Set(try await instances(of: name, action: action))
            if wanted.isEmpty {
                let ours = own.withLock { own in own.values.reduce(into: Set()) { $0.formUnion($1) } }
                wanted = present.isDisjoint(with: ours) ? present : present.intersection(ours)
            }
            return !present.isDisjoint(with: wanted)
        } ask: {
            guard isV1 else { throw tooOld(action) }
            for id in wanted.subtracting(asked).sorted() {
                asked.insert(id)
                try await requestUnload(id, name, action: action)
            }
            return nil
        }
    }

    private var isV1: Bool { edition.withLock { $0 == .v1 } }

    private func isOurs(_ model: LMStudioModel) -> Bool {
        let ours = own.withLock { $0[model.key] ?? [] }
        return model.instances.allSatisfy { ours.contains($0.id) }
    }

    // What LM Studio takes beside the model's name. Source: its REST API v1, "Load a model".
    private static let loadOptions = [
        "eval_batch_size", "flash_attention", "num_experts", "offload_kv_cache_to_gpu",
    ]

    // Never sent twice: each request loads another instance.
    private func requestLoad(_ model: LMStudioModel, _ params: LoadParameters, action: String) async throws {
        var members: [String: JSONValue] = ["model": .string(model.key)]
        members["context_length"] = params.contextLength.map { .integer(Int64($0)) }
        for option in Self.loadOptions { members[option] = params.runnerOptions[option] }
        let call = HTTPCall("POST", "/api/v1/models/load", body: body(members), lane: .long, action: action)
        let reply = try await api.connection.reply(call)
        guard reply.isSuccess else { throw loadFailure(call, reply) }
        let answer = try api.object(reply, of: call)
        if let error = ErrorBody.text(reply) { throw api.connection.make(call, .loadFailed, error) }
        if let id = answer["instance_id"]?.filledString {
            _ = own.withLock { $0[model.key, default: []].insert(id) }
        }
    }

    private func requestJustInTime(_ model: LMStudioModel, action: String) async throws {
        var call = HTTPCall("POST", "/v1/chat/completions", lane: .long, action: action)
        call.body = body([
            "model": .string(model.key), "max_tokens": 1, "messages": [["role": "user", "content": "Hi"]],
        ])
        if model.isEmbedding {
            call.path = "/v1/embeddings"
            call.body = body(["model": .string(model.key), "input": "Hi"])
        }
        let reply = try await api.connection.reply(call)
        guard reply.isSuccess, ErrorBody.text(reply) == nil else { throw loadFailure(call, reply) }
    }

    private func loadFailure(_ call: HTTPCall, _ reply: HTTPReply) -> ModelManagementError {
        var failure = api.connection.failure(call, reply: reply)
        if failure.kind == .server || failure.kind == .badRequest {
            failure.kind = .loadFailed
            failure.hint = "`lms log stream` shows what LM Studio says about it."
        }
        return failure
    }

    private func requestUnload(_ id: String, _ name: ModelName, action: String) async throws {
        let call = HTTPCall(
            "POST", "/api/v1/models/unload", body: body(["instance_id": .string(id)]), lane: .long, action: action)
        let reply = try await api.replyInTime(call)
        for key in own.withLock({ Array($0.keys) }) { _ = own.withLock { $0[key]?.remove(id) } }
        guard let reply, !reply.isSuccess else { return }
        // It left by itself in between.
        if try await !instances(of: name, action: action).contains(id) { return }
        throw api.connection.failure(call, reply: reply)
    }

    private func tooOld(_ action: String) -> ModelManagementError {
        api.unsupported(
            action, "this LM Studio cannot unload a model when it is asked to",
            hint: "Update it to 0.4.0 or newer, or unload the model in LM Studio or with `lms unload`.")
    }

    private func body(_ members: [String: JSONValue]) -> [UInt8] {
        Array(JSONText.line(JSONValue.object(members)).utf8)
    }
}
