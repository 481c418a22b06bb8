import PromptChainCore

/// Where a model takes memory: its weights on one server. Two names of the same weights share one slot.
struct ModelSlot: Hashable, Sendable {
    /// What tells the server from others.
    var server: String
    /// What tells the weights from others: their digest where it is known, else the model's name.
    var weights: String

    init(server: String, model: ModelName, digest: String? = nil) {
        self.server = server
        weights = digest ?? model.canonical.lowercased()
    }
}

/// A model that is in memory and concerns a run.
struct Resident: Equatable, Sendable {
    /// Where it is.
    var slot: ModelSlot
    /// The name under which the chain uses it.
    var model: ModelName
    /// Whether this run may unload it, because it loaded it.
    var isOurs: Bool
    /// Whether it stayed after it was asked to leave. It is asked again only at the end.
    var isStuck = false
    /// Its GPU memory in bytes, as the server says.
    var vramBytes: Int64?
    /// All its memory in bytes, as the server says: more than `vramBytes` where it did not fit.
    var sizeBytes: Int64?
    /// The context that it was loaded with, in tokens, as the server says.
    var contextLength: Int?
    /// Whether somebody pinned it before this run used it.
    var isPinned = false
}
