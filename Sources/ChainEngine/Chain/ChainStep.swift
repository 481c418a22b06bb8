import PromptChainCore

/// One step of a chain: a model, what it is told, and how.
public struct ChainStep: Equatable, Sendable {
    /// The step's name, unique in its chain.
    public var name: String
    /// The model that does it.
    public var model: ModelName
    /// The server that runs it: a name from the configuration or an address.
    public var server: String?
    /// The address of the model's own server (`params.api_base`); it goes before every other choice.
    public var apiBase: String?
    /// What the model is told, with placeholders.
    public var instruction: PromptTemplate
    /// What the model is told about its part, before the instruction.
    public var system: String?
    /// Sampling options under the provider's own names: `temperature`, `num_predict`, `seed`, `stop`, …
    public var options: [String: JSONValue]
    /// Options with which the model is loaded: `num_gpu`, `num_batch`, …; equal in every step with the same model.
    public var runnerOptions: [String: JSONValue]
    /// The context of its model in tokens, where the step has its own (`params.num_ctx`).
    public var contextLength: Int?
    /// How large the context of its model is, where the model has a rule of its own; `contextLength` goes before it.
    public var context: ContextPolicy?
    /// Whether the model reasons before it answers; `nil` leaves it to the model.
    public var think: JSONValue?
    /// The form of the answer: `"json"` or a JSON schema.
    public var format: JSONValue?
    /// The longest that the answer may take, in seconds; `nil` for no limit.
    public var timeout: Double?

    /// A step.
    public init(
        name: String, model: ModelName, server: String? = nil, apiBase: String? = nil, instruction: PromptTemplate,
        system: String? = nil, options: [String: JSONValue] = [:], runnerOptions: [String: JSONValue] = [:],
        contextLength: Int? = nil, context: ContextPolicy? = nil, think: JSONValue? = nil, format: JSONValue? = nil,
        timeout: Double? = nil
    ) {
        self.name = name
        self.model = model
        self.server = server
        self.apiBase = apiBase
        self.instruction = instruction
        self.system = system
        self.options = options
        self.runnerOptions = runnerOptions
        self.contextLength = contextLength
        self.context = context
        self.think = think
        self.format = format
        self.timeout = timeout
    }
}
