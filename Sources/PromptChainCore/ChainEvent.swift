/// What happens in a run of a chain. The same events drive the dashboard, `--json`, and whoever watches from elsewhere.
public enum ChainEvent: Equatable, Sendable {
    /// The run began. `steps` are the names in order.
    case runStarted(RunStarted)
    /// Which models will be in memory when, from some step on. Comes again when the plan changed.
    case planMade(ResidencySchedule)
    /// A model is being loaded. `expectedSeconds` is what such a load took before, where that is known.
    case modelLoadStarted(model: ModelName, step: Int, prefetch: Bool, expectedSeconds: Double?)
    /// How far a load has come, 0…1; `inferred` when it is reckoned from time and not told by the server.
    case loadProgress(model: ModelName, fraction: Double, inferred: Bool)
    /// A model is in memory. Bytes and context are the server's own figures.
    case modelLoaded(model: ModelName, loadSeconds: Double, vramBytes: Int64?, contextLength: Int?)
    /// A load failed, and what helps.
    case modelLoadFailed(model: ModelName, error: String, hint: String?)
    /// A model is asked to leave memory, and why.
    case modelUnloadStarted(model: ModelName, reason: String)
    /// A model has left memory (`verified`), or was asked to and may still be there.
    case modelUnloaded(model: ModelName, unloadSeconds: Double, verified: Bool)
    /// A step began. `items` is how many items it is done for, one by one: told with the beginning of the whole step, `nil`
    /// for a step that is done once, and for one of its items.
    case stepStarted(step: Int, name: String, model: ModelName?, prompt: String?, items: Int? = nil)
    /// A model is asked, and with what exactly.
    case promptSent(PromptSent)
    /// Text that arrived in a step; `thinking` when it is the model's reasoning and not its answer.
    case token(step: Int, text: String, thinking: Bool)
    /// A step is done.
    case stepFinished(StepResult)
    /// A step failed; `output` is the text received until then.
    case stepFailed(step: Int, reason: String, output: String)
    /// A step is not done, because its condition does not hold.
    case stepSkipped(step: Int, reason: String)
    /// A step is tried again; `breaker` is the rule that says so, `nil` for the step's own retries.
    case stepRetried(step: Int, attempt: Int, reason: String, breaker: String? = nil)
    /// A step asks for a tool.
    case toolCalled(step: Int, ToolUse)
    /// A tool has answered, or failed (`isError`); `output` is what the model is told, cut where it is long.
    case toolFinished(step: Int, ToolUse, seconds: Double, isError: Bool, output: String)
    /// A rule sent the chain to another step; `breaker` is the rule's name.
    case jumped(from: Int, to: Int, breaker: String? = nil)
    /// A rule ended the chain.
    case chainBroken(step: Int, breaker: String, reason: String)
    /// Something that the user should know, and what helps.
    case warning(message: String, hint: String?)
    /// A server had no room for all of a prompt or of an answer, and cut it. On the wire it is a `warning` with the
    /// `kind` `prompt_cut` or `answer_cut`, and with the figures as members of their own.
    case contextCut(ContextCut)
    /// A line of the log.
    case log(level: String, component: String, message: String)
    /// What was in a server's memory at the event's time.
    case serverSample(ServerSnapshot)
    /// A run that had ended goes on from a step; the outputs of the steps before it were recorded. `seconds` is how long it
    /// had run until then, without the time in which it did not.
    case runResumed(fromStep: Int, seconds: Double? = nil)
    /// The run is over.
    case runFinished(RunResult)

    /// One call of a tool by a model.
    public struct ToolUse: Equatable, Sendable {
        /// What tells the call from others of its step.
        public var call: String
        /// The tool server; empty for a tool of the program itself.
        public var server: String
        /// The tool, by the name that its server gives it.
        public var tool: String
        /// What it was asked, an object of the tool's own form.
        public var arguments: JSONValue

        /// A call.
        public init(call: String, server: String, tool: String, arguments: JSONValue = .object([:])) {
            self.call = call
            self.server = server
            self.tool = tool
            self.arguments = arguments
        }
    }

