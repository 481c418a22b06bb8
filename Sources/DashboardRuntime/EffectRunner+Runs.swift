import ChainEngine
import Dashboard
import Foundation
import PromptChainCore
import RunHistory

extension EffectRunner {
    /// Starts a chain by the path under which the library knows it.
    func startRun(path: String, input: String) {
        let library = services.library
        start(DashboardOperation.startRun(path: path)) {
            let result = await BlockingWork.run { library.read(path) }
            guard let chain = result.chain else {
                let fault = result.faults.first { $0.severity == .error }
                return .failure(fault ?? FileFault(file: path, message: "the file holds no chain"))
            }
            return .success(chain)
        } input: {
            input
        }
    }

    /// Runs a chain that was read already, as `run` does. Its events are posted like those of any other.
    /// - Parameters:
    ///   - resuming: the run that goes on, where it is no new one.
    ///   - observe: gets every event as well, in order.
    public func run(
        _ chain: Chain, input: String, resuming: ResumedRun? = nil,
        observe: @escaping @Sendable (ChainEventRecord) -> Void = { _ in }
    ) {
        start(DashboardOperation.startRun(path: chain.file ?? chain.name), resuming: resuming, observe: observe) {
            .success(chain)
        } input: {
            input
        }
    }

    private func kickPollers() {
        for poller in pollers.values { poller.kick() }
    }

    /// A run, and whether it was asked to stop.
    struct CurrentRun {
        let run: ChainRun
        var isStopped = false
    }

    /// Ends the running chain, if there is one; its clean-up follows. A second call gives up on that.
    public func stopRun() {
        let run = currentRun.withLock { current in
            current?.isStopped = true
            return current?.run
        }
        run?.stop()
    }

    /// Ends the running chain unless it was asked before: asking again would make it give up its clean-up.
    func stopRunOnce() {
        let run: ChainRun? = currentRun.withLock { current in
            guard current?.isStopped == false else { return nil }
            current?.isStopped = true
            return current?.run
        }
        run?.stop()
    }

    /// Ends the running chain without its clean-up; what it leaves in memory is told as a warning.
    public func forceStop() {
        stopRunOnce()
        stopRun()
    }

    /// Lets others watch a run, and stop it.
    private func broadcast(_ run: ChainRun) async -> RunBroadcast {
        await RunBroadcast.open(run: run.runID, chain: run.chain.name, in: services.sockets) { [services] message in
            services.log.write(
                LogLine(time: Date(), level: .warning, component: "promptchain.run_socket", message: message))
        } stop: { [self] in
            stopRunOnce()
        }
    }

    func start(
        _ operation: DashboardOperation, options: ChainRunOptions? = nil, resuming: ResumedRun? = nil,
        observe: @escaping @Sendable (ChainEventRecord) -> Void = { _ in },
        chain: @escaping @Sendable () async -> Result<Chain, FileFault>, input: @escaping @Sendable () -> String
    ) {
        let post = post
        let started = tasks.start("run") { [self] in
            switch await chain() {
            case .failure(let fault):
                post(.operationFinished(operation, .failed(sentence: fault.description, hint: fault.hint)))
            case .success(let chain):
                let run = ChainRun(
                    chain: chain, options: options ?? services.runOptions, servers: services.chainServers,
                    runID: resuming?.id ?? ChainRun.newID(), measurements: services.measurements,
                    resuming: resuming?.point, tools: tools.box(for: chain))
                currentRun.withLock { $0 = CurrentRun(run: run) }
                let broadcast = await broadcast(run)
                for poller in pollers.values { poller.setBusy(true) }
                let text = input()
                let keep = services.journal?.begin(run, input: text)
                let result = await run.start(input: text) { record in
                    keep?(record)
                    post(.runEvents([record]))
                    if let line = record.logLine { self.services.log.record(line) }
                    if record.event.changesResidency { self.kickPollers() }
                    observe(record)
                    broadcast.send(record)
                }
                currentRun.withLock { $0 = nil }
                failure.withLock { $0 = run.failure }
                self.result.withLock { $0 = result }
                for poller in pollers.values { poller.setBusy(false) }
                post(.runEnded(run: run.runID))
                await broadcast.close()
            }
        }
        if !started {
            post(
                .operationFinished(
                    operation, .failed(sentence: "a chain is running already", hint: "stop it, then run again")))
        }
    }
}

extension ChainEvent {
    /// Whether a model came or went, so that the servers are worth a look before their next turn.
    fileprivate var changesResidency: Bool {
        switch self {
        case .modelLoadStarted, .modelLoaded, .modelLoadFailed, .modelUnloadStarted, .modelUnloaded, .runFinished: true
        default: false
        }
    }
}
