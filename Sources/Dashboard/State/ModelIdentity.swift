import PromptChainCore

/// Which model on which server: what a selection holds on to, since rows come and go.
struct ModelIdentity: Hashable, Sendable {
    var server: String
    var model: ModelName
}