    /// What is known when a run begins.
    public struct RunStarted: Equatable, Sendable {
        /// The chain's name.
        public var chain: String
        /// The steps' names, in order.
        public var steps: [String]
        /// The steps' models, in order; `nil` for a step without one.
        public var models: [ModelName?]
        /// The names of the servers that the models are on, in order; `nil` where it is not known, and for a step
        /// without a model.
        public var servers: [String?]
        /// The residency policy; `nil` when models are not managed.
        public var policy: String?
        /// The GPU memory that may be used, in bytes, where it is known.
        public var capacityBytes: Int64?

        /// A beginning.
        public init(
            chain: String, steps: [String], models: [ModelName?], servers: [String?] = [], policy: String? = nil,
            capacityBytes: Int64? = nil
        ) {
            self.chain = chain
            self.steps = steps
            self.models = models
            self.servers = servers + Array(repeating: nil, count: max(0, steps.count - servers.count))
            self.policy = policy
            self.capacityBytes = capacityBytes
        }
    }

    /// What a step gave, and where its time went. Seconds are wall time; what the server does not tell is `nil`.
    public struct StepResult: Equatable, Sendable {
        /// The step, counted from 1.
        public var step: Int
        /// Waiting for the server's turn.
        public var queueSeconds: Double?
        /// Loading the model.
        public var loadSeconds: Double?
        /// From the request to the first text, once the model was loaded.
        public var firstTokenSeconds: Double?
        /// From the first text to the end.
        public var generateSeconds: Double?
        /// Tokens of the prompt that the model read.
        public var promptTokens: Int?
        /// Tokens that the model wrote.
        public var outputTokens: Int?
        /// Tokens written a second.
        public var tokensPerSecond: Double?
        /// The step's output.
        public var output: String

        /// A step's result.
        public init(
            step: Int, queueSeconds: Double? = nil, loadSeconds: Double? = nil, firstTokenSeconds: Double? = nil,
            generateSeconds: Double? = nil, promptTokens: Int? = nil, outputTokens: Int? = nil,
            tokensPerSecond: Double? = nil, output: String
        ) {
            self.step = step
            self.queueSeconds = queueSeconds
            self.loadSeconds = loadSeconds
            self.firstTokenSeconds = firstTokenSeconds
            self.generateSeconds = generateSeconds
            self.promptTokens = promptTokens
            self.outputTokens = outputTokens
            self.tokensPerSecond = tokensPerSecond
            self.output = output
        }
    }

    /// How a run ended.
    public struct RunResult: Equatable, Sendable {
        /// The ways in which a run ends.
        public enum Status: String, Equatable, Sendable, Codable {
            /// Every step was done.
            case completed
            /// A rule ended it.
            case broken
            /// A step failed.
            case failed
            /// The user or a signal ended it.
            case cancelled
        }

        /// How it ended.
        public var status: Status
        /// The last output.
        public var output: String
        /// Why it failed.
        public var error: String?
        /// The most GPU memory that this run's models took together, in bytes; `nil` when the server tells nothing.
        public var peakVRAMBytes: Int64?
        /// What they still took at the end, in bytes.
        public var finalVRAMBytes: Int64?
        /// The time in which no step made headway because a model was being loaded or unloaded, in seconds.
        public var stallSeconds: Double
        /// What this run's models would take together, in bytes: the measure that the peak is held against.
        public var sumVRAMBytes: Int64?
        /// Seconds from beginning to end.
        public var seconds: Double

        /// An ending.
        public init(
            status: Status, output: String, error: String? = nil, peakVRAMBytes: Int64? = nil,
            finalVRAMBytes: Int64? = nil, stallSeconds: Double = 0, sumVRAMBytes: Int64? = nil, seconds: Double = 0
        ) {
            self.status = status
            self.output = output
            self.error = error
            self.peakVRAMBytes = peakVRAMBytes
            self.finalVRAMBytes = finalVRAMBytes
            self.stallSeconds = stallSeconds
            self.sumVRAMBytes = sumVRAMBytes
            self.seconds = seconds
        }
    }
}
