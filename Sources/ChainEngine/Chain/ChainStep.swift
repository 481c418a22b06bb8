import PromptChainCore

/// One step of a chain: what it does, and what decides whether and how often.
public struct ChainStep: Equatable, Sendable {
    /// The step's name, unique in its chain.
    public var name: String
    /// What it does.
    public var action: StepAction
    /// The longest that it may take once its model is ready, in seconds; `nil` for the usual half an hour,
    /// `.infinity` for no limit.
    public var timeout: Double?
    /// How often it is done again when it fails.
    public var retries: Int
    /// What a failure means for the chain.
    public var onError: ErrorRule
    /// What has to hold for the step to be done; `nil` when it always is.
    public var condition: StepCondition?
    /// What it is done for, where it is done once for each of several texts.
    public var each: ForEach?
    /// The tools that its model may call, by tool server or by tool; `nil` for all of the chain's, none when empty.
    public var tools: [String]?
    /// How often its model may ask for tools before it has to answer; `nil` for the usual eight times.
    public var maxToolRounds: Int?

    /// A step.
    public init(
        name: String, action: StepAction, timeout: Double? = nil, retries: Int = 0, onError: ErrorRule = .stop,
        condition: StepCondition? = nil, each: ForEach? = nil, tools: [String]? = nil
    ) {
        self.name = name
        self.action = action
        self.timeout = timeout
        self.retries = retries
        self.onError = onError
        self.condition = condition
        self.each = each
        self.tools = tools
    }

    /// A step in which a model follows an instruction.
    public init(name: String, model: ModelName, instruction: PromptTemplate) {
        self.init(name: name, action: .model(ModelCall(model: model, instruction: instruction)))
    }

    /// The call of its model, where it has one.
    public var call: ModelCall? {
        get { if case .model(let call) = action { call } else { nil } }
        set { if let newValue { action = .model(newValue) } }
    }

    /// How long a step may take where nothing is said, in seconds.
    static let usualTimeout = 1800.0

    /// The longest that it may take, in seconds; `nil` for no limit.
    var timeLimit: Double? {
        let seconds = timeout ?? Self.usualTimeout
        return seconds.isFinite ? seconds : nil
    }

    /// Its model, where it has one.
    public var model: ModelName? { call?.model }
}

/// What a step does.
public enum StepAction: Equatable, Sendable {
    /// A model answers.
    case model(ModelCall)
    /// A program runs: input on its standard input, output from its standard output.
    case command(CommandCall)
    /// A function of the program that made the chain.
    case function(StepFunction)
    /// All steps of another chain.
    case chain(Chain)
}

/// A function as a step of a chain.
public final class StepFunction: Equatable, Sendable {
    /// What it is called in sentences.
    public let name: String
    /// Makes an output of the step's input.
    public let body: @Sendable (String) async throws -> String

    /// A function.
    public init(_ name: String = "function", _ body: @escaping @Sendable (String) async throws -> String) {
        self.name = name
        self.body = body
    }

    /// A function is equal to itself alone.
    public static func == (first: StepFunction, second: StepFunction) -> Bool { first === second }
}

/// What the failure of a step means for its chain.
public enum ErrorRule: Equatable, Sendable {
    /// The chain ends.
    case stop
    /// The chain goes on; what the step has written until then is its output.
    case proceed
    /// Another model tries it; when that fails as well, the chain ends.
    case fallback(ModelCall)
}
