import PromptChainCore

/// Where a run that had ended goes on.
public struct ResumePoint: Equatable, Sendable {
    /// The step to go on with, counted from 1. In a chain that is a step of another, that chain begins anew.
    public var fromStep: Int
    /// The outputs of the steps before it, by their numbers.
    public var outputs: [Int: String]
    /// The output that was the newest, where a rule had sent the run back and forth; else that of the step before.
    public var newest: String?
    /// The number of the last event that was told: the next one follows it.
    public var sequence: Int
    /// How often rules had steps done again or sent the run elsewhere: their limits are those of the whole run.
    public var uses: [RuleUse: Int]
    /// How long the run had run, in seconds; `nil` when that is not known.
    public var seconds: Double?
    /// How long its steps had waited for models, in seconds.
    public var stallSeconds: Double

    /// A point.
    public init(
        fromStep: Int, outputs: [Int: String], newest: String? = nil, sequence: Int = 0, uses: [RuleUse: Int] = [:],
        seconds: Double? = nil, stallSeconds: Double = 0
    ) {
        self.fromStep = fromStep
        self.outputs = outputs
        self.newest = newest
        self.sequence = sequence
        self.uses = uses
        self.seconds = seconds
        self.stallSeconds = stallSeconds
    }
}
