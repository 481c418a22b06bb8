import PromptChainCore

/// Lets the rules look whenever there is something new to see.
enum VerdictUpdate {
    /// Looks after a message was dealt with. `verdicts.fresh` then holds what began to be shown with it, for whoever rings
    /// or notifies.
    static func look(after message: DashboardMessage, _ state: inout DashboardState) {
        state.verdicts.forgetFresh()
        state.ownActs.note(state.pending, at: state.clock)
        switch message {
        case .snapshot(let snapshot): state.observedLoads.add(snapshot)
        case .operationFinished(let operation, .succeeded): learn(operation, state.pending, &state)
        case .operationStarted, .operationFinished, .runEnded: break
        case .runEvents(let records):
            learn(records, &state)
            guard state.verdicts.isDue(at: state.clock) else { return }
        // Ticks come many times a second.
        case .tick:
            guard state.verdicts.isDue(at: state.clock) else { return }
        default: return
        }
        let facts = VerdictFacts(state)
        state.verdicts.look(VerdictRules.findings(in: facts), at: state.clock, isGone: facts.isGone)
    }

    private static func learn(
        _ operation: DashboardOperation, _ pending: PendingState, _ state: inout DashboardState
    ) {
        // A model that was there already was not loaded.
        guard case .load(let server, let model) = operation, let entry = pending[operation],
            state.uptime - entry.since >= 1
        else { return }
        state.observedLoads.add(state.uptime - entry.since, of: ModelIdentity(server: server, model: model))
    }

    private static func learn(_ records: [ChainEventRecord], _ state: inout DashboardState) {
        for record in records {
            guard case .modelLoaded(let model, let seconds, _, _) = record.event, let server = state.servers.only?.name
            else { continue }
            state.observedLoads.add(seconds, of: ModelIdentity(server: server, model: model))
        }
    }
}

extension DashboardState {
    /// The findings that began to be shown with the newest message, the gravest first: once each, however long they hold.
    /// Whoever rings the bell or sends a notification goes by those of severity `attention` and `failed`.
    var newFindings: [Finding] { verdicts.fresh }

    /// What the line under the header says.
    var verdict: Verdict {
        let current = Verdict(VerdictFacts(self))
        return topFinding(over: current)?.verdict(isReadOnly: isReadOnly) ?? current
    }

    /// The finding that is said in place of what is going on, if it is graver.
    func topFinding(over current: Verdict) -> Finding? {
        guard closing == .open else { return nil }
        let finding = verdicts.shown.map(\.finding).first { !$0.isSaidByState }
        guard let finding else { return nil }
        switch finding.severity {
        case .failed: return finding
        case .attention: return current.sign == .failed ? nil : finding
        case .advice: return current.sign == .idle ? finding : nil
        }
    }
}
