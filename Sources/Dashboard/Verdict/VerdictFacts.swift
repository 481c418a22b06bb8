import PromptChainCore

/// What the verdict is made from, gathered from the state.
struct VerdictFacts: Equatable, Sendable {
    struct Server: Equatable, Sendable {
        var name: String
        var url: String
        var provider: ModelProvider
        var state: ServerState
        /// Seconds since its last answer, when it has gone silent.
        var age: Double?
        /// Its newest reading.
        var snapshot: ServerSnapshot?
        /// What can be done with it.
        var abilities = ServerAbilities.all

        var isReady: Bool { state == .ready }
        /// Whether it is known to have a GPU.
        var hasGPU: Bool { snapshot?.capacityBytes != nil || snapshot?.gpus.isEmpty == false }
        /// What it has in memory, as it says now.
        var models: [ModelInfo] { isReady ? snapshot?.models ?? [] : [] }
        /// What its models do now.
        var activities: [ModelActivity] { isReady ? snapshot?.activities ?? [] : [] }

        func activity(of model: ModelName) -> ModelActivity? { activities.first { $0.model == model } }
    }

    struct Run: Equatable, Sendable {
        var chain: String
        var step: Int
        var steps: Int
        var activity: RunActivity
        var isStopping: Bool
        /// Tokens a second, reckoned.
        var tokensPerSecond: Double?
        var tokens: Int
        /// The model that has just left for another.
        var departed: ModelName?
    }

    struct Ending: Equatable, Sendable {
        var chain: String
        var status: ChainEvent.RunResult.Status?
        var error: String?
        var step: Int?
        var seconds: Double
        var stallSeconds: Double
        /// Why its end is not known.
        var loss: String?
    }

    struct Feed: Equatable, Sendable {
        var name: String
        var status: FeedState.Status
        var isReplay: Bool
    }

    struct Operation: Equatable, Sendable {
        var operation: DashboardOperation
        var seconds: Double
        var status: String?
        var fraction: Double?
    }

    var servers: [Server] = []
    var run: Run?
    var ending: Ending?
    /// Where events come from, when somebody else runs the chain.
    var feed: Feed?
    var operations: [Operation] = []
    var loadedCount = 0
    /// Whether a model can be loaded on any server, and one of those in memory unloaded.
    var canLoad = true
    var canUnload = true
    var freeBytes: Int64?
    var isPaused = false
    var isReadOnly = false
    var isClosing = false
    /// What the keys mean, for sentences that name one.
    var keys = KeyMap.standard
    /// Now, in seconds since 1970.
    var clock = 0.0
    /// What servers said in the last hour.
    var history = ReadingHistory()
    /// What servers said in their own logs, by the servers' names.
    var notes: [String: [ServerNote]] = [:]
    /// How long loads took that were seen.
    var observedLoads = ObservedLoads()
    /// What this program asked for a moment ago.
    var ownActs = OwnActs()
    /// The run as it is, when one goes on or has ended.
    var live: LiveRun?
    /// What is known to be on the servers' disks.
    var installed: [InstalledModel] = []

    init() {}

    /// Whether a server says that a model is neither in memory nor on its way there.
    func isGone(_ subject: Finding.Subject) -> Bool {
        guard let model = subject.model, let server = servers.first(where: { $0.name == subject.server }),
            server.isReady
        else { return false }
        return server.activity(of: model) == nil && !server.models.contains { $0.name == model }
    }

    init(_ state: DashboardState) {
        servers = state.servers.all.map {
            Server(
                name: $0.name, url: $0.description.url, provider: $0.description.provider, state: $0.state,
                age: state.age(of: $0), snapshot: $0.snapshot, abilities: $0.description.abilities)
        }
        loadedCount = state.servers.all.reduce(0) { $0 + $1.models.count }
        canLoad = state.servers.all.contains { $0.description.abilities.contains(.load) }
        canUnload = state.servers.all.contains { !$0.models.isEmpty && $0.description.abilities.contains(.unload) }
        freeBytes = state.servers.only?.snapshot.flatMap { MemoryFacts($0).free }
        operations = state.pending.entries.map {
            Operation(
                operation: $0.operation, seconds: max(0, state.uptime - $0.since), status: $0.status,
                fraction: $0.fraction)
        }
        keys = state.keys
        isPaused = state.isPaused
        isReadOnly = state.isReadOnly
        isClosing = state.closing != .open
        feed = state.feed.map {
            Feed(name: $0.description.name, status: $0.status, isReplay: $0.replay != nil)
        }
        clock = state.clock
        history = state.servers.history
        let names = servers.map(\.name)
        for name in names { notes[name] = state.serverNotes.notes(of: name, among: names) }
        observedLoads = state.observedLoads
        ownActs = state.ownActs
        live = state.run
        installed = state.installed.values.flatMap(\.models)
        guard let run = state.run else { return }
        guard run.isRunning else {
            ending = Ending(
                chain: run.chain, status: run.result?.status, error: run.result?.error, step: run.currentStep,
                seconds: run.seconds(at: state.clock), stallSeconds: run.result?.stallSeconds ?? 0,
                loss: run.loss)
            return
        }
        let current = run.runningStep?.step
        self.run = Run(
            chain: run.chain, step: run.activeStep ?? 1, steps: run.steps.count,
            activity: run.activity(at: state.clock), isStopping: run.isStopping,
            tokensPerSecond: current.flatMap { run.tokensPerSecond(of: $0, at: state.clock) },
            tokens: current.map { run.tokens(of: $0) } ?? 0,
            departed: run.lastDeparture.flatMap { state.clock - $0.at < 120 ? $0.model : nil })
    }
}
