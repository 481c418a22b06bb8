import ChainEngine
import DashboardRuntime
import Foundation
import PromptChainCore
import RunHistory
import Synchronization

/// A run without a dashboard: events as lines, signals as an orderly end.
struct RunSession {
    var chain: Chain
    var options: ChainRunOptions
    var servers: any ChainServers
    /// Remembers what is measured in the run.
    var measurements: (any MeasurementStore)?
    var json: Bool
    var verbose: Bool
    /// Where the run's sentences for the log are kept.
    var log: LogHub
    /// Where the run has the socket on which others watch it.
    var sockets: RunSocketFolder?
    /// Whether the run goes on when its terminal goes away.
    var outlivesTerminal = false
    /// Keeps the run; `nil` keeps nothing.
    var journal: RunJournal?
    /// The run that goes on, where it is no new one.
    var resuming: ResumedRun?

    private struct Progress {
        var summary = RunSummary()
        var plain: PlainProgress
    }

    /// Runs to the end and waits for it.
    func run(input: String) throws -> RunOutcome {
        let run = ChainRun(
            chain: chain, options: options, servers: servers, runID: resuming?.id ?? ChainRun.newID(),
            measurements: measurements, resuming: resuming?.point)
        let progress = Mutex(Progress(plain: PlainProgress(verbose: verbose)))
        let isStopped = Mutex(false)
        // Once: a second call would make the run give up its clean-up.
        let stop: @Sendable () -> Void = {
            let isFirst = isStopped.withLock { stopped in
                defer { stopped = true }
                return !stopped
            }
            if isFirst { run.stop() }
        }
        let signals = SignalWatch(ignoresHangUp: outlivesTerminal) {
            Console.error("ended at once: what the chain loaded stays until its keep-alive ends")
        } handler: { number in
            Console.error(
                "\(SignalWatch.name(number)): stopping, and unloading what the chain loaded; once more ends it at once")
            stop()
        }
        let json = json
        let log = log
        let sockets = sockets
        let keep = journal?.begin(run, input: input)
        let isClosed = Mutex(false)
        // Standard output may be slow, and a run never waits for whoever looks on: lines are written by a queue.
        let writer = DispatchQueue(label: "promptchain.events")
        _ = try waitFor {
            let broadcast = await RunBroadcast.open(run: run.runID, chain: run.chain.name, in: sockets) { message in
                log.write(
                    LogLine(time: Date(), level: .warning, component: "promptchain.run_socket", message: message))
                Console.error(Console.safe("warning: \(message)"))
            } stop: {
                Console.error("stopped by a watcher: unloading what the chain loaded")
                stop()
            }
            let result = await run.start(input: input) { record in
                keep?(record)
                broadcast.send(record)
                if let line = record.logLine { log.record(line) }
                let lines = progress.withLock { progress in
                    progress.summary.take(record)
                    return json ? [] : progress.plain.lines(for: record)
                }
                if !json, lines.isEmpty { return }
                writer.async {
                    guard json else {
                        for line in lines { Console.error(Console.safe(line)) }
                        return
                    }
                    guard !isClosed.withLock({ $0 }), !Console.line(record.jsonLine()) else { return }
                    isClosed.withLock { $0 = true }
                    Console.error("promptchain: standard output takes no more: the chain is stopped")
                    stop()
                }
            }
            await broadcast.close()
            return result
        }
        writer.sync {}
        let (summary, isTold) = progress.withLock { ($0.summary, $0.plain.hasToldHint) }
        if !json {
            for line in summary.closingLines(hint: isTold ? nil : run.failure?.hint) { Console.error(line) }
        }
        return RunOutcome(summary: summary, signal: signals.signal, failure: run.failure)
    }
}
