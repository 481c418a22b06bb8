import PromptChainCore

/// What one slot of a `llama-server` does: a slot answers one request at a time. What an older server does not tell is
/// `nil`. Source: `GET /slots`.
public struct SlotActivity: Equatable, Sendable {
    /// What is being done.
    public enum Phase: Sendable {
        /// Nothing.
        case idle
        /// The prompt is being read.
        case readingPrompt
        /// The answer is being written.
        case writing
    }

    /// The slot's number.
    public var slot: Int
    /// What it does.
    public var phase: Phase
    /// The context that it can use, in tokens.
    public var contextLength: Int?
    /// The context that is in use, in tokens: prompt and answer together. What the last request left counts too.
    public var contextUsed: Int?
    /// Tokens of the prompt that were taken from the cache.
    public var cachedTokens: Int?
    /// Tokens of the answer that are written.
    public var outputTokens: Int?
    /// Tokens that may still be written; `nil` when there is no limit.
    public var remainingTokens: Int?

    /// An activity.
    public init(
        slot: Int, phase: Phase, contextLength: Int? = nil, contextUsed: Int? = nil, cachedTokens: Int? = nil,
        outputTokens: Int? = nil, remainingTokens: Int? = nil
    ) {
        self.slot = slot
        self.phase = phase
        self.contextLength = contextLength
        self.contextUsed = contextUsed
        self.cachedTokens = cachedTokens
        self.outputTokens = outputTokens
        self.remainingTokens = remainingTokens
    }

    /// - Returns: `nil` for what is no slot.
    init?(_ value: JSONValue) {
        guard let slot = value["id"]?.integerValue.flatMap({ Int(exactly: $0) }),
            let isProcessing = value["is_processing"]?.boolValue
        else { return nil }
        // One object, or in newer servers a list with one for each token that is guessed ahead.
        let next = value["next_token"].map { $0.arrayValue?.first ?? $0 }
        let written = next?["n_decoded"]?.integerValue.flatMap { Int(exactly: $0) }
        self.slot = slot
        phase = isProcessing ? ((written ?? 0) > 0 ? .writing : .readingPrompt) : .idle
        contextLength = value["n_ctx"]?.tokenCount
        contextUsed = value["n_prompt_tokens"]?.tokenCount
        cachedTokens = value["n_prompt_tokens_cache"]?.byteCount.flatMap { Int(exactly: $0) }
        outputTokens = isProcessing ? written : nil
        remainingTokens = isProcessing ? next?["n_remain"]?.tokenCount : nil
    }
}

/// What the server of a model has counted since it was started. Source: `GET /metrics`, which a server offers when it is
/// started with `--metrics`.
public struct ServerCounters: Equatable, Sendable {
    /// Tokens of prompts that were read.
    public var promptTokens: Int?
    /// Time spent reading prompts, in seconds.
    public var promptSeconds: Double?
    /// Tokens written.
    public var outputTokens: Int?
    /// Time spent writing, in seconds.
    public var outputSeconds: Double?
    /// Requests that are being answered.
    public var requestsProcessing: Int?
    /// Requests that wait for a slot.
    public var requestsDeferred: Int?

    /// Reads Prometheus' text format, as far as llama.cpp uses it: a name and a number in each line.
    init(_ text: String) {
        var values: [Substring: Double] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0].hasPrefix("llamacpp:"), let value = Double(words[1]), value.isFinite else {
                continue
            }
            values[words[0].dropFirst("llamacpp:".count)] = value
        }
        let count: (Substring) -> Int? = { name in values[name].flatMap { Int(exactly: $0.rounded()) } }
        promptTokens = count("prompt_tokens_total")
        promptSeconds = values["prompt_seconds_total"]
        outputTokens = count("tokens_predicted_total")
        outputSeconds = values["tokens_predicted_seconds_total"]
        requestsProcessing = count("requests_processing")
        requestsDeferred = count("requests_deferred")
    }
}
