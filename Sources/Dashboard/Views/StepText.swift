import CellScreen
import PromptChainCore

/// Says in a line what a step does, waits for, or did.
enum StepText {
    /// The lines under a step's name; none for a step that has nothing to tell yet.
    static func detail(
        of step: StepState, number: Int, in run: LiveRun, at clock: Double, width: Int
    ) -> [(String, ThemeRole)] {
        switch step.status {
        case .done:
            let times = step.result.map { result($0, width: width) } ?? ""
            return (times.isEmpty ? [] : [(times, .muted)]) + tools(of: step, width: width)
        case .failed(let reason): return TextWrap.lines(of: reason, width: width).prefix(3).map { ($0, .error) }
        case .broken(let reason): return TextWrap.lines(of: reason, width: width).prefix(3).map { ($0, .warning) }
        case .cancelled: return [("stopped", .warning)]
        case .skipped(let reason):
            return TextWrap.lines(of: "left out: \(reason)", width: width).prefix(2).map { ($0, .muted) }
        case .recorded: return [("done in an earlier run", .muted)]
        case .waiting, .running: break
        }
        if run.isRunning, number == run.activeStep {
            return activity(run.activity(at: clock), step: step, in: run, at: clock, width: width)
                + tools(of: step, width: width)
        }
        if let model = step.model, let load = run.loads[model], load.isPrefetch, load.step == number {
            let percent = load.fraction.map { " \(load.isInferred ? "~" : "")\(Count.whole($0 * 100))%" } ?? ""
            return [("loads ahead\(percent)", .busy)]
        }
        return []
    }

    /// The columns that the least bar behind the words takes, with its gap.
    static let barRoom = 14

    /// Where a step's time went, in words as long as there is room for.
    static func result(_ result: ChainEvent.StepResult, width: Int) -> String {
        let load = result.loadSeconds.flatMap { $0 >= 0.05 ? "load \(Seconds.text($0))" : nil }
        let tokens = result.outputTokens.map { "\($0) tok" }
        let rate = result.tokensPerSecond.map { "\(Count.whole($0))/s" }
        let queue = result.queueSeconds.flatMap { $0 >= 0.5 ? "queue \(Seconds.text($0))" : nil }
        let first = result.firstTokenSeconds.flatMap { $0 >= 0.05 ? "first token \(Seconds.text($0))" : nil }
        let writing = result.generateSeconds.map { "writing \(Seconds.text($0))" }
        let forms: [[String?]] = [
            [queue, load, first, writing, tokens, rate], [queue, load, first, tokens, rate],
            [load, first, tokens, rate], [load, tokens, rate], [tokens, rate],
        ]
        for (index, form) in forms.enumerated() {
            let text = form.compactMap { $0 }.joined(separator: " · ")
            // The time of writing is in the bar behind it, and in the rate: it takes no room from that.
            if text.count <= (index == 0 ? width - barRoom : width) { return text }
        }
        return tokens ?? ""
    }

    /// The newest call of a tool, and how many there were before it.
    private static func tools(of step: StepState, width: Int) -> [(String, ThemeRole)] {
        guard let call = step.tools.last else { return [] }
        let earlier = step.tools.count - 1 + step.forgottenTools
        let count = earlier > 0 ? " · \(earlier) before" : ""
        let state = call.seconds.map { (call.isError ? "failed after " : "") + Seconds.text($0) } ?? "…"
        let head = "tool \(call.name)"
        let tail = " · \(state)\(count)"
        let room = width - head.count - tail.count - 1
        let question = room >= 8 && !call.question.isEmpty ? " " + DisplayWidth.truncate(call.question, to: room) : ""
        return [(head + question + tail, call.isError ? .warning : .muted)]
    }

    private static func activity(
        _ activity: RunActivity, step: StepState, in run: LiveRun, at clock: Double, width: Int
    ) -> [(String, ThemeRole)] {
        let tokens = "~\(run.tokens(of: step)) tok"
        let rate = run.tokensPerSecond(of: step, at: clock).map { " · ~\(Count.whole($0))/s" } ?? ""
        func busy(_ rest: String...) -> [(String, ThemeRole)] {
            [(Self.line(of: step.items, rest, width: width), .busy)]
        }
        switch activity {
        case .loading(_, let load, let seconds): return loading(load, seconds: seconds, width: width)
        case .unloading(let model, let reason, let seconds):
            let why = room(in: reason).map { ", \($0)" } ?? ""
            let text = "waits: \(model.short) must leave\(why), \(RunningTime.passed(seconds))"
            return TextWrap.lines(of: text, width: width).prefix(3).map { ($0, .warning) }
        case .reading(let seconds): return busy("reads its prompt, \(RunningTime.passed(seconds))")
        case .thinking: return busy("thinks · \(tokens)\(rate)", "thinks · \(tokens)", "thinks")
        case .writing: return busy("writes · \(tokens)\(rate)", "writes · \(tokens)", tokens)
        case .silent(let seconds):
            return [("nothing for \(RunningTime.passed(seconds)) · \(tokens)", .warning)]
        case .calling(_, let seconds): return busy("waits for a tool, \(RunningTime.passed(seconds))")
        case .working(let seconds): return busy("runs, \(RunningTime.passed(seconds))")
        case .between: return [("is about to begin", .muted)]
        case .over: return []
        }
    }

    /// What a step does, with its items in front; in fewer words where there is no room. The items come before the rest.
    private static func line(of items: StepItems, _ rests: [String], width: Int) -> String {
        guard !items.isEmpty else { return rests.first ?? "" }
        let forms = rests.flatMap { rest in items.summaries.map { "\($0) · \(rest)" } }
        return forms.first { $0.count <= width } ?? forms.last ?? ""
    }

    /// What is free of what is needed, in few words, where the reason of an unload tells it.
    static func room(in reason: String) -> String? {
        let words = reason.split(separator: " ")
        guard let needs = words.firstIndex(of: "needs"), words.count >= needs + 6, words[needs + 3] == "and",
            words[needs + 2] == words[needs + 5]
        else { return nil }
        return "\(words[needs + 4]) \(words[needs + 5]) of \(words[needs + 1]) free"
    }

    /// Where the time of a step that is done went, as shares of a bar: loading, waiting, writing.
    static func shares(of result: ChainEvent.StepResult, columns: Int) -> [Int]? {
        let parts = [
            result.loadSeconds ?? 0, (result.queueSeconds ?? 0) + (result.firstTokenSeconds ?? 0),
            result.generateSeconds ?? 0,
        ]
        guard parts.allSatisfy({ $0.isFinite && $0 >= 0 && $0 < 1e9 }), parts[2] > 0 else { return nil }
        let amounts = parts.map { Int64($0 * 1000) }
        return MemoryBar.columns(of: amounts, total: max(1, amounts.reduce(0, +)), width: columns)
    }

    private static func loading(_ load: LiveRun.Load, seconds: Double, width: Int) -> [(String, ThemeRole)] {
        var text = "waits for the load"
        if let fraction = load.fraction {
            text += " \(load.isInferred ? "~" : "")\(Count.whole(fraction * 100))%"
        } else {
            text += ", \(RunningTime.passed(seconds))"
        }
        if let expected = load.expectedSeconds {
            let longer = text + " · usually \(Seconds.text(expected))"
            if longer.count <= width { text = longer }
        }
        return [(text, .busy)]
    }
}
