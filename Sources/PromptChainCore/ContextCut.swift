/// A text that a model's context had no room for: the server cut it and said nothing.
public struct ContextCut: Equatable, Sendable {
    /// What was cut.
    public enum Part: String, Equatable, Sendable {
        /// The prompt: the model has not read all of it.
        case prompt
        /// The answer: it ends where the context is full.
        case answer
    }

    /// What was cut.
    public var part: Part
    /// The step, counted from 1.
    public var step: Int
    /// The step's model.
    public var model: ModelName
    /// The tokens of the prompt that was sent, as far as they can be told.
    public var sentTokens: Int?
    /// Whether `sentTokens` is reckoned from the text, and not counted by the server.
    public var isEstimate: Bool
    /// The tokens of the prompt that the server says it read; fewer when some were cached.
    public var readTokens: Int?
    /// The model's context, in tokens; `nil` when it is unknown.
    public var contextLength: Int?

    /// A cut.
    public init(
        _ part: Part, step: Int, model: ModelName, sentTokens: Int? = nil, isEstimate: Bool = true,
        readTokens: Int? = nil, contextLength: Int? = nil
    ) {
        self.part = part
        self.step = step
        self.model = model
        self.sentTokens = sentTokens
        self.isEstimate = isEstimate
        self.readTokens = readTokens
        self.contextLength = contextLength
    }

    /// Whether a server has cut a prompt without a word. `false` wherever that is not certain.
    ///
    /// Three signs count. The prompt has more tokens than the context, by a figure that no tokenizer goes below. The
    /// server has read as many tokens as the context has: older servers of Ollama cut down to that. Or it has read half
    /// a context (and up to 8 tokens) of a prompt that has more: newer ones cut down to that. That few tokens were read
    /// says nothing alone, since servers leave out what they have cached. Where more was read than the context is
    /// thought to have, the context is larger than known, and nothing was cut.
    /// - Parameters:
    ///   - atLeast: the tokens that the prompt has at least, without the model's template around it.
    ///   - read: the tokens that the server says it read, where it does.
    ///   - context: the model's context, in tokens.
    public static func isCertain(atLeast: Int, read: Int?, context: Int) -> Bool {
        guard context > 0, let read else { return context > 0 && atLeast > context }
        guard read <= context + 8 else { return false }
        if atLeast > context || read >= context { return true }
        return atLeast > read && (context / 2...context / 2 + 8).contains(read)
    }

    /// What happened, in one sentence without its full stop.
    public var message: String {
        switch part {
        case .answer: "the answer of step \(step) was cut off: the context of \(model.short) is full"
        case .prompt:
            "the prompt of step \(step) was cut: " + facts.joined(separator: ", ")
        }
    }

    private var facts: [String] {
        let sent = sentTokens.map { "\(isEstimate ? "~" : "")\($0) tokens were sent" }
        let read = readTokens.map { "\(model.short) read \($0)" }
        let context = contextLength.map { "the context of \(model.short) is \($0)" }
        return [sent, read, context].compactMap(\.self)
    }

    /// What helps.
    public var hint: String {
        switch part {
        case .answer: "A larger context leaves room for longer answers."
        case .prompt:
            "The beginning is usually what is lost. \(remedy), or let an earlier step shorten the text."
        }
    }

    private var remedy: String {
        guard let sentTokens else { return "Take a larger context (context: fit)" }
        // Room for what the estimate may be short of, and for an answer.
        let room = (sentTokens + sentTokens / 4 + 1024 + 1023) / 1024 * 1024
        return "Take a larger context (context: \(room), or fit)"
    }
}
