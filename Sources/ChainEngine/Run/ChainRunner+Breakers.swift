import ModelManagement
import PromptChainCore

/// What rules make of a step's output.
extension ChainRunner {
    /// The first rule that applies to an output.
    func judge(_ index: Int, _ frame: RunFrame, output: String, isLoadFailure: Bool = false) async -> BreakerHit? {
        let step = chain.steps[index]
        let info = StepInfo(
            step: index + 1, input: frame.text, output: output, type: step.kind, model: step.model,
            modelParams: step.call?.options ?? [:])
        for breaker in breakers {
            let (breaks, reason, replacement) = breaker.rule(index + 1, output, info)
            guard breaks else { continue }
            return BreakerHit(
                breaker: breaker.name, reason: reason,
                action: replacement.map { .replace(PromptTemplate(literal: $0)) } ?? .stop(isFailure: false))
        }
        return nil
    }

    /// Does what a rule says.
    func obey(_ hit: BreakerHit, output: String, at index: Int, _ frame: RunFrame, isOne: Bool) async -> Flow {
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
            log("“\(hit.breaker)” sends the chain to “\(name)”: \(hit.reason)")
            var frame = frame
            frame.note(output, of: flat.localNames[index])
            let target = flat.chain.steps.firstIndex { $0.name == name }
            if isManaged { await depart(after: index, to: target) }
            return .jump(name, [frame])
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
