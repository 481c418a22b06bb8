import PromptChainCore

/// A chain of prompts: each step's output is the next one's input.
public struct Chain: Equatable, Sendable {
    /// The chain's name.
    public var name: String
    /// The steps, in order.
    public var steps: [ChainStep]
    /// How its models are managed.
    public var management: ChainManagement
    /// What happens to models between steps; `nil` when the chain does not say.
    public var policy: ResidencyPolicy?
    /// How large its models' contexts are.
    public var context: ContextPolicy
    /// Rules that may end it, or send it elsewhere.
    public var breakers: [BreakerRule]
    /// The servers of the tools that its models may call.
    public var toolServers: [ToolServer]
    /// What its models see of the steps before theirs.
    public var history: HistoryRule
    /// The file that it was read from, as the path was given.
    public var file: String?

    /// A chain.
    public init(
        name: String, steps: [ChainStep], management: ChainManagement = ChainManagement(),
        policy: ResidencyPolicy? = nil, context: ContextPolicy = .serverDefault,
        breakers: [BreakerRule] = [], toolServers: [ToolServer] = [], history: HistoryRule = .none, file: String? = nil
    ) {
        self.name = name
        self.steps = steps
        self.management = management
        self.policy = policy
        self.context = context
        self.breakers = breakers
        self.toolServers = toolServers
        self.history = history
        self.file = file
    }

    /// The models that the chain uses, each once, in the order of their first use.
    public var models: [ModelName] {
        var seen: Set<ModelName> = []
        return calls.map(\.model).filter { seen.insert($0).inserted }
    }

    /// Everything that the chain asks of models, in order; a chain that is one of its steps included.
    var calls: [ModelCall] {
        steps.flatMap { step -> [ModelCall] in
            if case .chain(let chain) = step.action { chain.calls } else { step.call.map { [$0] } ?? [] }
        }
    }

    /// Whether the chain asks for its models to be managed. A policy asks for it as well, unless management is switched
    /// off in so many words.
    public var isManaged: Bool { management.enabled ?? (policy != nil) }
}
