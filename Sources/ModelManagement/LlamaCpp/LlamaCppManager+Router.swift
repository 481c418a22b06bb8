import Foundation
import PromptChainCore

// What a router has, and what it tells about it.
extension LlamaCppManager {
    /// All models of a router, sorted by name.
    /// - Throws: `RoleChange` when the server is a plain one by now.
    func routerModels(action: String) async throws -> [RouterModel] {
        let call = HTTPCall("GET", "/v1/models", action: action)
        let reply = try await api.connection.reply(call)
        if reply.status == 503, ErrorBody.text(reply)?.contains("Loading model") == true { throw RoleChange() }
        guard reply.isSuccess else { throw api.connection.failure(call, reply: reply) }
        guard let entries = try api.object(reply, of: call)["data"]?.arrayValue else {
            throw api.unreadable(call, reply)
        }
        let models = entries.compactMap { RouterModel($0) }
        if models.isEmpty, !entries.isEmpty { throw RoleChange() }
        facts.withLock { facts in
            for model in models {
                guard var read = model.facts else { continue }
                read.slot = facts[model.id]?.slot
                facts[model.id] = read
            }
        }
        return models.sorted { $0.id < $1.id }
    }

    /// The model that a name means: by its spelling, else by a name that compares, else by an alias.
    func match(_ name: ModelName, in models: [RouterModel]) -> RouterModel? {
        api.match(name, in: models) { $0.id }
            ?? models.first { model in model.aliases.contains { ModelName($0, on: .llamaCpp) == name } }
    }

    /// The model that a name means.
    /// - Throws: `ModelManagementError` of kind `.modelNotFound`.
    func find(_ name: ModelName, in models: [RouterModel], action: String) throws -> RouterModel {
        guard let model = match(name, in: models) else { throw unknown(name, action: action, in: models) }
        return model
    }

    func unknown(_ name: ModelName, action: String, in models: [RouterModel]) -> ModelManagementError {
        var error = api.unknown(name, action: action, of: models.map(\.id))
        if models.isEmpty {
            error.hint = "Start the router with --models-dir FOLDER, or with --models-preset FILE."
        }
        return error
    }

    /// A model of a router as it stands.
    func info(_ model: RouterModel) async -> ModelInfo {
        var parameters: [String: JSONValue] = [:]
        parameters["quantization"] = model.facts?.quantization.map(JSONValue.string)
        parameters["file_bytes"] = model.facts?.sizeBytes.map(JSONValue.integer)
        return api.journal.completed(
            ModelInfo(
                name: ModelName(model.id, on: .llamaCpp), provider: .llamaCpp, server: server,
                isLoaded: model.state == .loaded, contextLength: await slotContext(of: model), parameters: parameters))
    }

    // What one request can use is less than what is allocated when a server shares its context among its slots. It does
    // not change while the model is loaded, so it is read once.
    private func slotContext(of model: RouterModel) async -> Int? {
        guard model.state == .loaded else { return nil }
        if let slot = facts.withLock({ $0[model.id]?.slot }), slot.port == model.port { return slot.context }
        let props = try? await api.object(path("/props", of: model.id), action: "ask for the context")
        guard let context = props?["default_generation_settings"]?["n_ctx"]?.tokenCount else {
            return model.facts?.context
        }
        facts.withLock { $0[model.id]?.slot = RouterFacts.Slot(context: context, port: model.port) }
        return context
    }

    /// A path that asks the server of one model, and never loads it for that.
    func path(_ path: String, of id: String) -> String { "\(path)?model=\(id.percentEncoded)&autoload=false" }

    private func installed(_ model: RouterModel) -> InstalledModel {
        let facts = model.facts ?? self.facts.withLock { $0[model.id] }
        return InstalledModel(
            name: ModelName(model.id, on: .llamaCpp), server: server, sizeBytes: facts?.sizeBytes,
            parameterSize: facts?.parameterCount.map(Self.parameterSize), quantization: facts?.quantization,
            contextMaximum: facts?.trainedContext)
    }

    // As people write it: 134.5M, 7.2B.
    private static func parameterSize(_ count: Int64) -> String {
        count >= 1_000_000_000
            ? ByteCount.fixed(Double(count) / 1e9, digits: 1) + "B"
            : ByteCount.fixed(Double(count) / 1e6, digits: 1) + "M"
    }
}

extension LlamaCppManager {
    /// What the server tells about a model. A router knows a model's size and longest context only once it has been
    /// loaded.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        try await byRole("describe \(name.short)") { action in
            try await self.describePlain(name, action: action)
        } router: { action, _ in
            let model = try self.find(name, in: try await self.routerModels(action: action), action: action)
            return ModelDescription(
                model: self.installed(model), defaultContext: model.presetContext, seesPictures: model.seesPictures)
        }
    }

    /// The models that a router can load, or the one that a plain server has; sorted by name.
    public func installedModels() async throws -> [InstalledModel] {
        try await byRole("list the installed models") { action in
            [try await self.describePlain(nil, action: action).model]
        } router: { action, _ in
            try await self.routerModels(action: action).map { self.installed($0) }
        }
    }

    /// Not offered.
    public func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        AsyncThrowingStream { $0.finish(throwing: self.notOffered("pull \(name.short)")) }
    }

    /// Not offered.
    public func delete(_ name: ModelName) async throws { throw notOffered("delete \(name.short)") }

    private func notOffered(_ action: String) -> ModelManagementError {
        api.unsupported(
            action, "models of a llama-server are not looked after from here",
            hint: "Put the file into the folder that the router was started with (--models-dir).")
    }
}
