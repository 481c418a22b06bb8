import PromptChainCore

/// Readings of servers, and what they have on disk.
enum ServersUpdate {
    static func apply(_ message: DashboardMessage, _ state: inout DashboardState) -> [DashboardEffect] {
        switch message {
        case .serverFound(let description): state.servers.describe(description)
        case .snapshot(let snapshot): return accept(snapshot, &state)
        case .modelOutlook(let server, let outlook): state.outlooks.add(outlook, on: server)
        case .installedModels(let server, let models):
            state.installed[server] = .known(models)
            if case .picker(let picker) = state.dialogs.last, picker.purpose == .load {
                return PickerUpdate.askAboutSelected(picker, &state)
            }
        case .installedModelsFailed(let server, let reason, let hint):
            state.installed[server] = .failed(reason: reason, hint: hint)
        default: break
        }
        return []
    }

    private static func accept(_ snapshot: ServerSnapshot, _ state: inout DashboardState) -> [DashboardEffect] {
        let before = state.servers[snapshot.name]?.state
        state.servers.accept(snapshot)
        for entry in state.pending.settle(with: snapshot) { SettledUpdate.tell(entry, snapshot, &state) }
        state.clock = max(state.clock, min(snapshot.time.timeIntervalSince1970, state.clock + 60))
        let asked = OutlookUpdate.askAboutLoaded(snapshot, &state)
        guard let before else { return asked }
        // Once, when it changes; not at every reading.
        switch (before, snapshot.state) {
        case (.ready, .stale), (.ready, .unreachable):
            state.report(
                .warning, "\(snapshot.name) has stopped answering", hint: "what is shown of it is the last reading")
        case (.stale, .ready), (.unreachable, .ready):
            state.report(.info, "\(snapshot.name) answers again")
        default: break
        }
        return asked
    }
}
