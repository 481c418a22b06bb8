import PromptChainCore

/// Something that takes time and that somebody waits for; its own key, so that it is never asked for twice.
public enum DashboardOperation: Hashable, Sendable {
    /// A model is being loaded.
    case load(server: String, model: ModelName)
    /// A model is being unloaded.
    case unload(server: String, model: ModelName)
    /// Every model of a server is being unloaded.
    case unloadAll(server: String)
    /// A model is being downloaded.
    case pull(server: String, model: ModelName)
    /// A model is being deleted from disk.
    case delete(server: String, model: ModelName)
    /// How long a model stays is being set.
    case keepAlive(server: String, model: ModelName)
    /// A chain is being started.
    case startRun(path: String)

    /// The server that it happens on, if any.
    public var server: String? {
        switch self {
        case .load(let server, _), .unload(let server, _), .unloadAll(let server), .pull(let server, _),
            .delete(let server, _), .keepAlive(let server, _):
            server
        case .startRun: nil
        }
    }
}

/// How an operation ended.
public enum OperationOutcome: Equatable, Sendable {
    /// It was done; the text says what the user should know about it, `nil` when the screen shows it anyway.
    case succeeded(String?)
    /// It failed: why in one sentence, and what helps.
    case failed(sentence: String, hint: String?)
}
