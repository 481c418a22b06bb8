import PromptChainCore
import Synchronization

/// Collects a run's events, and writes them as lines that a test can hold against what it expects.
final class Transcript: Sendable {
    private let records = Mutex<[ChainEventRecord]>([])

    /// Takes an event.
    func take(_ record: ChainEventRecord) {
        records.withLock { $0.append(record) }
    }

    var all: [ChainEventRecord] { records.withLock { $0 } }

    /// The events as lines, without the log and without what exactly was asked.
    var lines: [String] {
        all.compactMap { record in
            switch record.event {
            case .log, .promptSent: nil
            default: (record.item.map { "\($0)| " } ?? "") + Self.line(record.event)
            }
        }
    }

    /// The lines of the log.
    var logs: [String] {
        all.compactMap { record in
            if case .log(_, _, let message) = record.event { message } else { nil }
        }
    }

    /// The lines that begin with one of some words, without the item in front.
    func lines(of words: String...) -> [String] {
        lines.filter { line in
            let rest = line.trimmingPrefix(#/[0-9]+[|] /#)
            return words.contains { rest.hasPrefix($0) }
        }
    }

    var warnings: [String] {
        all.compactMap { record in
            switch record.event {
            case .warning(let message, _): message
            case .contextCut(let cut): cut.message
            default: nil
            }
        }
    }

    /// What models were asked.
    var sent: [ChainEvent.PromptSent] {
        all.compactMap { record in
            if case .promptSent(let sent) = record.event { sent } else { nil }
        }
    }

    var steps: [ChainEvent.StepResult] {
        all.compactMap { record in
            if case .stepFinished(let result) = record.event { result } else { nil }
        }
    }

    static func line(_ event: ChainEvent) -> String {
        switch event {
        case .runStarted(let start):
            "run \(start.chain) [\(start.steps.joined(separator: ", "))] \(start.policy ?? "-")"
        case .planMade(let schedule): "plan \(schedule.summary)"
        case .modelLoadStarted(let model, let step, let prefetch, _):
            "loading \(model) \(prefetch ? "ahead " : "")for \(step)"
        case .modelLoaded(let model, let seconds, let bytes, let context):
            "loaded \(model) \(seconds)s \((bytes ?? -1) / 1_000_000_000)GB ctx \(context ?? -1)"
        case .modelLoadFailed(let model, let error, _): "load failed \(model): \(error)"
        case .modelUnloadStarted(let model, let reason): "unloading \(model): \(reason)"
        case .modelUnloaded(let model, _, let verified): verified ? "unloaded \(model)" : "not unloaded \(model)"
        case .stepStarted(let step, _, let model, let prompt, let items):
            "step \(step) \(model?.text ?? "-"): \(prompt ?? "-")" + (items.map { " (\($0) items)" } ?? "")
        case .token(let step, let text, let thinking): "token \(step) \(thinking ? "~" : "")\(text)"
        case .stepFinished(let result): "done \(result.step): \(result.output)"
        case .stepFailed(let step, let reason, let output): "failed \(step): \(reason) | \(output)"
        case .stepSkipped(let step, let reason): "skipped \(step): \(reason)"
        case .stepRetried(let step, let attempt, let reason, _): "again \(step) #\(attempt): \(reason)"
        case .jumped(let from, let to, _): "jumped \(from) -> \(to)"
        case .runResumed(let step, _): "resumed at \(step)"
        case .chainBroken(let step, let breaker, let reason): "broken \(step) \(breaker): \(reason)"
        case .toolCalled(let step, let use):
            "tool \(step) \(use.call) \(use.server)/\(use.tool) \(JSONText.line(use.arguments))"
        case .toolFinished(let step, let use, let seconds, let isError, let output):
            "tool \(step) \(use.call) \(isError ? "failed" : "gave") \(seconds)s: \(output)"
        case .warning(let message, _): "warning \(message)"
        case .contextCut(let cut): "warning \(cut.message)"
        case .runFinished(let result): "\(result.status.rawValue): \(result.output)"
        default: "other"
        }
    }
}
