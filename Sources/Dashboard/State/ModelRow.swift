import PromptChainCore

/// One row of the Models pane: what the server says about a model, and what it is doing as far as we know.
struct ModelRow: Equatable, Sendable {
    var identity: ModelIdentity
    /// `nil` while the server does not list it.
    var info: ModelInfo?
    var phase: Phase
    /// How old the reading is, in seconds, when the server has gone silent.
    var age: Double?
    /// What it is doing, where that can be seen.
    var activity: ModelActivity?

    var isLoading: Bool {
        if case .loading = phase { return true }
        return false
    }

    /// Whether a text stands in what names it.
    func holds(_ pattern: TextPattern) -> Bool {
        pattern.isFound(in: identity.model.short) || identity.server.lowercased() == pattern.text
    }
}

extension DashboardState {
    /// The rows of the Models pane, in the order in which they are shown.
    var modelRows: [ModelRow] {
        let filter = LineFilter(models.filter.lowercased())
        let rows = allModelRows.filter { row in filter.shows { row.holds($0) } }
        return rows.sorted { models.isBefore($0, $1) }
    }

    /// Every row, filtered or not, in no order.
    var allModelRows: [ModelRow] {
        var rows: [ModelRow] = []
        for server in servers.all {
            let age = age(of: server)
            for info in server.models {
                let identity = ModelIdentity(server: server.name, model: info.name)
                rows.append(
                    ModelRow(
                        identity: identity, info: info, phase: phase(of: identity, info: info), age: age,
                        activity: activity(of: identity)))
            }
        }
        for identity in expectedModels where !rows.contains(where: { isSame($0.identity, identity) }) {
            rows.append(ModelRow(identity: identity, info: nil, phase: phase(of: identity, info: nil), age: nil))
        }
        return rows
    }

    /// Seconds since a silent server last answered; `nil` when it is not silent. One that never did is as old as what
    /// is known of it.
    func age(of server: ServersState.Server) -> Double? {
        switch server.state {
        case .stale(let since): max(0, clock - since.timeIntervalSince1970)
        case .unreachable:
            (server.answeredAt ?? server.snapshot?.time.timeIntervalSince1970).map { max(0, clock - $0) }
        case .connecting, .starting, .ready: nil
        }
    }

    /// Models that are on their way in. Servers do not list them; we know of them because we asked.
    private var expectedModels: [ModelIdentity] {
        var result: [ModelIdentity] = []
        for entry in pending.entries {
            if case .load(let server, let model) = entry.operation {
                result.append(ModelIdentity(server: server, model: model))
            }
        }
        for model in run?.loads.keys.sorted(by: { $0.canonical < $1.canonical }) ?? [] {
            let identity = ModelIdentity(server: servers.only?.name ?? "", model: model)
            if !result.contains(where: { isSame($0, identity) }) { result.append(identity) }
        }
        // And because their processes can be seen.
        for server in servers.all {
            for activity in server.snapshot?.activities ?? [] where activity.phase == .loading {
                let identity = ModelIdentity(server: server.name, model: activity.model)
                if !result.contains(where: { isSame($0, identity) }) { result.append(identity) }
            }
        }
        return result
    }

    func activity(of identity: ModelIdentity) -> ModelActivity? {
        servers[identity.server]?.snapshot?.activities.first { $0.model == identity.model }
    }

    // A run does not say on which server its models are.
    private func isSame(_ one: ModelIdentity, _ other: ModelIdentity) -> Bool {
        one.model == other.model && (one.server == other.server || one.server.isEmpty || other.server.isEmpty)
    }

    func isTheRuns(_ identity: ModelIdentity) -> Bool {
        identity.server.isEmpty || servers.only != nil
            || servers.all.filter { $0.models.contains { $0.name == identity.model } }.count <= 1
    }
}
