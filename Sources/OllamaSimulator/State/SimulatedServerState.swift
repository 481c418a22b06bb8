/// The whole server as a value: what is installed, what is in memory, who waits for what.
///
/// Nothing here reads a clock or touches the network. Time arrives as simulated seconds through ``advance(to:)``, and
/// what happened leaves through ``takeOutcomes()``. The rules are those of Ollama's scheduler:
/// - one load at a time, in the order of arrival; the first in line blocks the others, except those whose model is
///   already loaded;
/// - the first model always loads, another only when Ollama's prediction fits in 80 % of the free memory;
/// - the victim of an eviction is an idle runner with the shortest keep-alive, or else the one with the shortest, for
///   which the server then waits;
/// - other runner options reload the model.
struct SimulatedServerState: Sendable {
    /// What the machine and its settings allow.
    struct Limits: Sendable {
        var vramBytes: Int64 = 48 << 30
        var maxLoadedModels = 0
        var maxQueue = 512
        var numParallel = 1
        var defaultContext = 4096
        /// `OLLAMA_KEEP_ALIVE`.
        var keepAlive = KeepAlive.seconds(300)
    }

    /// What the state tells the world.
    enum Outcome: Sendable, Equatable {
        /// The request's turn has come.
        case started(RunnerRequest.ID, RunnerLease)
        /// The request gets no runner.
        case refused(RunnerRequest.ID, RunnerRefusal)
        /// Memory changed.
        case changed(ResidencyEvent)
    }

    let limits: Limits
    /// The time in simulated seconds since the start.
    private(set) var now = 0.0
    /// What is installed.
    var library: ModelLibrary
    /// The faults that are still to happen.
    var faults: FaultBook
    /// Loaded runners by their weights; a loading one is not among them.
    var runners: [String: SimulatedRunner] = [:]
    /// The runner that is being loaded for ``head``.
    var loading: SimulatedRunner?
    /// What a load that will fail says.
    var loadFailure: String?
    /// The request that the scheduler works on; nobody behind it moves.
    var head: RunnerRequest?
    /// The weights whose unloading ``head`` waits for.
    var awaited: String?
    /// Requests that wait behind ``head``.
    var queue: [RunnerRequest] = []
    /// The leases of requests that wait in a runner.
    var leases: [RunnerRequest.ID: (weights: String, grantedAt: Double)] = [:]
    /// How many requests for a runner have arrived.
    var arrivals = 0
    /// How many loads have started.
    var loadCount = 0
    private var outcomes: [Outcome] = []

    /// A server that has just started.
    init(limits: Limits, library: ModelLibrary, faults: FaultBook = FaultBook([])) {
        self.limits = limits
        self.library = library
        self.faults = faults
    }

    /// How many models may be loaded at a time.
    var loadedLimit: Int { limits.maxLoadedModels > 0 ? limits.maxLoadedModels : 3 }

    /// The context of a request that names none.
    var defaultContext: Int {
        if limits.defaultContext > 0 { return limits.defaultContext }
        switch limits.vramBytes {
        case (47 << 30)...: return 262_144
        case (23 << 30)...: return 32768
        default: return 4096
        }
    }

    /// Bytes of the GPU that no loaded runner holds.
    var freeBytes: Int64 {
        max(0, limits.vramBytes - runners.values.reduce(0) { $0 + $1.placement.vramBytes })
    }

    /// The next moment at which something happens by itself.
    var deadline: Double? {
        (runners.values.compactMap(\.deadline) + [loading?.deadline].compactMap(\.self)).min()
    }

    /// Lets time pass up to `time`, with everything that happens by itself in between, in order.
    mutating func advance(to time: Double) {
        while let next = deadline, next <= time {
            now = max(now, next)
            if let loading, case .loading(let until) = loading.phase, until <= now {
                finishLoad(loading)
                continue
            }
            for (weights, runner) in runners.sorted(by: { $0.key < $1.key }) {
                guard let due = runner.deadline, due <= now else { continue }
                if runner.isUnloading {
                    finishUnload(weights)
                } else {
                    emit(.expired, runner)
                    runners[weights]?.expiresAt = nil
                    beginUnload(weights)
                }
                break
            }
        }
        now = max(now, time)
    }

    /// What happened since the last call, in order.
    mutating func takeOutcomes() -> [Outcome] {
        defer { outcomes = [] }
        return outcomes
    }

    /// Adds an outcome.
    mutating func report(_ outcome: Outcome) { outcomes.append(outcome) }

    /// Reports that the memory of a runner changed.
    mutating func emit(_ kind: ResidencyEvent.Kind, _ runner: SimulatedRunner) {
        let holders = runners.values.map(\.self) + [loading].compactMap(\.self)
        let resident = holders.map {
            ResidencyEvent.Resident(model: $0.model.name, vramBytes: $0.placement.vramBytes)
        }
        report(
            .changed(
                ResidencyEvent(
                    kind: kind, model: runner.model.name, vramBytes: runner.placement.vramBytes,
                    sizeBytes: runner.placement.sizeBytes, context: runner.context, seconds: now,
                    resident: resident.sorted { $0.model < $1.model })))
    }
}
