import PromptChainCore

/// What one item of a step has read and written, or all of them together.
struct ItemTally: Equatable, Sendable {
    var promptTokens: Int?
    var outputTokens: Int?
    /// The time in which the tokens were written, in seconds.
    var outputSeconds: Double?
    /// What the item waited for its model, and then for the first text, in seconds.
    var loadSeconds: Double?
    var firstTokenSeconds: Double?

    /// All items together; `nil` without any. What one of them does not tell is unknown of all.
    static func sum(_ tallies: [ItemTally]) -> ItemTally? {
        guard let first = tallies.first else { return nil }
        return tallies.dropFirst().reduce(first) { sum, next in
            ItemTally(
                promptTokens: add(sum.promptTokens, next.promptTokens),
                outputTokens: add(sum.outputTokens, next.outputTokens),
                outputSeconds: add(sum.outputSeconds, next.outputSeconds))
        }
    }

    private static func add<Value: AdditiveArithmetic>(_ first: Value?, _ second: Value?) -> Value? {
        first.flatMap { first in second.map { first + $0 } }
    }

    /// Takes the wait for the model and for the first text, as the first item had it, out of the time that the whole step
    /// took.
    func begin(_ result: inout ChainEvent.StepResult) {
        result.loadSeconds = loadSeconds
        result.firstTokenSeconds = firstTokenSeconds
        result.generateSeconds = result.generateSeconds.map {
            max(0, $0 - (loadSeconds ?? 0) - (firstTokenSeconds ?? 0))
        }
    }

    /// Puts the figures into the result of the whole step. The rate is that of one answer: answers that are written at
    /// the same time do not add up.
    func complete(_ result: inout ChainEvent.StepResult) {
        result.promptTokens = promptTokens
        result.outputTokens = outputTokens
        if let outputTokens, let outputSeconds, outputSeconds > 0 {
            result.tokensPerSecond = Double(outputTokens) / outputSeconds
        }
    }
}
