import PromptChainCore

/// Keys of Output and Log that choose what is shown there, and copy it.
enum TextUpdate {
    /// What a terminal takes at most (`Screen.copyToClipboard`), in bytes.
    private static let mostBytes = 1 << 20
    /// What every terminal takes that takes anything: 100,000 letters of base64.
    private static let safeBytes = 74_000

    static func perform(_ action: KeyAction, _ state: inout DashboardState) -> [DashboardEffect] {
        switch action {
        case .logLevel: changeLevel(&state)
        case .sentPrompt: toggleSentPrompt(&state)
        case .previousStep: show(-1, &state)
        case .nextStep: show(1, &state)
        case .copyText: return copy(&state)
        default: break
        }
        return []
    }

    private static func changeLevel(_ state: inout DashboardState) {
        guard state.focus == .log else {
            return state.say(.info, "only the Log has levels", hint: "\(state.keys.key(of: .focus(.log))) goes there")
        }
        var filter = state.log.filter
        let index = LogFilter.steps.firstIndex(of: filter.least) ?? 0
        filter.least = LogFilter.steps[(index + 1) % LogFilter.steps.count]
        state.log.use(filter)
    }

    private static func toggleSentPrompt(_ state: inout DashboardState) {
        guard state.focus == .output else {
            return state.say(
                .info, "only Output has prompts", hint: "\(state.keys.key(of: .focus(.output))) goes there")
        }
        state.outputSearch.forget()
        state.outputScroll.follow()
        guard state.sentPrompt == nil else { return state.sentPrompt = nil }
        guard let number = state.outputStep, let step = state.run?.step(number) else {
            return state.say(.info, "no step has begun", hint: "\(state.keys.key(of: .run)) runs a chain")
        }
        state.sentPrompt = SentPrompt(step: number, of: step)
        SentPrompt.keep(&state)
        if let text = state.shownText {
            let height = state.layout.content(of: .output).height
            state.outputScroll.go(to: text.firstRow, in: text, height: height)
        }
    }

    private static func show(_ distance: Int, _ state: inout DashboardState) {
        guard state.focus == .output else {
            return state.say(.info, "only Output has steps", hint: "\(state.keys.key(of: .focus(.output))) goes there")
        }
        guard let run = state.run, let number = state.outputStep else {
            return state.say(.info, "no step has begun", hint: "\(state.keys.key(of: .run)) runs a chain")
        }
        guard run.step(number + distance) != nil else {
            return state.say(.info, distance < 0 ? "this is the first step" : "this is the last step")
        }
        state.show(step: number + distance)
        state.outputSearch.forget()
    }

    private static func copy(_ state: inout DashboardState) -> [DashboardEffect] {
        let (what, text) = state.focus == .log ? logText(state) : outputText(state)
        let bytes = text.utf8.count
        guard bytes > 0 else {
            state.say(.info, "there is nothing to copy")
            return []
        }
        guard bytes <= mostBytes else {
            state.say(.warning, "\(ByteCount.text(Int64(bytes))) are more than a terminal takes: nothing is copied")
            return []
        }
        state.say(
            .info, "copied \(what): \(Count.text(text.count, "character"))",
            hint: bytes > safeBytes ? "some terminals take 74 kB at most" : nil)
        return [.copy(text)]
    }

    private static func outputText(_ state: DashboardState) -> (String, String) {
        if let sent = state.sentPrompt {
            let name = sent.sent.all.isEmpty ? "the prompt of step \(sent.step)" : "what step \(sent.step) was asked"
            return (name, sent.words)
        }
        let lines = (state.shownText?.lines ?? []).filter { $0.kind == .answer }.map(\.text)
        return ("the answer of step \(state.outputStep ?? 1)", lines.joined(separator: "\n"))
    }

    /// The line that a search has found, or else those in view.
    private static func logText(_ state: DashboardState) -> (String, String) {
        let log = state.log
        if let number = log.marked ?? log.search.line, let entry = log.entry(number: number) {
            return (log.marked == nil ? "the line found" : "the marked line", line(entry.line, state))
        }
        let rows = log.scroll.visible(in: log.text, height: state.layout.content(of: .log).height)
        guard let first = log.text.row(rows.lowerBound)?.line, let last = log.text.row(rows.upperBound - 1)?.line else {
            return ("", "")
        }
        let entries = (first...last).compactMap { log.entry($0) }
        return (Count.text(entries.count, "line"), entries.map { line($0.line, state) }.joined(separator: "\n"))
    }

    private static func line(_ entry: LogLine, _ state: DashboardState) -> String {
        let time = ClockText.time(entry.time.timeIntervalSince1970, utcOffset: state.utcOffset)
        return "\(time) \(entry.level.rawValue) \(entry.component): \(entry.message)"
    }
}
