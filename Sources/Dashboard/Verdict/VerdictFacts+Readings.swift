import PromptChainCore

/// What rules ask of the facts.
extension VerdictFacts {
    typealias Reading = ReadingHistory.Reading

    /// A load that is under way, by whoever asked for it.
    struct Loading: Equatable, Sendable {
        var identity: ModelIdentity
        /// How long it has taken until now, in seconds.
        var seconds: Double
        /// How long such a load takes, in seconds, and where that is known from.
        var usual: (seconds: Double, source: String)?
        /// What can be seen of it.
        var activity: ModelActivity?
        /// Whether the run that is shown waits for it.
        var isOfRun = false
        /// Whether it was asked for in this dashboard.
        var isAsked = false

        static func == (one: Loading, other: Loading) -> Bool {
            one.identity == other.identity && one.seconds == other.seconds && one.activity == other.activity
                && one.usual?.seconds == other.usual?.seconds
        }
    }

    /// The readings of a server in which it answered, of the last seconds, the oldest first.
    func answers(of server: String, within seconds: Double) -> [Reading] {
        history.readings(of: server, since: clock - seconds).filter { $0.snapshot.state == .ready }
    }

    /// Whether a run goes on that uses a model.
    func isOfRun(_ model: ModelName) -> Bool {
        guard let live, live.isRunning else { return false }
        return live.steps.contains { $0.model == model } || live.loads[model] != nil || live.unloads[model] != nil
    }

    /// How long a load of a model takes, in seconds, and where that is known from.
    func usualLoad(_ identity: ModelIdentity) -> (seconds: Double, source: String)? {
        let snapshot = servers.first { $0.name == identity.server }?.snapshot
        if let seconds = snapshot?.usualLoadSeconds[identity.model] { return (seconds, "earlier runs") }
        return observedLoads.usual(identity).map { ($0, "loads seen here") }
    }

    /// Every load that is under way, in the order of their names.
    var loading: [Loading] {
        var found: [Loading] = []
        for server in servers {
            for activity in server.activities where activity.phase == .loading {
                let identity = ModelIdentity(server: server.name, model: activity.model)
                found.append(
                    Loading(
                        identity: identity, seconds: activity.loadingSeconds ?? seconds(ofLoad: identity),
                        usual: usualLoad(identity), activity: activity))
            }
        }
        for entry in operations {
            guard case .load(let server, let model) = entry.operation else { continue }
            merge(ModelIdentity(server: server, model: model), entry.seconds, into: &found) { $0.isAsked = true }
        }
        if let live, live.isRunning {
            for (model, load) in live.loads {
                let expected = load.expectedSeconds.map { ($0, "earlier runs") }
                merge(
                    ModelIdentity(server: server(of: model) ?? "", model: model), max(0, clock - load.startedAt),
                    into: &found
                ) { loading in
                    loading.isOfRun = true
                    loading.usual = expected ?? loading.usual
                }
            }
        }
        return found.sorted { $0.identity.model.canonical < $1.identity.model.canonical }
    }

    /// The server on which a run's model is, as far as that can be told.
    func server(of model: ModelName) -> String? {
        if servers.count == 1 { return servers[0].name }
        let holding = servers.filter { server in
            server.models.contains { $0.name == model } || server.activities.contains { $0.model == model }
        }
        return holding.count == 1 ? holding[0].name : nil
    }

    /// Who it was where nobody can be seen.
    static let somebody = "another client"

    /// Who may have asked something of a server between two times, for a sentence.
    func suspects(on server: String, from start: Double, to end: Double) -> String {
        let seen = history.readings(of: server, since: start).filter { $0.time <= end }
        var titles: [String] = []
        for client in seen.flatMap({ $0.snapshot.clients ?? [] }) where !titles.contains(client.title) {
            titles.append(client.title)
        }
        switch titles.count {
        case 1: return titles[0]
        case 2...3: return "one of " + titles.joined(separator: ", ")
        default: return Self.somebody
        }
    }

    /// Who is connected to a server now, as evidence; nothing where that is not known.
    func clients(of server: Server?) -> [Finding.Evidence] {
        guard let clients = server?.snapshot?.clients, !clients.isEmpty else { return [] }
        let text = clients.prefix(6).map(\.title).joined(separator: ", ")
        return [Finding.Evidence("connected", text, "the kernel’s table of connections")]
    }

    /// What memory a server has and has left, as evidence.
    func memory(of server: Server?) -> [Finding.Evidence] {
        guard let snapshot = server?.snapshot else { return [] }
        let facts = MemoryFacts(snapshot)
        guard let free = facts.free, let capacity = facts.capacity else { return [] }
        let source = snapshot.gpus.isEmpty ? "capacity as configured or learned" : "the GPU driver"
        return [Finding.Evidence("free", "\(ByteCount.text(free)) of \(ByteCount.text(capacity))", source)]
    }

    private func seconds(ofLoad identity: ModelIdentity) -> Double {
        // The first of the readings without a break that show it loading.
        var began = clock
        for reading in answers(of: identity.server, within: ReadingHistory.span).reversed() {
            guard reading.snapshot.activities.contains(where: { $0.model == identity.model && $0.phase == .loading })
            else { break }
            began = reading.time
        }
        return max(0, clock - began)
    }

    private func merge(
        _ identity: ModelIdentity, _ seconds: Double, into found: inout [Loading], _ change: (inout Loading) -> Void
    ) {
        let index = found.firstIndex {
            $0.identity.model == identity.model && ($0.identity.server == identity.server || identity.server.isEmpty)
        }
        if let index {
            change(&found[index])
        } else {
            var loading = Loading(identity: identity, seconds: seconds, usual: usualLoad(identity))
            change(&loading)
            found.append(loading)
        }
    }
}

extension ModelActivity {
    /// Whether somebody's request is being worked on.
    var isWorking: Bool { phase == .reading || phase == .generating }

    /// What it does, for a sentence: `writes for somebody, 182 tokens so far`.
    var doing: String {
        switch phase {
        case .reading: "reads a prompt" + (promptTokens.map { ", \(Count.text($0, "token")) so far" } ?? "")
        case .generating: "writes an answer" + (outputTokens.map { ", \(Count.text($0, "token")) so far" } ?? "")
        case .loading: "loads"
        case .idle: "rests"
        }
    }

    /// Where it was seen, for evidence.
    var source: String { process.map { "runner \($0.processID)" } ?? "the server's slots" }
}
