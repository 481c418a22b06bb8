/// What a model is doing right now, for whomever: not only for this program. What nobody tells is `nil`, never 0.
public struct ModelActivity: Equatable, Sendable {
    /// What a model is doing.
    public enum Phase: String, Equatable, Sendable {
        /// It is on its way into memory.
        case loading
        /// It waits for a request.
        case idle
        /// It reads a prompt.
        case reading
        /// It writes an answer.
        case generating
    }

    /// The model.
    public var model: ModelName
    /// What it is doing. With several requests at a time it generates as soon as one of them does.
    public var phase: Phase
    /// How long the load has taken until now, in seconds; only while it loads.
    public var loadingSeconds: Double?
    /// How many requests it works on; `nil` while it loads.
    public var requests: Int?
    /// Tokens of the prompts that were read until now, those from the cache included.
    public var promptTokens: Int?
    /// Tokens of the answers until now, of all requests that it works on.
    public var outputTokens: Int?
    /// Tokens in the context of the request that has most of them.
    public var contextTokens: Int?
    /// The most tokens that this context holds.
    public var contextLength: Int?
    /// Tokens of answers a second, all requests together, measured between two readings.
    public var tokensPerSecond: Double?
    /// How many requests wait for their turn at it, where its server counts them.
    public var waitingRequests: Int?
    /// The process that runs it, where it can be seen.
    public var process: RunnerProcess?

    /// What a model is doing.
    public init(
        model: ModelName, phase: Phase, loadingSeconds: Double? = nil, requests: Int? = nil, promptTokens: Int? = nil,
        outputTokens: Int? = nil, contextTokens: Int? = nil, contextLength: Int? = nil, tokensPerSecond: Double? = nil,
        waitingRequests: Int? = nil, process: RunnerProcess? = nil
    ) {
        self.model = model
        self.phase = phase
        self.loadingSeconds = loadingSeconds
        self.requests = requests
        self.promptTokens = promptTokens
        self.outputTokens = outputTokens
        self.contextTokens = contextTokens
        self.contextLength = contextLength
        self.tokensPerSecond = tokensPerSecond
        self.waitingRequests = waitingRequests
        self.process = process
    }
}

extension ModelActivity: Encodable {
    private enum CodingKeys: String, CodingKey {
        case model, phase, loadingSeconds = "loading_seconds", requests, promptTokens = "prompt_tokens"
        case outputTokens = "output_tokens", contextTokens = "context_tokens", contextLength = "context_length"
        case tokensPerSecond = "tokens_per_second", waitingRequests = "waiting_requests", process
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model.canonical, forKey: .model)
        try container.encode(phase.rawValue, forKey: .phase)
        try container.encode(loadingSeconds, forKey: .loadingSeconds)
        try container.encode(requests, forKey: .requests)
        try container.encode(promptTokens, forKey: .promptTokens)
        try container.encode(outputTokens, forKey: .outputTokens)
        try container.encode(contextTokens, forKey: .contextTokens)
        try container.encode(contextLength, forKey: .contextLength)
        try container.encode(tokensPerSecond, forKey: .tokensPerSecond)
        try container.encode(waitingRequests, forKey: .waitingRequests)
        try container.encode(process, forKey: .process)
    }
}
