/// A rule of a chain file that may end a chain, or send it elsewhere.
public struct BreakerRule: Equatable, Sendable {
    /// What a step has to do for the rule to apply.
    public enum Condition: Equatable, Sendable {
        /// Its output holds a text.
        case outputContains(String, caseSensitive: Bool)
        /// A regular expression finds something in its output.
        case outputMatches(String, caseSensitive: Bool)
        /// Its output holds nothing but blanks.
        case outputIsEmpty
        /// Its output is no JSON.
        case invalidJSON
        /// Its model has written more tokens.
        case tokensOver(Int)
        /// It has taken longer, in seconds.
        case secondsOver(Double)
        /// Its model writes the same again and again.
        case repeats
        /// Its model could not be made ready.
        case modelManagementFailed
        /// A program says so; it has so many seconds for that.
        case command(CommandCall, timeout: Double)
    }

    /// The name by which the events call it.
    public var name: String
    /// When it applies.
    public var condition: Condition
    /// What happens then.
    public var action: BreakerAction
    /// Why, in words; `nil` for what the condition says by itself.
    public var reason: String?
    /// The steps that it looks at, by name; `nil` for all.
    public var steps: [String]?

    /// A rule.
    public init(
        name: String, condition: Condition, action: BreakerAction = .stop(isFailure: false), reason: String? = nil,
        steps: [String]? = nil
    ) {
        self.name = name
        self.condition = condition
        self.action = action
        self.reason = reason
        self.steps = steps
    }

    /// How long a program of a rule may take where nothing is said, in seconds.
    public static let usualCommandTimeout = 30.0
    /// How often a rule sends a chain to a step where nothing is said.
    public static let usualJumps = 3
    /// How often a rule has a step done again where nothing is said.
    public static let usualRetries = 1

    /// Whether it looks at a step.
    func looks(at step: String) -> Bool { steps?.contains(step) ?? true }
}

/// What a rule does when it applies.
public enum BreakerAction: Equatable, Sendable {
    /// The chain ends with the step's output; as a failure where it says so.
    case stop(isFailure: Bool)
    /// The chain ends with another output. `{input}` in it is the step's output.
    case replace(PromptTemplate)
    /// The chain goes on at a step, at most so many times in a run.
    case jump(step: String, limit: Int)
    /// The step is done again, at most so many times in a run.
    case retry(limit: Int)
}

/// What applied, and what is to happen.
public struct BreakerHit: Equatable, Sendable {
    /// The rule's name.
    public var breaker: String
    /// Why, in words.
    public var reason: String
    /// What is to happen.
    public var action: BreakerAction

    /// A hit.
    public init(breaker: String, reason: String, action: BreakerAction) {
        self.breaker = breaker
        self.reason = reason
        self.action = action
    }
}

/// Ends a generation, because a rule applies to what has been written.
struct BreakerStop: Error, Equatable {
    /// What applied.
    var hit: BreakerHit
}
