import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// One run of a chain, from its first event to its last.
public final class ChainRun: Sendable {
    private struct Control {
        var hasStarted = false
        var stops = 0
        var steps: Task<Void, Never>?
        // Gives up on what is being waited for now, and how long after a stop.
        var giveUp: (@Sendable () -> Void)?
        var patience = 2.0
        var timer: Task<Void, Never>?
        var failure: ModelManagementError?
        var groupOutputs: [String: String] = [:]
    }

    /// The chain.
    public let chain: Chain
    /// What the caller asks beside what the chain says.
    public let options: ChainRunOptions
    /// The run's identifier; it stands in every event.
    public let runID: String
    private let servers: any ChainServers
    private let clock: any RunClock
    private let locks: any ModelUseLocks
    private let breakers: [Chainbreaker]
    private let measurements: (any MeasurementStore)?
    private let tools: ToolBox?
    private let resuming: ResumePoint?
    private let flat: FlatChain
    private let control = Mutex(Control())

    /// A run that has not begun.
    /// - Parameters:
    ///   - servers: Gives the run its servers.
    ///   - locks: Tells it about other chains that use the same models.
    ///   - chainbreakers: Rules that may end the chain after a step.
    ///   - measurements: Remembers what models take and how long loads and steps last, for better plans.
    ///   - resuming: Where to go on, for a run that had ended; it keeps its identifier.
    ///   - tools: The tools that models may call, kept by the caller; without them the run starts the chain's tool
    ///     servers itself, and ends them.
    public init(
        chain: Chain, options: ChainRunOptions, servers: any ChainServers, runID: String = ChainRun.newID(),
        clock: any RunClock = SystemRunClock(), locks: any ModelUseLocks = FileModelLocks.standard,
        chainbreakers: [Chainbreaker] = [], measurements: (any MeasurementStore)? = nil,
        resuming: ResumePoint? = nil, tools: ToolBox? = nil
    ) {
        self.tools = tools
        self.chain = chain
        flat = FlatChain(chain)
        self.resuming = resuming
        self.options = options
        self.servers = servers
        self.runID = runID
        self.clock = clock
        self.locks = locks
        breakers = chainbreakers
        self.measurements = measurements
    }

    /// An identifier that no other run has.
    public static func newID() -> String {
        String(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(12))
    }

    /// The failure that ended the run, as the manager of the server gave it, once the run is over.
    public var failure: ModelManagementError? { control.withLock { $0.failure } }

    /// What the chains that are steps gave, by the way that leads to them, once the run is over.
    var groupOutputs: [String: String] { control.withLock { $0.groupOutputs } }

    /// Runs to the end, including the clean-up.
    ///
    /// Events are given in order, each once, never two at a time; they are numbered from 1 without gaps, and all of them
    /// have been given when this returns. A sink that blocks does not hold up the steps. Cancelling the task is the same
    /// as `stop()`. A run can be started once.
    public func start(
        input: String, emit: @escaping @Sendable (ChainEventRecord) -> Void
    ) async -> ChainEvent.RunResult {
        guard control.withLock({ claimStart(&$0) }) else {
            return ChainEvent.RunResult(status: .failed, output: "", error: "the run was started before")
        }
        let start = clock.seconds()
        let channel = EventChannel(run: runID, after: resuming?.sequence ?? 0, clock: clock, sink: emit)
        let capacity = await capacity()
        let settings = RunSettings(chain: chain, options: options, knowsCapacity: capacity != nil)
        let runner = ChainRunner(
            flat: flat, options: options, settings: settings, servers: servers, locks: locks, breakers: breakers,
            measurements: measurements, resuming: resuming, clock: clock, channel: channel, tools: tools)
        channel.send(.runStarted(beginning(policy: settings.policy, capacityBytes: capacity)))
        let ending = await withTaskCancellationHandler {
            await performSteps(runner, input: input)
        } onCancel: {
            if control.withLock({ $0.stops }) == 0 { stop() }
        }
        let groups = runner.state.withLock { $0.groupOutputs }
        control.withLock { control in
            control.failure = ending.failure
            control.groupOutputs = groups
        }
        async let closing: Void = runner.tools.close()
        let remaining = await cleanUp(runner, after: ending)
        await closing
        control.withLock { $0.timer }?.cancel()

        let ledger = runner.state.withLock { $0.ledger }
        let result = ChainEvent.RunResult(
            status: ending.status, output: ending.output, error: ending.error,
            peakVRAMBytes: runner.isManaged ? ledger.peakVRAMBytes : nil, finalVRAMBytes: remaining,
            stallSeconds: ledger.stallSeconds + (resuming?.stallSeconds ?? 0),
            sumVRAMBytes: runner.isManaged ? ledger.sumVRAMBytes : nil,
            seconds: clock.seconds() - start + (resuming?.seconds ?? 0))
        channel.send(.runFinished(result))
        await channel.close()
        return result
    }

