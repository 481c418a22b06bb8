import PromptChainCore

/// A chain file as a list shows it.
public struct ChainFileSummary: Equatable, Sendable {
    /// Where it lies.
    public var path: String
    /// The chain's name; the file's when it has none.
    public var name: String
    /// The steps' names, in order.
    public var steps: [String]
    /// The models that it uses, each once, in order of first use.
    public var models: [ModelName]
    /// What is wrong with it. A chain with an error cannot be started.
    public var faults: [FileFault]

    /// A chain file.
    public init(path: String, name: String, steps: [String], models: [ModelName], faults: [FileFault] = []) {
        self.path = path
        self.name = name
        self.steps = steps
        self.models = models
        self.faults = faults
    }

    /// Whether it can be started.
    public var isUsable: Bool { !faults.contains { $0.severity == .error } }
}
