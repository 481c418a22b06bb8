import PromptChainCore

/// One message of a conversation with a model.
public struct ChatMessage: Hashable, Sendable {
    /// Who speaks: `system`, `user`, `assistant`, `tool`.
    public var role: String
    /// What is said.
    public var content: String
    /// Pictures that belong to it, each as the base64 text of a file.
    public var images: [String]
    /// The tools that the model asks for in it.
    public var toolCalls: [ToolCall]
    /// The call that a message of role `tool` answers, where the server gave calls an identifier.
    public var toolCallID: String?
    /// The tool that a message of role `tool` comes from, by the name under which it was offered.
    public var toolName: String?

    /// A message.
    public init(
        role: String, content: String, images: [String] = [], toolCalls: [ToolCall] = [], toolCallID: String? = nil,
        toolName: String? = nil
    ) {
        self.role = role
        self.content = content
        self.images = images
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
        self.toolName = toolName
    }

    /// The media type of a picture by the first bytes of its file, as base64 shows them.
    public static func pictureKind(of image: String) -> String {
        let kinds = [("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp"), ("Qk", "image/bmp")]
        return kinds.first { image.hasPrefix($0.0) }?.1 ?? "image/png"
    }

    /// What a tool answered to a call.
    public init(answering call: ToolCall, content: String) {
        self.init(role: "tool", content: content, toolCallID: call.id, toolName: call.name)
    }
}

/// What a model is asked.
public struct GenerationRequest: Hashable, Sendable {
    /// The model.
    public var model: ModelName
    /// The conversation so far; the last message is the one to answer.
    public var messages: [ChatMessage]
    /// How the model is loaded: the same for every request of a chain to this model.
    public var load: LoadParameters
    /// Sampling options under the provider's own names: `temperature`, `num_predict`, `seed`, `stop`, …
    public var options: [String: JSONValue]
    /// Whether the model reasons before it answers; `nil` leaves it to the model.
    public var think: JSONValue?
    /// The form of the answer: `"json"` or a JSON schema.
    public var format: JSONValue?
    /// The longest time that the whole answer may take, in seconds; `nil` for no limit.
    public var timeout: Double?
    /// The tools that the model may call.
    public var tools: [ToolDefinition]
    /// Whether the answer comes piece by piece, or as a whole at its end.
    public var streams: Bool

    /// A request.
    public init(
        model: ModelName, messages: [ChatMessage], load: LoadParameters = LoadParameters(),
        options: [String: JSONValue] = [:], think: JSONValue? = nil, format: JSONValue? = nil, timeout: Double? = nil,
        tools: [ToolDefinition] = [], streams: Bool = true
    ) {
        self.model = model
        self.messages = messages
        self.load = load
        self.options = options
        self.think = think
        self.format = format
        self.timeout = timeout
        self.tools = tools
        self.streams = streams
    }
}

/// What arrives while a model answers.
public enum GenerationEvent: Equatable, Sendable {
    /// Text of the answer.
    case text(String)
    /// Text of the model's reasoning.
    case thinking(String)
    /// The tools that the model asks for, all that it asks for in this answer and each complete; comes once, before the
    /// end.
    case toolCalls([ToolCall])
    /// The answer is complete.
    case finished(GenerationMetrics)
}

/// What an answer took, as the server measured it. What it does not tell is `nil`.
public struct GenerationMetrics: Equatable, Sendable {
    /// Why the answer ended: `stop`, `length`.
    public var reason: String?
    /// Loading the model, including the wait in the server's queue, in seconds.
    public var loadSeconds: Double?
    /// Reading the prompt, in seconds.
    public var promptSeconds: Double?
    /// Writing the answer, in seconds.
    public var outputSeconds: Double?
    /// Tokens of the prompt that were read; fewer than were sent when some were cached.
    public var promptTokens: Int?
    /// Tokens written.
    public var outputTokens: Int?

    /// Metrics.
    public init(
        reason: String? = nil, loadSeconds: Double? = nil, promptSeconds: Double? = nil, outputSeconds: Double? = nil,
        promptTokens: Int? = nil, outputTokens: Int? = nil
    ) {
        self.reason = reason
        self.loadSeconds = loadSeconds
        self.promptSeconds = promptSeconds
        self.outputSeconds = outputSeconds
        self.promptTokens = promptTokens
        self.outputTokens = outputTokens
    }
}

/// How far a download has come.
public struct PullProgress: Equatable, Sendable {
    /// What is being done, in the server's words.
    public var status: String
    /// Bytes there, of the part being fetched.
    public var completedBytes: Int64?
    /// All bytes of that part.
    public var totalBytes: Int64?

    /// Progress.
    public init(status: String, completedBytes: Int64? = nil, totalBytes: Int64? = nil) {
        self.status = status
        self.completedBytes = completedBytes
        self.totalBytes = totalBytes
    }
}
