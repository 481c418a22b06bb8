import Foundation
import PromptChainCore
import Synchronization

/// Manages the models of one LM Studio, and generates with them.
///
/// LM Studio 0.4.0 and newer load and unload by name (`/api/v1`). Older ones (`/api/v0`) only tell what is loaded; they
/// load a model with the first request to it, and unload it by their own rules.
public final class LMStudioManager: ModelManager, TextGenerator, ModelLibrary, CapabilityLearner {
    /// An API of LM Studio for its models.
    enum Edition: CaseIterable {
        case v1, v0

        var path: String { self == .v1 ? "/api/v1/models" : "/api/v0/models" }
    }

    let api: OpenAIServer
    let edition = Mutex<Edition?>(nil)
    /// The instances that this manager loaded, by the models' keys.
    let own = Mutex<[String: Set<String>]>([:])
    static let limit = "it was loaded with that, and is not ours to load again"

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
            configuration: configuration, provider: .lmStudio, log: log, timekeeper: timekeeper,
            unloadDeadline: unloadDeadline)
    }

    /// LM Studio.
    public var provider: ModelProvider { .lmStudio }
    /// The server's name.
    public var server: String { api.name }
    /// Its base address, without credentials.
    public var address: String { api.connection.address.description }

    /// Models can be listed; from 0.4.0 on they can be loaded with a context and unloaded, which is known once the
    /// server has answered.
    public var capabilities: ManagerCapabilities {
        edition.withLock { $0 == .v1 } ? [.load, .unload, .chooseContext, .listInstalled] : [.listInstalled]
    }

    /// Asks which of its APIs the server has.
    public func learnCapabilities() async throws {
        if edition.withLock({ $0 == nil }) { _ = try await models(action: "ask what it can do") }
    }

    /// Whether an instance of the model is in memory now.
    public func isModelLoaded(_ name: ModelName) async throws -> Bool {
        try await !instances(of: name, action: "list the loaded models").isEmpty
    }

    /// The models in memory now, sorted by name. A second instance of a model is listed under its own name.
    public func loadedModels() async throws -> [ModelInfo] {
        try await models(action: "list the loaded models")
            .flatMap { model in model.instances.map { info(model, $0) } }
            .sorted { $0.name.canonical < $1.name.canonical }
    }

    /// Whether the server answers.
    public func healthCheck() async -> Bool { (try? await models(action: "ask for the health")) != nil }

    /// Never known: LM Studio does not tell its version. Asking shows that it answers.
    public func version() async throws -> String? {
        _ = try await models(action: "ask for the version")
        return nil
    }

    /// Generates an answer. A model that is not loaded is loaded for it, where LM Studio's just-in-time loading is on.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        api.generate(request) { action in
            let (model, instance) = try await self.find(request.model, action: action)
            return instance?.id ?? model.preferred?.id ?? model.key
        }
    }

    /// What is sent with a request beside its messages, in the words of OpenAI's API.
    public func parameters(of request: GenerationRequest) -> [String: JSONValue] { OpenAIChat.parameters(of: request) }

    /// What the server tells about a model: size, quantisation, longest context.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        let (model, _) = try await find(name, action: "describe \(name.short)")
        return ModelDescription(model: installed(model), weights: model.key)
    }

    /// The models on disk, sorted by name.
    public func installedModels() async throws -> [InstalledModel] {
        try await models(action: "list the installed models").map(installed)
            .sorted { $0.name.canonical < $1.name.canonical }
    }

    /// Not offered.
    public func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        AsyncThrowingStream { $0.finish(throwing: self.notOffered("pull \(name.short)", "`lms get`")) }
    }

    /// Not offered.
    public func delete(_ name: ModelName) async throws { throw notOffered("delete \(name.short)", "LM Studio") }

    /// Ends all connections. The manager is of no use afterwards.
    public func shutdown() async { await api.connection.transport.shutdown() }

    private func notOffered(_ action: String, _ tool: String) -> ModelManagementError {
        api.unsupported(action, "models of LM Studio are not looked after from here", hint: "Use \(tool).")
    }
}

extension LMStudioManager {
    /// The models by the newest API that the server has.
    func models(action: String) async throws -> [LMStudioModel] {
        let known = edition.withLock { $0 }
        for candidate in known.map({ [$0] }) ?? Edition.allCases {
            let call = HTTPCall("GET", candidate.path, action: action)
            let reply = try await api.connection.reply(call)
            // LM Studio answers a path that it does not have with an error under status 200.
            if reply.isSuccess, let value = OpenAIServer.object(reply.body) {
                if candidate == .v1, let models = value["models"]?.arrayValue {
                    edition.withLock { $0 = .v1 }
                    return models.compactMap(LMStudioModel.init(v1:))
                }
                if candidate == .v0, let models = value["data"]?.arrayValue {
                    edition.withLock { $0 = .v0 }
                    return models.compactMap(LMStudioModel.init(v0:))
                }
            } else if !reply.isSuccess, reply.status != 404 {
                throw api.connection.failure(call, reply: reply)
            }
            if candidate == .v0 || known != nil || reply.looksLikeHTML {
                edition.withLock { $0 = nil }
                throw api.unreadable(call, reply)
            }
        }
        return []
    }

    /// The model that a name means, or the instance that has this name.
    func find(_ name: ModelName, action: String) async throws -> (LMStudioModel, LMStudioModel.Instance?) {
        let models = try await models(action: action)
        if let model = api.match(name, in: models, id: \.key) { return (model, nil) }
        for model in models {
            if let instance = api.match(name, in: model.instances, id: \.id) { return (model, instance) }
        }
        throw api.unknown(name, action: action, of: models.map(\.key))
    }

    /// The names of the instances that a name means: all of a model, or the one that has this name.
    func instances(of name: ModelName, action: String) async throws -> [String] {
        do {
            let (model, instance) = try await find(name, action: action)
            return instance.map { [$0.id] } ?? model.instances.map(\.id)
        } catch let error as ModelManagementError where error.kind == .modelNotFound {
            return []
        }
    }

    func info(_ model: LMStudioModel, _ instance: LMStudioModel.Instance) -> ModelInfo {
        var parameters: [String: JSONValue] = [:]
        parameters["instance"] = .string(instance.id)
        parameters["file_bytes"] = model.fileBytes.map(JSONValue.integer)
        parameters["parameter_size"] = model.parameterSize.map(JSONValue.string)
        parameters["quantization"] = model.quantization.map(JSONValue.string)
        return api.journal.completed(
            ModelInfo(
                name: model.name(of: instance), provider: .lmStudio, server: server, isLoaded: true,
                contextLength: instance.context, digest: model.key, parameters: parameters))
    }

    private func installed(_ model: LMStudioModel) -> InstalledModel {
        InstalledModel(
            name: ModelName(model.key, on: .lmStudio), server: server, sizeBytes: model.fileBytes,
            parameterSize: model.parameterSize, quantization: model.quantization,
            contextMaximum: model.contextMaximum, capabilities: model.capabilities, digest: model.key)
    }
}
