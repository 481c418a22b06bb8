import PromptChainCore

/// Keys of the Residency pane.
enum ResidencyUpdate {
    static func perform(_ action: KeyAction, _ state: inout DashboardState) {
        switch action {
        case .spanShorter: step(-1, &state)
        case .spanLonger: step(1, &state)
        case .up: scroll(by: -1, &state)
        case .down: scroll(by: 1, &state)
        case .first: state.residency.top = 0
        default: break
        }
    }

    private static func step(_ count: Int, _ state: inout DashboardState) {
        let all = ResidencyState.Span.allCases
        let index = (all.firstIndex(of: state.residency.span) ?? 0) + count
        guard all.indices.contains(index) else {
            return state.say(.info, count < 0 ? "no less time than this" : "no more time than an hour is kept")
        }
        state.residency.span = all[index]
        state.say(.info, "shows \(state.residency.span.words)")
    }

    private static func scroll(by rows: Int, _ state: inout DashboardState) {
        let content = state.layout.content(of: .residency)
        let count = ResidencyChart(state, columns: 1).rows.count
        state.residency.top = max(0, min(state.residency.top + rows, count - max(1, content.height - 2)))
    }
}

extension LiveRun {
    /// Notes what an event tells of models in memory.
    mutating func noteResidency(_ event: ChainEvent, at time: Double) {
        let step: Int? =
            switch event {
            case .stepFinished(let result): result.step
            case .stepFailed(let step, _, _), .chainBroken(let step, _, _), .stepRetried(let step, _, _, _): step
            default: nil
            }
        residency.note(
            event, model: step.flatMap { steps.indices.contains($0 &- 1) ? steps[$0 &- 1].model : nil }, at: time)
    }
}
