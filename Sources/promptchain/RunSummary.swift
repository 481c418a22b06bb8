import CellScreen
import PromptChainCore

/// What a run did, gathered from its events and told on one screen.
struct RunSummary {
    private struct Step {
        var name: String
        var model: String?
        var result: ChainEvent.StepResult?
        var failure: String?
        var started = false
        var isSkipped = false

        /// How it stands, as one sign.
        var mark: String {
            if result != nil { return "✔" }
            if failure != nil { return "✘" }
            return started ? "■" : isSkipped ? "–" : "·"
        }
    }

    private var chain = ""
    private var run = ""
    private var policy: String?
    private var steps: [Step] = []
    /// How the run ended; `nil` as long as it has not.
    private(set) var result: ChainEvent.RunResult?
    private var warnings: [(message: String, hint: String?)] = []

    mutating func take(_ record: ChainEventRecord) {
        run = record.run
        switch record.event {
        case .runStarted(let start):
            chain = start.chain
            policy = start.policy
            steps = zip(start.steps, start.models).map { Step(name: $0, model: $1?.short) }
        case .stepStarted(let step, _, _, _, _): change(step) { $0.started = true }
        // What is done for items is told once more for all of them together.
        case .stepFinished(let result) where record.item == nil: change(result.step) { $0.result = result }
        case .stepSkipped(let step, _) where record.item == nil: change(step) { $0.isSkipped = true }
        case .stepFailed(let step, let reason, _): change(step) { $0.failure = reason }
        case .warning(let message, let hint): warnings.append((message, hint))
        case .contextCut(let cut): warnings.append((cut.message, cut.hint))
        case .runFinished(let result): self.result = result
        default: break
        }
    }

    private mutating func change(_ step: Int, _ body: (inout Step) -> Void) {
        guard steps.indices.contains(step - 1) else { return }
        body(&steps[step - 1])
    }

    /// The summary as lines, for whoever has not seen the run.
    var lines: [String] {
        guard let result else { return [] }
        var lines = [head(result)] + table.map { "  " + $0 }
        if let error = result.error { lines.append("  why: \(error)") }
        lines += closing(result).map { "  " + $0 }
        for warning in warnings {
            lines.append("  ! \(warning.message)")
            if let hint = warning.hint { lines.append("    \(hint)") }
        }
        return lines.map(Console.safe)
    }

    /// What the progress of the run has not told yet.
    /// - Parameter hint: what helps against the failure, where that was not told either.
    func closingLines(hint: String?) -> [String] {
        guard let result else { return [] }
        var lines = [head(result)]
        if let error = result.error, !steps.contains(where: { $0.failure != nil }) { lines.append("  why: \(error)") }
        if let hint { lines.append("  \(hint)") }
        return (lines + closing(result).map { "  " + $0 }).map(Console.safe)
    }

    private func head(_ result: ChainEvent.RunResult) -> String {
        let place = result.status == .failed ? steps.firstIndex { $0.failure != nil } : nil
        let step = place.map { " in step \($0 + 1)" } ?? ""
        return "\(chain): \(Self.word(result.status))\(step) after \(Seconds.text(result.seconds)) (run \(run))"
    }

    private var table: [String] {
        var table = TextTable([
            (" ", .left), ("STEP", .left), ("MODEL", .left), ("LOAD", .right), ("FIRST", .right), ("WRITE", .right),
            ("TOKENS", .right), ("TOK/S", .right),
        ])
        for (index, step) in steps.enumerated() {
            table.add([
                step.mark, "\(index + 1) \(step.name)", step.model ?? "", Self.seconds(step.result?.loadSeconds),
                Self.seconds(step.result?.firstTokenSeconds), Self.seconds(step.result?.generateSeconds),
                step.result?.outputTokens.map { "\($0)" } ?? "",
                step.result?.tokensPerSecond.map { ByteCount.fixed($0, digits: $0 < 10 ? 1 : 0) } ?? "",
            ])
        }
        return table.lines
    }

    private func closing(_ result: ChainEvent.RunResult) -> [String] {
        var lines: [String] = []
        if let peak = result.peakVRAMBytes, peak > 0 {
            var line = "peak VRAM \(ByteCount.text(peak))"
            if let sum = result.sumVRAMBytes, sum > peak { line += "; its models together take \(ByteCount.text(sum))" }
            lines.append(line)
        }
        if result.stallSeconds >= 0.05 {
            lines.append("\(Seconds.text(result.stallSeconds)) of it waiting for models to load or leave")
        }
        if let final = result.finalVRAMBytes, policy != nil {
            lines.append(
                final == 0
                    ? "nothing that this chain loaded is left in VRAM"
                    : "\(ByteCount.text(final)) that this chain loaded are still in VRAM: promptchain unload frees them"
            )
        }
        return lines
    }

    private static func seconds(_ value: Double?) -> String { value.map(Seconds.text) ?? "" }

    private static func word(_ status: ChainEvent.RunResult.Status) -> String {
        switch status {
        case .completed: "completed"
        case .broken: "ended by a rule"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}
