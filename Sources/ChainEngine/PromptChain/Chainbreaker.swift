import PromptChainCore

/// What a chainbreaker is told about the step that just ended.
public struct StepInfo: Equatable, Sendable {
    /// The step, counted from 1.
    public var step: Int
    /// What the step was given.
    public var input: String
    /// What it gave.
    public var output: String
    /// The kind of step: `model`, `command` or `function`.
    public var type: String
    /// Its model.
    public var model: ModelName?
    /// The parameters that its model was given.
    public var modelParams: [String: JSONValue]

    /// A step that ended.
    public init(
        step: Int, input: String, output: String, type: String = "model", model: ModelName? = nil,
        modelParams: [String: JSONValue] = [:]
    ) {
        self.step = step
        self.input = input
        self.output = output
        self.type = type
        self.model = model
        self.modelParams = modelParams
    }
}

/// A rule that may end a chain after any of its steps. The first one that says so ends it. One that throws is told as a
/// warning, and the chain goes on.
public struct Chainbreaker: Sendable {
    /// What a rule decides: whether to end the chain, why, and the output to end with (`nil` keeps the step's own).
    public typealias Verdict = (Bool, String, String?)

    /// The name by which the events call it.
    public var name: String
    /// Decides after a step.
    public var rule: @Sendable (Int, String, StepInfo) async throws -> Verdict

    /// A rule that is told the step's number, its output and what else is known.
    public init(
        _ name: String = "chainbreaker",
        _ rule: @escaping @Sendable (Int, String, StepInfo) async throws -> Verdict
    ) {
        self.name = name
        self.rule = rule
    }

    /// A rule that is told the step's number and its output.
    public init(
        _ name: String = "chainbreaker", _ rule: @escaping @Sendable (Int, String) async throws -> Verdict
    ) {
        self.init(name) { step, output, _ in try await rule(step, output) }
    }
}
