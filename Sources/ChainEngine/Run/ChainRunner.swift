import ModelManagement
import PromptChainCore
import Synchronization

/// Does the steps of one run. What it knows outlives it: the clean-up reads it also when a step hangs for good.
final class ChainRunner: Sendable {
    /// How the steps ended.
    struct Ending: Sendable {
        var status: ChainEvent.RunResult.Status
        var output: String
        var error: String?
        var failure: ModelManagementError?
    }

    /// A step as it is to be done.
    struct Work: Sendable {
        var index: Int
        var step: ChainStep
        var call: ModelCall
        var server: RunServer
        var slot: ModelSlot
        // What was said before, where models see it.
        var conversation: [ChatMessage] = []

        var number: Int { index + 1 }
        var model: ModelName { call.model }
    }

    struct State {
        var ledger = RunLedger()
        var servers: [ServerRequest: RunServer] = [:]
        var digests: [String: [ModelName: String]] = [:]
        var listingFailures: [String: ModelManagementError] = [:]
        var locks: [ModelSlot: any ModelUseLock] = [:]
        // Fixed by a model's first use: a server reloads a model when they differ.
        var loads: [ModelSlot: LoadParameters] = [:]
        // Models that were loaded with these parameters, so that a request finds them as it asks for.
        var loadedHere: Set<ModelSlot> = []
        var told: Set<String> = []
        // What is known about the servers' memory and about the models, before anything is loaded.
        var outlooks: [String: ServerOutlook] = [:]
        var forecasts: [ModelSlot: ModelOutlook] = [:]
        var descriptions: [ModelSlot: ModelDescription] = [:]
        // The contexts that fit, by server: they are settled together.
        var fits: [String: [ModelSlot: Int]] = [:]
        // What this run has measured itself, in seconds.
        var loadSeconds: [ModelSlot: Double] = [:]
        var unloadSeconds: [ModelSlot: Double] = [:]
        var stepSeconds: [String: Double] = [:]
        // The models in the order in which they were used last.
        var uses: [ModelSlot] = []
        // The models whose files were read into the page cache.
        var readAhead: Set<ModelSlot> = []
        var plans: [ServerPlan] = []
        var toldPlan: ResidencySchedule?
        // The loads that go on while steps run, by server: a server loads one model at a time.
        var flights: [String: LoadAhead] = [:]
        var flightCount = 0
        var initial = ""
        // What the chains that are steps gave, by their names in the row.
        var groupOutputs: [String: String] = [:]
        // What was written of the step that runs, by item; 0 where there is but one.
        var texts: [Int: String] = [:]
        // What the items of the step that runs have read and written.
        var tallies: [Int: ItemTally] = [:]
        var phase = Phase.steps
    }

    /// Who has a say. What hangs and is given up has none any more, so that nothing of it turns up out of turn.
    enum Phase: Sendable {
        case steps
        case cleanUp
        case over
    }

    /// Marks the task that cleans up after the steps.
    @TaskLocal static var isCleaningUp = false

    /// The item that a task works on, where a step is done for several.
    @TaskLocal static var item: Int?

    /// The chain as it was given, and as one row of steps.
    let flat: FlatChain
    let chain: Chain
    let resuming: ResumePoint?
    let options: ChainRunOptions
    let settings: RunSettings
    let provider: any ChainServers
    let locks: any ModelUseLocks
    let rules: BreakerSession
    let measurements: (any MeasurementStore)?
    let clock: any RunClock
    let channel: EventChannel
    let tools: RunTools
    let state = Mutex(State())
    let sampler = MemorySampler()

    init(
        flat: FlatChain, options: ChainRunOptions, settings: RunSettings, servers: any ChainServers,
        locks: any ModelUseLocks, breakers: [Chainbreaker], measurements: (any MeasurementStore)?,
        resuming: ResumePoint?, clock: any RunClock, channel: EventChannel, tools: ToolBox? = nil
    ) {
        self.flat = flat
        chain = flat.chain
        self.resuming = resuming
        self.options = options
        self.settings = settings
        provider = servers
        self.locks = locks
        rules = BreakerSession(
            rules: chain.breakers, breakers: breakers, clock: clock, uses: resuming?.uses ?? [:],
            steps: chain.steps.map(\.name))
        self.measurements = measurements
        self.clock = clock
        self.channel = channel
        self.tools = RunTools(tools, servers: chain.toolServers) { server, line in
            channel.send(.log(level: "info", component: "promptchain.tools.\(server)", message: line))
        }
    }

