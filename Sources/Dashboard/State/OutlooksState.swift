import PromptChainCore

/// What was asked about models' memory, and what is known of it.
struct OutlooksState: Equatable, Sendable {
    private(set) var asked: Set<ModelIdentity> = []
    private var known: [ModelIdentity: ModelOutlook] = [:]

    subscript(identity: ModelIdentity) -> ModelOutlook? { known[identity] }

    /// Notes that a model is asked about; `false` when it was before.
    mutating func ask(_ identity: ModelIdentity) -> Bool { asked.insert(identity).inserted }

    /// Lets everything be asked once more; what is known stays until then.
    mutating func askAgain() { asked = [] }

    mutating func add(_ outlook: ModelOutlook, on server: String) {
        let identity = ModelIdentity(server: server, model: outlook.model)
        asked.insert(identity)
        known[identity] = outlook
    }
}
