import PromptChainCore

/// Opens all that is known about what is selected.
enum DetailsUpdate {
    static func open(_ state: inout DashboardState) {
        switch state.focus {
        case .models:
            guard let row = state.selectedRow else { return state.say(.info, "no model is selected") }
            state.dialogs.append(.message(ModelDetails.dialog(for: row, in: state)))
        case .chain:
            guard let number = state.outputStep, let run = state.run, let step = run.step(number) else {
                return state.say(.info, "no chain has run yet", hint: "\(state.keys.key(of: .run)) runs one")
            }
            state.dialogs.append(.message(StepDetails.dialog(for: step, number: number, in: run, at: state.clock)))
        case .vram, .residency, .output, .log: break
        }
    }
}

/// Says all that is known about a step.
enum StepDetails {
    static func dialog(for step: StepState, number: Int, in run: LiveRun, at clock: Double) -> MessageDialog {
        var lines: [MessageDialog.Line] = []
        func add(_ label: String, _ text: String?) {
            if let text { lines.append(MessageDialog.Line(label: label, text: text)) }
        }
        add("model", step.model?.canonical ?? "none: a command")
        add("took", step.seconds(at: clock).map { Seconds.text($0) })
        if let result = step.result {
            add("waited", result.queueSeconds.map { Seconds.text($0) })
            add("load", result.loadSeconds.map { Seconds.text($0) })
            add("first token", result.firstTokenSeconds.map { "after \(Seconds.text($0))" })
            add("writing", result.generateSeconds.map { Seconds.text($0) })
            add("prompt", result.promptTokens.map { Count.text($0, "token") })
            add("output", result.outputTokens.map { Count.text($0, "token") })
            add("speed", result.tokensPerSecond.map { "\(ByteCount.fixed($0, digits: 1)) tokens/s" })
        }
        for call in step.tools {
            lines.append(
                MessageDialog.Line(
                    label: "tool", text: "\(call.name) \(call.question) · \(call.outcome)",
                    role: call.isError ? .warning : .text))
        }
        switch step.status {
        case .failed(let reason), .broken(let reason):
            lines.append(MessageDialog.Line(label: "ended", text: reason, role: .error))
        default: break
        }
        if let prompt = step.prompt {
            lines.append(MessageDialog.Line(text: ""))
            lines.append(MessageDialog.Line(text: "what it was asked", role: .muted))
            lines += prompt.split(separator: "\n", omittingEmptySubsequences: false).prefix(2000)
                .map { MessageDialog.Line(text: String($0)) }
        }
        return MessageDialog(title: "Step \(number)/\(run.steps.count) \(step.name)", lines: lines)
    }
}
