import PromptChainCore

/// Manages the models of one server. These five calls are all that a manager of your own has to answer; what it can do
/// beyond them it says by conforming to `TextGenerator`, `ModelLibrary` or `ServerInspector` as well.
public protocol ModelManager: Sendable {
    /// Loads a model and returns when it is ready. Loading one that is loaded with the same parameters does nothing.
    ///
    /// There is no short time limit: a large model may take half an hour. Cancelling the task ends the load.
    /// - Throws: `ModelManagementError`.
    func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo

    /// Asks for a model to leave memory and watches until it is gone.
    /// - Returns: `true` when it is gone or was not there; `false` when it is still there at the deadline.
    /// - Throws: `ModelManagementError` when the server cannot be asked.
    func unloadModel(_ name: ModelName) async throws -> Bool

    /// Whether a model is in memory now.
    func isModelLoaded(_ name: ModelName) async throws -> Bool

    /// The models in memory now, sorted by name.
    func loadedModels() async throws -> [ModelInfo]

    /// Whether the server answers.
    func healthCheck() async -> Bool
}

/// Loads models and tells how far a load has come, where the server says so.
public protocol LoadProgressReporter: ModelManager {
    /// Loads a model as `loadModel(_:params:)` does.
    /// - Parameter progress: takes the share that is loaded, 0…1, in rising order, until the call returns.
    func loadModel(
        _ name: ModelName, params: LoadParameters, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> ModelInfo
}

/// Generates text with the models of one server.
public protocol TextGenerator: Sendable {
    /// Generates an answer. The stream gives text as it arrives and ends after `.finished`; a stream that ends
    /// otherwise throws `ModelManagementError`. Cancelling the reader ends the generation on the server.
    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error>

    /// What the server tells about a model.
    func describe(_ name: ModelName) async throws -> ModelDescription

    /// What is sent with a request beside its model, its messages and its tools, in the words of the server's API.
    func parameters(of request: GenerationRequest) -> [String: JSONValue]
}

extension TextGenerator {
    /// The options of the request itself.
    public func parameters(of request: GenerationRequest) -> [String: JSONValue] { request.options }
}

/// Looks after the models that a server has on disk.
public protocol ModelLibrary: Sendable {
    /// The models on disk, sorted by name.
    func installedModels() async throws -> [InstalledModel]

    /// Downloads a model. The stream ends when it is there, and throws when it cannot be had.
    func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error>

    /// Deletes a model from disk.
    func delete(_ name: ModelName) async throws
}

/// Tells what a server is, for dashboards and diagnosis.
public protocol ServerInspector: Sendable {
    /// The kind of server.
    var provider: ModelProvider { get }
    /// The server's name.
    var server: String { get }
    /// Its base address, without credentials.
    var address: String { get }
    /// What can be done with it.
    var capabilities: ManagerCapabilities { get }

    /// The server's version, where it tells one.
    func version() async throws -> String?
    /// Ends all connections. The manager is of no use afterwards.
    func shutdown() async
}
