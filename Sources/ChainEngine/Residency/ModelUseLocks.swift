import ModelManagement
import PromptChainCore

/// Tells chains about each other: a model that one of them uses is not unloaded by another, and the last of them unloads
/// what any of them loaded.
public protocol ModelUseLocks: Sendable {
    /// Marks a model as used. `nil` while another chain unloads it.
    /// - Parameters:
    ///   - server: What tells the server from others.
    ///   - weights: What tells the weights from others.
    func use(server: String, weights: String) -> (any ModelUseLock)?

    /// The models in a server's memory that chains loaded which are gone. To be asked before a model is used.
    /// - Parameters:
    ///   - server: What tells the server from others.
    ///   - loaded: What the server has in memory.
    func leftovers(server: String, loaded: [ModelInfo]) async -> [ModelName]
}

extension ModelUseLocks {
    /// None: locks among the chains of one process end with them.
    public func leftovers(server: String, loaded: [ModelInfo]) async -> [ModelName] { [] }
}

/// One chain's use of a model.
public protocol ModelUseLock: Sendable {
    /// Whether a chain loaded the model, and chains have used it ever since.
    var wasLoadedByChain: Bool { get }
    /// Notes that a chain loads the model.
    func noteLoad()
    /// Claims the model for oneself, so that it can be unloaded. `false` when another chain uses it as well; the use
    /// then goes on.
    func claim() -> Bool
    /// Claims the model, or ends the use when another chain uses it as well: of several chains that leave at the same
    /// time exactly one gets `true`.
    func leave() -> Bool
    /// Ends the use.
    func release()
}
