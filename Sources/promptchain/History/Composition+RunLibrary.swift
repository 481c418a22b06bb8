import ChainEngine
import Dashboard
import DashboardRuntime
import Foundation
import PromptChainCore
import RunHistory

extension Composition {
    /// How many runs the dashboard lists.
    private static let listedRuns = 500

    /// The recorded runs for the dashboard; `nil` for a program that keeps no record.
    var runLibrary: RunLibrary? {
        guard keepsHistory else { return nil }
        return RunLibrary { () throws(RunLibrary.Fault) in
            try telling { try RunLookup(self).archive.runs(limit: Self.listedRuns).map { RecordedRunSummary($0) } }
        } open: { (id) throws(RunLibrary.Fault) in
            try telling { try opened(id) }
        } resume: { (id) throws(RunLibrary.Fault) in
            try telling { try resumable(id) }
        }
    }

    private func opened(_ id: String) throws -> RunLibrary.Opened {
        let lookup = RunLookup(self)
        let recorded = try lookup.run(id)
        let summary = RecordedRunSummary(recorded)
        if recorded.liveness == .running {
            let source = try attached(to: id, inOutline: true)
            return RunLibrary.Opened(run: summary, description: source.description, feed: source.feed)
        }
        return RunLibrary.Opened(
            run: summary, description: FeedDescription(kind: .replay(ReplayStart()), name: "run \(recorded.id)"),
            feed: RecordedTape(run: recorded.id, archive: lookup.archive))
    }

    private func resumable(_ id: String) throws -> RunLibrary.Resumable {
        let lookup = RunLookup(self)
        let recorded = try lookup.run(id)
        let request = ResumeRequest(
            run: recorded, continuation: try lookup.telling { try lookup.archive.continuation(of: recorded) },
            isForced: false)
        let chain = try request.chain()
        if request.continuation.isComplete, chain.flatNames == request.continuation.names {
            throw CommandFailure(
                message: "every step of run \(id) was done when its process ended: there is nothing to go on with",
                hint: "promptchain resume \(id) notes its end, and prints its output.")
        }
        return RunLibrary.Resumable(
            chain: chain, input: recorded.input, options: resumeOptions(recorded),
            resumed: ResumedRun(id: recorded.id, point: request.point(in: chain)))
    }

    /// What a run was asked for, for the run that goes on with it.
    func resumeOptions(_ run: RecordedRun) -> ChainRunOptions {
        var options = runOptions
        options.take(recorded: run.options)
        return options
    }

    private func telling<Value>(_ work: () throws -> Value) throws(RunLibrary.Fault) -> Value {
        do {
            return try work()
        } catch let failure as CommandFailure {
            throw RunLibrary.Fault(
                message: failure.message.replacingOccurrences(of: "\n  ", with: " "), hint: failure.hint)
        } catch let fault as HistoryFault {
            throw RunLibrary.Fault(message: fault.message, hint: fault.hint)
        } catch {
            throw RunLibrary.Fault(message: "\(error)")
        }
    }
}

extension RecordedRunSummary {
    /// A run as the history holds it.
    init(_ run: RecordedRun) {
        let state: State =
            switch run.status {
            case .completed?: .completed
            case .broken?: .broken
            case .failed?: .failed
            case .cancelled?: .cancelled
            case nil:
                switch run.liveness {
                case .running, .ended: .running
                case .died: .died
                case .elsewhere: .elsewhere(host: run.host)
                }
            }
        self.init(
            id: run.id, number: run.number, chain: run.chain, startedAt: run.startedAt.timeIntervalSince1970,
            state: state, steps: run.steps, stepsDone: run.stepsDone, seconds: run.seconds,
            stallSeconds: run.stallSeconds)
    }
}
