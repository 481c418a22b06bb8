import PromptChainCore

/// Readings of servers, and what they have on disk.
enum ServersUpdate {
    static func apply(_ message: DashboardMessage, _ state: inout DashboardState) -> [DashboardEffect] {
        switch message {
        case .serverFound(let description): state.servers.describe(description)
        case .snapshot(let snapshot): accept(snapshot, &state)
        case .installedModels(let server, let models): state.installed[server] = .known(models)
        case .installedModelsFailed(let server, let reason, let hint):
            state.installed[server] = .failed(reason: reason, hint: hint)
        default: break
        }
        return []
    }

    private static func accept(_ snapshot: ServerSnapshot, _ state: inout DashboardState) {
        let before = state.servers[snapshot.name]?.state
        state.servers.accept(snapshot)
        state.pending.settle(with: snapshot)
        state.clock = max(state.clock, min(snapshot.time.timeIntervalSince1970, state.clock + 60))
        guard let before else { return }
        // Once, when it changes; not at every reading.
        switch (before, snapshot.state) {
        case (.ready, .stale), (.ready, .unreachable):
            state.report(
                .warning, "\(snapshot.name) has stopped answering", hint: "what is shown of it is the last reading")
        case (.stale, .ready), (.unreachable, .ready):
            state.report(.info, "\(snapshot.name) answers again")
        default: break
        }
    }
}
