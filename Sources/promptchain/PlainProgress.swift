import PromptChainCore

/// The progress of a run as lines for standard error.
struct PlainProgress {
    private var stepCount = 0
    // Why the model of the running step could not be loaded, once that was told.
    private var toldFailure: String?
    private let verbose: Bool

    /// Whether what helps against the failure was told with it.
    var hasToldHint: Bool { toldFailure != nil }

    /// - Parameter verbose: whether the log's own sentences are told; they then stand in place of those that say the same.
    init(verbose: Bool) {
        self.verbose = verbose
    }

    /// The lines that tell an event; none for those that say nothing new to a reader.
    mutating func lines(for record: ChainEventRecord) -> [String] {
        let lines = lines(for: record.event, item: record.item)
        guard let item = record.item, let first = lines.first else { return lines }
        return ["    item \(item): \(first.drop { $0 == " " })"] + lines.dropFirst()
    }

    private mutating func lines(for event: ChainEvent, item: Int?) -> [String] {
        switch event {
        case .runStarted(let start):
            stepCount = start.steps.count
            let steps = stepCount == 1 ? "1 step" : "\(stepCount) steps"
            let policy = start.policy.map { "models managed, policy \($0)" } ?? "models not managed"
            return ["\(start.chain): \(steps), \(policy)"]
        case .stepStarted(let step, let name, let model, _, let items):
            if item != nil { return [] }
            toldFailure = nil
            let count = items.map { $0 == 1 ? ", 1 item" : ", \($0) items" } ?? ""
            return ["\(step)/\(stepCount) \(name)" + (model.map { "  (\($0.short))" } ?? "") + count]
        case .modelLoadFailed(let model, let error, let hint):
            toldFailure = error
            let told = error.hasPrefix("cannot load \(model.short) ") ? error : "cannot load \(model.short): \(error)"
            return ["    \(told)"] + (hint.map { ["      \($0)"] } ?? [])
        case .stepFinished(let result): return ["    done" + Self.split(result)]
        case .stepFailed(let step, let reason, let output): return failure(step, reason, output)
        case .stepRetried(let step, let attempt, let reason, _):
            return ["    step \(step) is tried again (\(attempt)): \(reason)"]
        case .stepSkipped(let step, let reason): return ["\(step)/\(stepCount) left out: \(reason)"]
        case .toolCalled(_, let use): return ["    calls \(use.tool)" + (use.server.isEmpty ? "" : " of \(use.server)")]
        case .toolFinished(_, let use, let seconds, let isError, let output):
            guard isError else { return ["    \(use.tool) answered after \(Seconds.text(seconds))"] }
            return ["    \(use.tool) failed: \(output.split(whereSeparator: \.isNewline).first ?? "no reason given")"]
        case .jumped(let from, let to, _): return ["    from step \(from) on to step \(to)"]
        case .runResumed(let step, _): return ["goes on from step \(step)"]
        case .chainBroken(let step, let breaker, let reason):
            return ["    the rule \(breaker) ends the chain after step \(step): \(reason)"]
        case .warning(let message, let hint): return ["    ! \(message)"] + (hint.map { ["      \($0)"] } ?? [])
        case .contextCut(let cut): return ["    ! \(cut.message)", "      \(cut.hint)"]
        default: return residencyLines(for: event)
        }
    }

    private func residencyLines(for event: ChainEvent) -> [String] {
        switch event {
        case .planMade(let schedule): return ["    plan: \(schedule.summary)"]
        case .modelLoadStarted(let model, let step, let prefetch, let expected):
            guard !verbose || prefetch else { return [] }
            let purpose = prefetch ? " ahead, for step \(step)" : ""
            return ["    loading \(model.short)\(purpose)" + (expected.map { ", usually \(Seconds.text($0))" } ?? "")]
        case .modelLoaded(let model, let seconds, let bytes, let context):
            guard !verbose else { return [] }
            var text = "    loaded \(model.short) in \(Seconds.text(seconds))"
            if let bytes, bytes > 0 { text += ", \(ByteCount.text(bytes)) of VRAM" }
            if let context { text += ", context \(context)" }
            return [text]
        case .modelUnloadStarted(let model, let reason):
            return [verbose ? "    because \(reason)" : "    unloading \(model.short): \(reason)"]
        case .modelUnloaded(let model, let seconds, let verified):
            guard verified else { return ["    \(model.short) may still be loaded"] }
            return verbose ? [] : ["    \(model.short) is gone after \(Seconds.text(seconds))"]
        // Why a chain goes on elsewhere.
        case .log(_, "promptchain.chainbreakers", let message): return ["    \(message)"]
        case .log(_, _, let message): return verbose ? ["    \(message)"] : []
        default: return []
        }
    }

    private func failure(_ step: Int, _ reason: String, _ output: String) -> [String] {
        if reason == toldFailure { return [] }
        let told = "    step \(step) failed: \(reason)"
        guard !output.isEmpty, !output.hasPrefix("Model management failed:") else { return [told] }
        let text = output.split(separator: "\n", omittingEmptySubsequences: false).map { "      \($0)" }
        return [told, "    its text so far:"] + text
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
