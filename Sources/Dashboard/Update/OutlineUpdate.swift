import PromptChainCore

/// A long run that comes in outline: what its steps wrote is asked for when it is to be seen.
enum OutlineUpdate {
    /// Takes the outline of a run.
    static func take(_ records: [ChainEventRecord], _ state: inout DashboardState) {
        for record in records { RunUpdate.apply(record, &state) }
        guard let steps = state.run?.steps else { return }
        for (index, step) in steps.enumerated() where step.startedAt != nil && !step.isRunning {
            state.run?.steps[index].outline = .recorded
        }
    }

    /// Asks for the text of the step that is shown, once.
    static func ask(_ state: inout DashboardState) -> [DashboardEffect] {
        guard let step = state.outputStep, state.run?.step(step)?.outline == .recorded else { return [] }
        state.run?.steps[step - 1].outline = .asked
        return [.readStep(step)]
    }

    /// Takes everything that was told of a step. What it is known to have come to stays as it is.
    static func fill(_ step: Int, _ records: [ChainEventRecord], _ state: inout DashboardState) {
        guard let run = state.run, let known = run.step(step), known.outline == .asked else { return }
        var whole: LiveRun? = run
        whole?.steps[step - 1] = StepState(name: known.name, model: known.model)
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
