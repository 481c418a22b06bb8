import PromptChainCore

/// What a step asks of a model: which one, where it runs, what it is told, and how.
public struct ModelCall: Equatable, Sendable {
    /// The model.
    public var model: ModelName
    /// The server that runs it: a name from the configuration or an address.
    public var server: String?
    /// The address of the model's own server (`params.api_base`); it goes before every other choice.
    public var apiBase: String?
    /// What the model is told, with placeholders.
    public var instruction: PromptTemplate
    /// What the model is told about its part, before the instruction.
    public var system: String?
    /// Pictures that go with the instruction, as paths of files; those of a chain file count from its folder.
    public var images: [String]
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
    /// Whether the answer comes as it is written, or in one piece when it is complete (`params.stream`).
    public var streams: Bool
    /// How often a control call about this model is tried again; `nil` leaves it to the chain (`params.max_retries`).
    public var maxRetries: Int?

    /// A call of a model.
    public init(
        model: ModelName, server: String? = nil, apiBase: String? = nil, instruction: PromptTemplate,
        system: String? = nil, images: [String] = [], options: [String: JSONValue] = [:],
        runnerOptions: [String: JSONValue] = [:], contextLength: Int? = nil, context: ContextPolicy? = nil,
        think: JSONValue? = nil, format: JSONValue? = nil, streams: Bool = true, maxRetries: Int? = nil
    ) {
        self.model = model
        self.server = server
        self.apiBase = apiBase
        self.instruction = instruction
        self.system = system
        self.images = images
        self.options = options
        self.runnerOptions = runnerOptions
        self.contextLength = contextLength
        self.context = context
        self.think = think
        self.format = format
        self.streams = streams
        self.maxRetries = maxRetries
    }
}
