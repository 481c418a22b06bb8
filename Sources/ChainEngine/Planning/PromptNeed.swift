/// How many tokens of context a step needs for its prompt and its answer, reckoned before anything has run.
struct PromptNeed: Equatable, Sendable {
    /// What an answer may take where the step does not limit it, in tokens.
    static let usualAnswer = 1024

    /// The tokens.
    var tokens: Int

    /// The need of a call. Three bytes count as a token, which is more than most text takes; the output of an earlier
    /// step counts as a usual answer.
    /// - Parameter initial: the run's input.
    init(call: ModelCall, initial: String) {
        let unknown = String(repeating: "x", count: Self.usualAnswer * 3)
        let prompt = call.instruction.render(input: unknown, initial: initial, steps: [:])
        let bytes = prompt.utf8.count + (call.system?.utf8.count ?? 0)
        let asked = (call.options["num_predict"] ?? call.options["max_tokens"])?.integerValue
        let limit = asked.map { Int(clamping: $0) } ?? 0
        tokens = bytes / 3 + (limit > 0 ? limit : Self.usualAnswer)
    }
}
