import PromptChainCore

/// Says in the log what happens in a run.
enum RunLog {
    static func write(_ record: ChainEventRecord, to state: inout DashboardState) {
        guard let (level, component, message) = line(for: record.event) else { return }
        state.log.add(LogLine(time: record.time, level: level, component: component, message: message))
    }

    private static func line(for event: ChainEvent) -> (LogLine.Level, String, String)? {
        switch event {
        case .runStarted(let start):
            return (.info, "chain", "\(start.chain) begins: \(Count.text(start.steps.count, "step"))")
        case .planMade(let schedule): return (.info, "plan", schedule.summary)
        case .modelLoadFailed(let model, let error, let hint):
            return (.error, "models", "cannot load \(model.short): \(error)" + (hint.map { " — \($0)" } ?? ""))
        case .stepStarted(let step, let name, let model, _, let items):
            let model = model.map { " with \($0.short)" } ?? ""
            let count = items.map { " for \(Count.text($0, "item"))" } ?? ""
            return (.info, "chain", "step \(step) begins: \(name)\(model)\(count)")
        case .stepFinished(let result):
            let tokens = result.outputTokens.map { ", \(Count.text($0, "token"))" } ?? ""
            return (.info, "chain", "step \(result.step) done\(tokens)")
        case .stepFailed(let step, let reason, _): return (.error, "chain", "step \(step) failed: \(reason)")
        case .stepRetried(let step, let attempt, let reason, _):
            return (.warning, "chain", "step \(step), attempt \(attempt): \(reason)")
        case .stepSkipped(let step, let reason): return (.info, "chain", "step \(step) is left out: \(reason)")
        case .toolCalled(let step, let use):
            let call = ToolCallState(use: use, startedAt: 0)
            return (.info, "tools", "step \(step) calls \(call.name) \(call.question)")
        case .toolFinished(_, let use, let seconds, let isError, let output):
            let name = ToolCallState(use: use, startedAt: 0).name
            let words =
                isError
                ? "failed after \(Seconds.text(seconds)): \(output.prefix(200))"
                : "answered in \(Seconds.text(seconds))"
            return (isError ? .warning : .info, "tools", "\(name) \(words)")
        case .jumped(let from, let to, _): return (.info, "chain", "from step \(from) on to step \(to)")
        case .runResumed(let step, _): return (.info, "chain", "goes on from step \(step)")
        case .chainBroken(let step, let breaker, let reason):
            return (.warning, "chain", "ended at step \(step) by \(breaker): \(reason)")
        case .warning(let message, let hint):
            return (.warning, "chain", message + (hint.map { " — \($0)" } ?? ""))
        case .contextCut(let cut): return (.warning, "chain", "\(cut.message) — \(cut.hint)")
        case .log(let level, let component, let message):
            return (LogLine.Level(rawValue: level) ?? .info, component, message)
        case .runFinished(let result):
            let reason = result.error.map { ": \($0)" } ?? ""
            return (result.status == .failed ? .error : .info, "chain", "run \(result.status.rawValue)\(reason)")
        case .modelLoadStarted, .modelLoaded, .modelUnloadStarted, .modelUnloaded:
            // The run says these in lines of its own log.
            return nil
        case .loadProgress, .promptSent, .token, .serverSample: return nil
        }
    }
}
