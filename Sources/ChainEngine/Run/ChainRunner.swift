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
        var forecasts: [ModelSlot: ModelForecast] = [:]
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
        var text = ""
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

    let chain: Chain
    let options: ChainRunOptions
    let settings: RunSettings
    let provider: any ChainServers
    let locks: any ModelUseLocks
    let breakers: [Chainbreaker]
    let measurements: (any MeasurementStore)?
    let clock: any RunClock
    let channel: EventChannel
    let tools: RunTools
    let state = Mutex(State())

    init(
        chain: Chain, options: ChainRunOptions, settings: RunSettings, servers: any ChainServers,
        locks: any ModelUseLocks, breakers: [Chainbreaker], measurements: (any MeasurementStore)?,
        clock: any RunClock, channel: EventChannel, tools: ToolBox? = nil
    ) {
        self.chain = chain
        self.options = options
        self.settings = settings
        provider = servers
        self.locks = locks
        self.breakers = breakers
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

    /// Does the steps, one after another.
    func perform(input: String) async -> Ending {
        state.withLock { $0.initial = input }
        do { try await checkTools() } catch { return refuse(error) }
        if isManaged { await cleanUpFirst() }
        let monitor = watchHealth()
        defer { monitor?.cancel() }
        var outputs: [String: String] = [:]
        var last = input
        for (index, step) in chain.steps.enumerated() {
            let kept = index == 0 ? "" : last
            if Task.isCancelled { return Ending(status: .cancelled, output: kept) }
            state.withLock { $0.text = "" }
            guard let call = step.call else { continue }
            let prompt = call.instruction.render(input: last, initial: input, steps: outputs)
            emit(.stepStarted(step: index + 1, name: step.name, model: step.model, prompt: prompt))
            let output: String
            do {
                output = try await perform(call, of: step, at: index, prompt: prompt)
            } catch {
                return fail(step, at: index, input: last, kept: kept, error: error)
            }
            if let ending = broken(by: step, at: index, input: last, output: output) { return ending }
            outputs[step.name] = output
            last = output
            if isManaged { await depart(after: index) }
        }
        return Ending(status: .completed, output: last)
    }

    private func perform(
        _ call: ModelCall, of step: ChainStep, at index: Int, prompt: String
    ) async throws -> String {
        let work: Work
        do {
            work = try await resolve(call, of: step, at: index)
        } catch {
            throw StepFailure(error, isLoad: isManaged)
        }
        guard isManaged else { return try await generate(work, prompt: prompt, loadSeconds: nil) }
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
        let output = try await withLeases(besides: work) {
            try await generate(work, prompt: prompt, loadSeconds: loadSeconds)
        }
        noteStep(work, seconds: clock.seconds() - ready)
        return output
    }

    // A server that goes away while a long step runs is told before anything is asked of it again.
    private func watchHealth() -> Task<Void, Never>? {
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

    private func fail(
        _ step: ChainStep, at index: Int, input: String, kept: String, error: any Error
    ) -> Ending {
        let text = state.withLock { $0.text }
        if Task.isCancelled {
            emit(.stepFailed(step: index + 1, reason: "stopped", output: text))
            return Ending(status: .cancelled, output: text.isEmpty ? kept : text)
        }
        let failure = StepFailure(error, isLoad: false)
        let output = failure.output(text: text)
        emit(.stepFailed(step: index + 1, reason: failure.sentence, output: output))
        if failure.isLoad, let ending = broken(by: step, at: index, input: input, output: output) { return ending }
        return Ending(
            status: .failed, output: output.isEmpty ? kept : output, error: failure.sentence, failure: failure.cause)
    }

    /// Ends the run before its first step.
    private func refuse(_ error: any Error) -> Ending {
        if Task.isCancelled { return Ending(status: .cancelled, output: "") }
        let fault = error as? ToolFault
        let sentence = fault.map { fault in fault.sentence + (fault.hint.map { ". \($0)" } ?? "") } ?? "\(error)"
        return Ending(status: .failed, output: "", error: sentence)
    }

    private func broken(by step: ChainStep, at index: Int, input: String, output: String) -> Ending? {
        guard !breakers.isEmpty else { return nil }
        let info = StepInfo(
            step: index + 1, input: input, output: output, model: step.model, modelParams: step.call?.options ?? [:])
        for breaker in breakers {
            let (breaks, reason, replacement) = breaker.rule(index + 1, output, info)
            guard breaks else { continue }
            emit(.chainBroken(step: index + 1, breaker: breaker.name, reason: reason))
            return Ending(status: .broken, output: replacement ?? output, error: nil)
        }
        return nil
    }

    /// Hands an event on, while its sender still has a say.
    func emit(_ event: ChainEvent) {
        let sender = Self.isCleaningUp ? Phase.cleanUp : Phase.steps
        state.withLock { state in
            if state.phase == sender { channel.send(event) }
        }
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
