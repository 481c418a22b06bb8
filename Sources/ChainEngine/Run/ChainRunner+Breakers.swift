import ModelManagement
import PromptChainCore

/// What rules make of a step's output.
extension ChainRunner {
    /// The first rule that applies to an output. What rules could not do is told as warnings.
    /// - Parameter watch: what has looked at the step while its text came.
    func judge(
        _ index: Int, _ frame: RunFrame, output: String, seconds: Double? = nil, watch: BreakerWatch? = nil,
        isLoadFailure: Bool = false
    ) async -> BreakerHit? {
        let step = chain.steps[index]
        let info = StepInfo(
            step: index + 1, input: frame.text, output: output, type: step.kind, model: step.model,
            modelParams: step.call?.options ?? [:])
        let facts = BreakerFacts(
            info: info, name: step.name, item: frame.item, seconds: seconds,
            tokens: step.call == nil ? nil : watch?.tokens,
            isLoadFailure: isLoadFailure)
        let (hit, warnings) = await rules.after(facts)
        tell(warnings)
        return hit
    }

    /// The rule that has ended a step while its text came; the step is told as done, with the text until there.
    func interruption(_ index: Int, text: String, by watch: BreakerWatch?) -> BreakerHit? {
        guard let watch, let hit = watch.hit, !Task.isCancelled else { return nil }
        tell(rules.takeWarnings())
        var result = ChainEvent.StepResult(step: index + 1, output: text)
        result.generateSeconds = watch.seconds
        result.outputTokens = watch.tokens
        emit(.stepFinished(result))
        return hit
    }

    private func tell(_ warnings: [BreakerSession.Warning]) {
        for warning in warnings { emit(.warning(message: warning.message, hint: warning.hint)) }
    }

    /// Does what a rule says.
    func obey(_ hit: BreakerHit, output: String, at index: Int, _ frame: RunFrame) async -> Flow {
        switch hit.action {
        case .stop(let isFailure):
            emit(.chainBroken(step: index + 1, breaker: hit.breaker, reason: hit.reason))
            return .ended(
                Ending(status: .broken, output: output, error: isFailure ? hit.reason : nil))
        case .replace(let template):
            emit(.chainBroken(step: index + 1, breaker: hit.breaker, reason: hit.reason))
            let text = template.render(input: output, initial: frame.initial, steps: frame.outputs)
            return .ended(Ending(status: .broken, output: text))
        case .jump(let name, _):
            emit(
                .log(
                    level: "notice", component: "promptchain.chainbreakers",
                    message: "“\(hit.breaker)” sends the chain to “\(name)”: \(hit.reason)"))
            var frame = frame
            frame.note(output, of: flat.localNames[index])
            let target = flat.chain.steps.firstIndex { $0.name == name }
            if isManaged { await depart(after: index, to: target) }
            return .jump(name, by: hit.breaker, [frame])
        case .retry:
            // Used up: the step stands as it is.
            var frame = frame
            frame.note(output, of: flat.localNames[index])
            return .next([frame])
        }
    }
}

extension ChainStep {
    /// The kind of step, by the names that chainbreakers know.
    var kind: String {
        switch action {
        case .model: "model"
        case .command: "command"
        case .function: "function"
        case .chain: "chain"
        }
    }
}
