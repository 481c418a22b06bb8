import PromptChainCore

/// What one slot of a `llama-server` does: a slot answers one request at a time. What an older server does not tell is
/// `nil`.
///
/// Source: `GET /slots` of llama.cpp, with the counters as its server means them: `n_prompt_tokens` are the tokens in the
/// slot's context until now, those of the answer included; `n_prompt_tokens_processed` those of the prompt that were
/// computed, and `n_prompt_tokens_cache` those that were there already. How long the prompt is as a whole is not told.
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
    /// The number of the request that it answers, or answered last.
    public var task: Int?
    /// What it does.
    public var phase: Phase
    /// The context that it can use, in tokens.
    public var contextLength: Int?
    /// The context that is in use, in tokens: prompt and answer together. What the last request left counts too.
    public var contextUsed: Int?
    /// Tokens of the prompt that were taken from the cache.
    public var cachedTokens: Int?
    /// Tokens of the prompt that were read until now, those from the cache included.
    public var promptTokens: Int?
    /// Tokens of the answer that are written; `nil` before it has begun.
    public var outputTokens: Int?
    /// Tokens that may still be written; `nil` when there is no limit.
    public var remainingTokens: Int?

    /// An activity.
    public init(
        slot: Int, task: Int? = nil, phase: Phase, contextLength: Int? = nil, contextUsed: Int? = nil,
        cachedTokens: Int? = nil, promptTokens: Int? = nil, outputTokens: Int? = nil, remainingTokens: Int? = nil
    ) {
        self.slot = slot
        self.task = task
        self.phase = phase
        self.contextLength = contextLength
        self.contextUsed = contextUsed
        self.cachedTokens = cachedTokens
        self.promptTokens = promptTokens
        self.outputTokens = outputTokens
        self.remainingTokens = remainingTokens
    }

    /// More tokens than any context holds: figures beyond it are not believed, so that sums cannot overflow.
    private static let most: Int64 = 1 << 40

    /// - Parameter position: the number of a slot that does not tell its own.
    /// - Returns: `nil` for what is no slot.
    init?(_ value: JSONValue, position: Int) {
        guard let isProcessing = value["is_processing"]?.boolValue else { return nil }
        func count(_ value: JSONValue?) -> Int? {
            guard let number = value?.integerValue, (0...Self.most).contains(number) else { return nil }
            return Int(number)
        }
        slot = count(value["id"]) ?? position
        task = count(value["id_task"])
        contextLength = count(value["n_ctx"])
        let used = count(value["n_prompt_tokens"])
        let cached = count(value["n_prompt_tokens_cache"])
        let read = count(value["n_prompt_tokens_processed"]).map { $0 + (cached ?? 0) }
        (contextUsed, cachedTokens, promptTokens) = (used, cached, read)
        // One object, or in newer servers a list with one for each token that is guessed ahead.
        let next = value["next_token"].map { $0.arrayValue?.first ?? $0 }
        let written = count(next?["n_decoded"])
        // Until a prompt is read the counter may still be that of the request before: then all that is in the context
        // comes from the prompt.
        let isStale = cached != nil && used == read
        let isWriting = isProcessing && (written ?? 0) > 0 && !isStale
        phase = isWriting ? .writing : isProcessing ? .readingPrompt : .idle
        outputTokens = isWriting ? written : nil
        remainingTokens = isProcessing ? count(next?["n_remain"]) : nil
    }
}