    var isManaged: Bool { settings.policy != nil }

    /// Whether the residency planner decides what is in memory.
    var isPlanned: Bool { settings.policy == .planned || settings.policy == .lru }

    /// Makes a step's model ready and lets it work; the loads of later models go on meanwhile.
    func ready<Value: Sendable>(
        _ call: ModelCall, of step: ChainStep, at index: Int,
        _ operation: @Sendable (Work, Double?) async throws -> Value
    ) async throws -> Value {
        let work = try await resolve(call, of: step, at: index)
        guard isManaged else { return try await operation(work, nil) }
        let start = clock.seconds()
        let wasOnItsWay = isOnItsWay(work)
        await depart(before: work)
        let loaded = try await load(work)
        let ready = clock.seconds()
        // The rest of a load that began while an earlier step ran is what this step waited for.
        let loadSeconds = wasOnItsWay && loaded == 0 ? ready - start : loaded
        noteStall(ready - start)
        noteUse(of: work)
        let gate = loadAhead()
        let reading = readAhead(during: work)
        defer {
            gate.close()
            reading?.cancel()
        }
        let value = try await withLeases(besides: work) { try await operation(work, loadSeconds) }
        noteStep(work, seconds: clock.seconds() - ready)
        return value
    }

    // A server that goes away while a long step runs is told before anything is asked of it again.
    func watchHealth() -> Task<Void, Never>? {
        guard options.healthCheckInterval > 0 else { return nil }
        var seen: Set<String> = []
        let servers = knownWorks.map(\.server).filter { seen.insert($0.key).inserted }
        let monitor = HealthMonitor(
            servers: servers.map { .init(name: $0.name, manager: $0.manager) },
            interval: options.healthCheckInterval
        ) { change in
            let level: LogLine.Level = if case .wentAway = change { .warning } else { .notice }
            self.emit(.log(level: level.rawValue, component: ManagerLog.management, message: "\(change)"))
        }
        return Task { await monitor.run() }
    }

    private func noteUse(of work: Work) {
        state.withLock { state in
            state.uses.removeAll { $0 == work.slot }
            state.uses.append(work.slot)
        }
    }

    private func noteStep(_ work: Work, seconds: Double) {
        state.withLock { $0.stepSeconds[work.step.name] = seconds }
        guard let model = measured(work.slot) else { return }
        record(.step(chain: chain.name, step: work.step.name, model: model, seconds: seconds))
    }

    /// Ends the run before its first step.
    func refuse(_ error: any Error) -> Ending {
        if Task.isCancelled { return Ending(status: .cancelled, output: "") }
        let fault = error as? ToolFault
        let sentence = fault.map { fault in fault.sentence + (fault.hint.map { ". \($0)" } ?? "") } ?? "\(error)"
        return Ending(status: .failed, output: "", error: sentence)
    }

    /// Hands an event on, while its sender still has a say.
    func emit(_ event: ChainEvent) {
        let sender = Self.isCleaningUp ? Phase.cleanUp : Phase.steps
        state.withLock { state in
            if state.phase == sender { channel.send(event, item: Self.item) }
        }
        if event.changesMemory { sampler.kick() }
    }

    /// Passes the word on, from the steps to the clean-up and on to the end.
    func enter(_ phase: Phase) {
        state.withLock { $0.phase = phase }
    }

    /// Writes a line of the log.
    func log(_ message: String) {
        emit(.log(level: "info", component: "promptchain.model_management", message: message))
    }

    /// Whether something is said for the first time in this run.
    func isNews(_ subject: String) -> Bool {
        state.withLock { $0.told.insert(subject).inserted }
    }

    func noteStall(_ seconds: Double) {
        state.withLock { $0.ledger.noteStall(seconds) }
    }
}
