import PromptChainCore

/// One row of the Models pane: what the server says about a model, and what it is doing as far as we know.
struct ModelRow: Equatable, Sendable {
    /// What a model is doing.
    enum Phase: Equatable, Sendable {
        /// On its way into memory since so many seconds.
        case loading(seconds: Double, expected: Double?, fraction: Double?, isInferred: Bool)
        /// On its way out of memory since so many seconds.
        case unloading(seconds: Double)
        /// Reading a prompt of our run.
        case reading
        /// Writing for our run.
        case generating
        /// Reasoning for our run.
        case thinking
        /// Reading a prompt of somebody's, so many tokens until now.
        case readingFor(tokens: Int?)
        /// Writing for somebody, so many tokens until now.
        case generatingFor(tokens: Int?)
        /// Past its time and still there: somebody uses it.
        case busy
        /// Stays until somebody unloads it.
        case pinned
        /// Leaves in so many seconds.
        case idle(seconds: Double)
        /// Nothing is known.
        case unknown
    }

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
}

extension DashboardState {
    /// The rows of the Models pane, in the order in which they are shown.
    var modelRows: [ModelRow] {
        let needle = models.filter.lowercased()
        let rows = allModelRows.filter { needle.isEmpty || $0.identity.model.short.lowercased().contains(needle) }
        return rows.sorted { isBefore($0, $1) }
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

    /// Seconds since a silent server was last heard; `nil` when it is not silent.
    func age(of server: ServersState.Server) -> Double? {
        switch server.state {
        case .stale(let since): max(0, clock - since.timeIntervalSince1970)
        case .unreachable:
            server.snapshot.map { max(0, clock - $0.time.timeIntervalSince1970) }
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

    private func activity(of identity: ModelIdentity) -> ModelActivity? {
        servers[identity.server]?.snapshot?.activities.first { $0.model == identity.model }
    }

    // A run does not say on which server its models are.
    private func isSame(_ one: ModelIdentity, _ other: ModelIdentity) -> Bool {
        one.model == other.model && (one.server == other.server || one.server.isEmpty || other.server.isEmpty)
    }

    private func phase(of identity: ModelIdentity, info: ModelInfo?) -> ModelRow.Phase {
        if let load = pending[.load(server: identity.server, model: identity.model)] {
            return .loading(
                seconds: max(0, uptime - load.since), expected: nil, fraction: nil, isInferred: false)
        }
        if let load = run?.loads[identity.model], isTheRuns(identity) {
            return .loading(
                seconds: max(0, clock - load.startedAt), expected: load.expectedSeconds, fraction: load.fraction,
                isInferred: load.isInferred)
        }
        if let unload = pending.unloading(identity) { return .unloading(seconds: max(0, uptime - unload.since)) }
        if let unload = run?.unloads[identity.model], isTheRuns(identity) {
            return .unloading(seconds: max(0, clock - unload.startedAt))
        }
        if let step = run?.runningStep?.step, step.model == identity.model, isTheRuns(identity) {
            if step.firstTokenAt == nil { return .reading }
            return step.isThinking ? .thinking : .generating
        }
        if let activity = activity(of: identity), let phase = phase(activity) { return phase }
        guard let info else { return .unknown }
        if info.isPinned { return .pinned }
        guard let expiry = info.expiresAt else { return .unknown }
        let left = expiry.timeIntervalSince1970 - clock
        // A server leaves the old value standing while a model works, so that it lies in the past.
        return left < -1 ? .busy : .idle(seconds: max(0, left))
    }

    private func phase(_ activity: ModelActivity) -> ModelRow.Phase? {
        switch activity.phase {
        case .loading:
            activity.loadingSeconds.map {
                .loading(seconds: max(0, $0), expected: nil, fraction: nil, isInferred: false)
            }
        case .reading: .readingFor(tokens: activity.promptTokens)
        case .generating: .generatingFor(tokens: activity.outputTokens)
        case .idle: nil
        }
    }

    private func isTheRuns(_ identity: ModelIdentity) -> Bool {
        identity.server.isEmpty || servers.only != nil
            || servers.all.filter { $0.models.contains { $0.name == identity.model } }.count <= 1
    }

    private func isBefore(_ one: ModelRow, _ other: ModelRow) -> Bool {
        if one.isLoading != other.isLoading { return one.isLoading }
        switch models.order {
        case .name: break
        case .size:
            let (left, right) = (one.info?.sizeBytes ?? -1, other.info?.sizeBytes ?? -1)
            if left != right { return left > right }
        case .vram:
            let (left, right) = (one.info?.vramBytes ?? -1, other.info?.vramBytes ?? -1)
            if left != right { return left > right }
        case .expiry:
            let (left, right) = (one.expiryKey, other.expiryKey)
            if left != right { return left < right }
        }
        let (left, right) = (one.identity.model.canonical.lowercased(), other.identity.model.canonical.lowercased())
        return left != right ? left < right : one.identity.server < other.identity.server
    }
}

extension ModelRow {
    /// When the server will let it go, so that the next one comes first; not the countdown, which is no order of rows
    /// while a model is busy.
    fileprivate var expiryKey: Double {
        guard let info, !info.isPinned else { return .infinity }
        return info.expiresAt?.timeIntervalSince1970 ?? .infinity
    }
}
