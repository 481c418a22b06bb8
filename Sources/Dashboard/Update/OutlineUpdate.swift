import PromptChainCore

/// A long run that comes in outline: what its steps wrote is asked for when it is to be seen.
enum OutlineUpdate {
    /// Takes the outline of a run.
    static func take(_ records: [ChainEventRecord], _ state: inout DashboardState) {
        for record in records {
            // Each of very many items would be a line of the log.
            if record.item == nil {
                RunUpdate.apply(record, &state)
            } else {
                RunUpdate.change(&state.run, ofStep: record)
            }
        }
        guard let steps = state.run?.steps else { return }
        for (index, step) in steps.enumerated() where step.startedAt != nil {
            guard step.isRunning else {
                state.run?.steps[index].outline = .recorded
                continue
            }
            let count = step.items.finished.count
            guard count > 0 else { continue }
            state.run?.steps[index].outline = .newest
            state.run?.steps[index].text.append(
                "\(Count.text(count, "item")) before, shown when the step is over", kind: .heading)
        }
    }

    /// Asks for the text of the step that is shown, once.
    static func ask(_ state: inout DashboardState) -> [DashboardEffect] {
        guard let number = state.outputStep, let run = state.run, let step = run.step(number) else { return [] }
        switch step.outline {
        case .recorded: break
        // The record may be a moment behind the step that has just ended.
        case .newest where !step.isRunning && (number != run.currentStep || !run.isRunning): break
        case .whole, .newest, .asked: return []
        }
        state.run?.steps[number - 1].outline = .asked
        return [.readStep(number)]
    }

    /// Takes everything that was told of a step. What it is known to have come to stays as it is.
    static func fill(_ step: Int, _ records: [ChainEventRecord], _ state: inout DashboardState) {
        guard let run = state.run, let known = run.step(step), known.outline == .asked else { return }
        guard known.text.isEmpty || records.contains(where: { $0.item == nil && $0.event.endsStep }) else {
            // What is here is more than what is recorded.
            state.run?.steps[step - 1].outline = .whole
            return
        }
        var whole: LiveRun? = run
        whole?.steps[step - 1] = known.unbegun
        for record in records where record.run == run.id { RunUpdate.change(&whole, ofStep: record) }
        guard var filled = whole?.step(step) else { return }
        filled.status = known.status
        filled.startedAt = known.startedAt
        filled.finishedAt = known.finishedAt
        filled.outline = .whole
        filled.closeTexts()
        state.run?.steps[step - 1] = filled
    }
}

extension ChainEvent {
    fileprivate var endsStep: Bool {
        switch self {
        case .stepFinished, .stepFailed, .chainBroken: true
        default: false
        }
    }
}
