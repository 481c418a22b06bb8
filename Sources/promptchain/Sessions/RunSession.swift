import ChainEngine
import DashboardRuntime
import Foundation
import PromptChainCore
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
        let signals = SignalWatch {
            Console.error("ended at once: what the chain loaded stays until its keep-alive ends")
        } handler: { number in
            Console.error(
                "\(SignalWatch.name(number)): stopping, and unloading what the chain loaded; once more ends it at once")
            run.stop()
        }
        let json = json
        let log = log
        let keep = journal?.begin(run, input: input)
        let isClosed = Mutex(false)
        // Standard output may be slow, and a run never waits for whoever looks on: lines are written by a queue.
        let writer = DispatchQueue(label: "promptchain.events")
        _ = try waitFor {
            await run.start(input: input) { record in
                keep?(record)
                if let line = record.logLine { log.record(line) }
                let lines = progress.withLock { progress in
                    progress.summary.take(record)
                    return json ? [] : progress.plain.lines(for: record.event)
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
                    run.stop()
                }
            }
        }
        writer.sync {}
        let (summary, isTold) = progress.withLock { ($0.summary, $0.plain.hasToldHint) }
        if !json {
            for line in summary.closingLines(hint: isTold ? nil : run.failure?.hint) { Console.error(line) }
        }
        return RunOutcome(summary: summary, signal: signals.signal, failure: run.failure)
    }
}