    /// Ends the run. What is being generated or loaded is broken off, and what the run loaded is unloaded, within the
    /// time that the options give for it; a second call does not wait for that either.
    public func stop() {
        let (count, steps, giveUp, patience) = control.withLock { control in
            control.stops += 1
            return (control.stops, control.steps, control.giveUp, control.patience)
        }
        end(steps, stops: count, patience: patience, giveUp)
    }

    private func end(
        _ steps: Task<Void, Never>?, stops: Int, patience: Double = 2, _ giveUp: (@Sendable () -> Void)?
    ) {
        steps?.cancel()
        if stops > 1 {
            giveUp?()
        } else {
            startTimer(seconds: min(patience, options.cleanUpSeconds), giveUp)
        }
    }

    private func claimStart(_ control: inout Control) -> Bool {
        defer { control.hasStarted = true }
        return !control.hasStarted
    }

    /// The memory of the chain's servers together, in bytes; `nil` when that of one of them is unknown.
    private func capacity() async -> Int64? {
        guard options.capacityBytes == nil else { return options.capacityBytes }
        var capacities: [String: Int64] = [:]
        for request in Set(chain.calls.map { ServerRequest(call: $0, of: chain, options: options) }) {
            let capacity = await servers.capacity(
                for: request, option: nil, learnedIn: measurements?.measurements)
            guard let capacity else { return nil }
            capacities[request.choice ?? ""] = capacity.totalBytes
        }
        return ByteCount.sum(capacities.values)
    }

    private func beginning(policy: ResidencyPolicy?, capacityBytes: Int64?) -> ChainEvent.RunStarted {
        let steps = flat.chain.steps
        let requests = steps.map { step in
            step.call.map { ServerRequest(call: $0, of: flat.chain, options: options) }
        }
        var names: [ServerRequest: String] = [:]
        for request in Set(requests.compactMap(\.self)) { names[request] = servers.name(for: request) }
        return ChainEvent.RunStarted(
            chain: chain.name, steps: steps.map(\.name), models: steps.map(\.model),
            servers: requests.map { $0.flatMap { names[$0] } }, policy: policy?.rawValue, capacityBytes: capacityBytes)
    }

    private func startTimer(seconds: Double, _ action: (@Sendable () -> Void)?) {
        guard let action else { return }
        let timer = Task.detached { [clock] in
            do { try await clock.sleep(seconds: seconds) } catch { return }
            action()
        }
        control.withLock { control in
            control.timer?.cancel()
            control.timer = timer
        }
    }

    private func performSteps(_ runner: ChainRunner, input: String) async -> ChainRunner.Ending {
        let ended = Latch<ChainRunner.Ending?>()
        let steps = Task.detached {
            let isStopped = self.control.withLock { $0.stops > 0 }
            ended.set(
                isStopped
                    ? ChainRunner.Ending(status: .cancelled, output: "")
                    : await ManagerLog.$callerTells.withValue(true) { await runner.perform(input: input) })
        }
        let stops = control.withLock { control in
            control.steps = steps
            control.giveUp = { ended.set(nil) }
            return control.stops
        }
        // Whoever stopped the run before this moment found nothing to end.
        if stops > 0 { end(steps, stops: stops) { ended.set(nil) } }
        let ending = await ended.value()
        control.withLock { control in
            control.timer?.cancel()
            control.timer = nil
        }
        runner.enter(.cleanUp)
        return ending ?? ChainRunner.Ending(status: .cancelled, output: runner.partialText)
    }

    private func cleanUp(_ runner: ChainRunner, after ending: ChainRunner.Ending) async -> Int64? {
        let done = Latch<Int64??>()
        // Ready to be given up before anything begins, since it may be told to end at once.
        let isStopped = control.withLock { control in
            control.giveUp = { done.set(nil) }
            control.patience = options.cleanUpSeconds
            return control.stops > 0
        }
        // Without a stop there is no hurry: a large model may take a while to leave.
        startTimer(seconds: isStopped ? options.cleanUpSeconds : 120) { done.set(nil) }
        let work = Task.detached {
            let remaining = await ManagerLog.$callerTells.withValue(true) {
                await ChainRunner.$isCleaningUp.withValue(true) {
                    await runner.cleanUpLast(after: ending)
                    let remaining = await runner.remainingVRAM()
                    await runner.sampleMemoryLast()
                    return remaining
                }
            }
            done.set(.some(remaining))
        }
        let remaining = await done.value()
        runner.enter(.over)
        if let remaining { return remaining }
        work.cancel()
        let wasForced = control.withLock { $0.stops > 1 }
        if let warning = runner.leftovers(wasForced: wasForced) { runner.channel.send(warning) }
        return nil
    }
}
