import PromptChainCore

/// Tells somebody who looks elsewhere that a run is over, or that nothing works until somebody acts.
enum AlertUpdate {
    /// Who has just started the dashboard looks at it.
    private static let quietSeconds = 10.0
    /// How long the same finding is not told again.
    private static let pause = 300.0
    /// An end that is older than this was recorded, and is no news.
    private static let newsSeconds = 60.0

    /// What to tell after a message was dealt with.
    static func effects(after message: DashboardMessage, _ state: inout DashboardState) -> [DashboardEffect] {
        guard state.alertRules != .silent, state.closing == .open, state.feed?.replay == nil else { return [] }
        var alerts: [Alert] = []
        if case .runEvents = message, let alert = endOfRun(&state) { alerts.append(alert) }
        alerts += findings(&state)
        return alerts.flatMap { state.alertRules.effects(telling: $0) }
    }

    private static func endOfRun(_ state: inout DashboardState) -> Alert? {
        guard let run = state.run, let result = run.result, state.alerts.run != run.id else { return nil }
        state.alerts.run = run.id
        let seconds = run.seconds(at: state.clock)
        // Who stopped a run knows that it is over.
        guard seconds >= state.alertRules.leastSeconds, result.status != .cancelled,
            state.clock - (run.finishedAt ?? state.clock) < newsSeconds
        else { return nil }
        let time = Seconds.clock(seconds)
        switch result.status {
        case .failed: return Alert(title: "\(run.chain) failed", text: "\(result.error ?? "no reason given") (\(time))")
        case .broken:
            return Alert(title: "\(run.chain) was ended by a rule", text: result.error ?? "after \(time)")
        case .completed, .cancelled:
            return Alert(
                title: "\(run.chain) is done",
                text: "\(Count.text(run.steps.count, "step")) in \(time), waited "
                    + "\(Seconds.text(result.stallSeconds)) for models")
        }
    }

    private static func findings(_ state: inout DashboardState) -> [Alert] {
        var alerts: [Alert] = []
        for finding in state.newFindings where finding.severity == .failed {
            let last = state.alerts.findings[finding.identity]
            state.alerts.findings[finding.identity] = state.uptime
            guard state.uptime - state.startedAt >= quietSeconds else { continue }
            if let last, state.uptime - last < pause { continue }
            alerts.append(Alert(title: finding.subject.server, text: finding.sentence))
        }
        return alerts
    }
}
