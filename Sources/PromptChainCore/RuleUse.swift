/// What a rule did to the course of a run, so that it can be counted how often it did so.
public struct RuleUse: Hashable, Sendable {
    /// What a rule can do more than once.
    public enum Action: Hashable, Sendable {
        /// It sent the run to a step, counted from 1.
        case jump(to: Int)
        /// It had a step, counted from 1, or an item of it done again.
        case retry(step: Int, item: Int?)
    }

    /// The rule's name.
    public var breaker: String
    /// What it did.
    public var action: Action

    /// A use of a rule.
    public init(breaker: String, action: Action) {
        self.breaker = breaker
        self.action = action
    }

    /// The use that an event tells of; `nil` for other events, and where it does not name the rule.
    public init?(_ record: ChainEventRecord) {
        switch record.event {
        case .jumped(_, let to, let breaker?): self.init(breaker: breaker, action: .jump(to: to))
        case .stepRetried(let step, _, _, let breaker?):
            self.init(breaker: breaker, action: .retry(step: step, item: record.item))
        default: return nil
        }
    }
}
