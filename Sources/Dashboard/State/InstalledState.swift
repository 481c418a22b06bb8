import PromptChainCore

/// What a server has on disk, as far as it has said.
enum InstalledState: Equatable, Sendable {
    case asked
    case known([InstalledModel])
    case failed(reason: String, hint: String?)

    /// The models, as far as they are known.
    var models: [InstalledModel] {
        if case .known(let models) = self { return models }
        return []
    }
}
