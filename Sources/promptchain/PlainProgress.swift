import PromptChainCore

/// The progress of a run as lines for standard error.
struct PlainProgress {
    private var stepCount = 0
    private let verbose: Bool

    init(verbose: Bool) {
        self.verbose = verbose
    }

    /// The lines that tell an event; none for those that say nothing new to a reader.
    mutating func lines(for event: ChainEvent) -> [String] {
        switch event {
        case .runStarted(let start):
            stepCount = start.steps.count
            let steps = stepCount == 1 ? "1 step" : "\(stepCount) steps"
            let policy = start.policy.map { "models managed, policy \($0)" } ?? "models not managed"
            return ["\(start.chain): \(steps), \(policy)"]
        case .stepStarted(let step, let name, let model, _):
            return ["\(step)/\(stepCount) \(name)" + (model.map { "  (\($0.short))" } ?? "")]
        case .modelLoadStarted(let model, _, _, let expected):
            return ["    loading \(model.short)" + (expected.map { ", usually \(Seconds.text($0))" } ?? "")]
        case .modelLoaded(let model, let seconds, let bytes, let context):
            var text = "    loaded \(model.short) in \(Seconds.text(seconds))"
            if let bytes, bytes > 0 { text += ", \(ByteCount.text(bytes)) of VRAM" }
            if let context { text += ", context \(context)" }
            return [text]
        case .modelUnloadStarted(let model, let reason): return ["    unloading \(model.short): \(reason)"]
        case .modelUnloaded(let model, let seconds, let verified):
            return [
                verified
                    ? "    \(model.short) is gone after \(Seconds.text(seconds))"
                    : "    \(model.short) may still be loaded"
            ]
        default: return stepLines(for: event)
        }
    }

    private func stepLines(for event: ChainEvent) -> [String] {
        switch event {
        case .modelLoadFailed(let model, let error, let hint):
            return ["    cannot load \(model.short): \(error)"] + (hint.map { ["      \($0)"] } ?? [])
        case .stepFinished(let result): return ["    done" + Self.split(result)]
        case .stepFailed(let step, let reason, let output):
            let kept = output.isEmpty ? [] : ["    text so far: \(output.count) characters"]
            return ["    step \(step) failed: \(reason)"] + kept
        case .stepRetried(let step, let attempt, let reason):
            return ["    step \(step) is tried again (\(attempt)): \(reason)"]
        case .chainBroken(let step, let breaker, let reason):
            return ["    the rule \(breaker) ends the chain after step \(step): \(reason)"]
        case .warning(let message, let hint): return ["    ! \(message)"] + (hint.map { ["      \($0)"] } ?? [])
        case .log(_, _, let message): return verbose ? ["    \(message)"] : []
        default: return []
        }
    }

    private static func split(_ result: ChainEvent.StepResult) -> String {
        var parts: [String] = []
        if let tokens = result.outputTokens {
            let rate = result.tokensPerSecond.map { " at \(ByteCount.fixed($0, digits: 0))/s" } ?? ""
            parts.append("\(tokens) tokens\(rate)")
        }
        if let seconds = result.loadSeconds, seconds >= 0.05 { parts.append("load \(Seconds.text(seconds))") }
        if let seconds = result.firstTokenSeconds { parts.append("first token \(Seconds.text(seconds))") }
        if let seconds = result.generateSeconds { parts.append("writing \(Seconds.text(seconds))") }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }
}
