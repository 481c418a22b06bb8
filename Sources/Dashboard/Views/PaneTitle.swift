import CellScreen
import PromptChainCore

/// The words in a pane's upper border: its digit and name, and what else is worth a word.
enum PaneTitle {
    static func draw(_ pane: PaneID, in rect: Rect, _ state: DashboardState, on canvas: inout Canvas) {
        let isFocused = pane == state.focus
        let role: ThemeRole = isFocused ? .titleFocused : .title
        let room = rect.width - 4
        guard room > 3 else { return }
        var spans = [
            Span("\(pane.rawValue)", isFocused ? .titleFocused : .key),
            Span(" \(pane.title) ", role),
        ]
        for detail in details(of: pane, in: rect, state, on: canvas) {
            let longer =
                spans + [Span("\(canvas.glyphs.dash) ", isFocused ? .borderFocused : .border)] + detail + [Span(" ")]
            if canvas.columns(of: longer) <= room { spans = longer }
        }
        canvas.spans(spans, x: rect.x + 1, y: rect.y, width: room + 1)
    }

    private static func details(
        of pane: PaneID, in rect: Rect, _ state: DashboardState, on canvas: Canvas
    ) -> [[Span]] {
        switch pane {
        case .models: models(state)
        case .vram: vram(state)
        case .residency: ResidencyTitle.details(state, width: rect.width, glyphs: canvas.glyphs)
        case .chain: chain(state)
        case .output: output(state)
        case .log: log(state)
        }
    }

    private static func models(_ state: DashboardState) -> [[Span]] {
        var result: [[Span]] = []
        if !state.models.filter.isEmpty {
            let shown = state.modelRows.count
            result.append([
                Span("/\(state.models.filter)", .accent), Span("  \(shown) of \(state.allModelRows.count)", .muted),
            ])
        }
        if state.models.order != .name || state.models.isReversed {
            let way = state.models.isReversed ? ", reversed" : ""
            result.append([Span("by \(state.models.order.word)\(way)", .muted)])
        }
        return result
    }

    /// A capacity that nobody reads is somebody's word.
    private static func vram(_ state: DashboardState) -> [[Span]] {
        guard let server = state.servers.only, !server.isTold, let snapshot = server.snapshot, snapshot.gpus.isEmpty,
            snapshot.capacityBytes != nil, !snapshot.isCapacityLearned, state.feed == nil
        else { return [] }
        return [[Span("capacity as configured", .muted)]]
    }

    private static func chain(_ state: DashboardState) -> [[Span]] {
        guard let run = state.run else { return state.chainTitle.map { [[Span($0, .text)]] } ?? [] }
        return [[Span(run.chain, .text)], [Span(Seconds.clock(run.seconds(at: state.clock)), .text)]]
            + (run.policy.map { [[Span($0, .muted)]] } ?? [])
    }

    private static func output(_ state: DashboardState) -> [[Span]] {
        guard let number = state.outputStep, let run = state.run, let step = run.step(number) else { return [] }
        var result = [[Span("step \(number) \(step.name)", .text)]]
        if state.sentPrompt != nil {
            result.append([Span("its prompt, \(state.keys.key(of: .sentPrompt)) goes back", .warning)])
        }
        if let text = state.shownText, !state.outputScroll.isFollowing, text.rows.count > 0 {
            result.append([Span(place(of: state.outputScroll, in: text, keys: state.keys), .warning)])
        }
        if !state.outputSearch.query.isEmpty { result.append([Span(state.outputSearch.words, .accent)]) }
        if let rate = run.tokensPerSecond(of: step, at: state.clock), step.isRunning {
            result.append([Span("~\(Count.whole(rate))/s", .muted)])
        }
        if let text = state.shownText, text.droppedBytes > 0 {
            result.append([Span("its first \(SizeText.short(Int64(text.droppedBytes))) are gone", .muted)])
        }
        return result
    }

    private static func log(_ state: DashboardState) -> [[Span]] {
        var result: [[Span]] = []
        if let words = state.log.filter.words { result.append([Span(words, .warning)]) }
        if !state.log.isFollowing { result.append([Span(place(in: state.log, keys: state.keys), .warning)]) }
        if !state.log.search.query.isEmpty { result.append([Span(state.log.search.words, .accent)]) }
        return result
    }

    private static func place(of scroll: ScrollState, in text: TextBuffer, keys: KeyMap) -> String {
        guard let top = scroll.top, text.rows.count > 0 else { return "" }
        return "\((max(0, top - text.firstRow)) * 100 / text.rows.count) %, \(keys.key(of: .last)) follows"
    }

    /// Where the log stands among all its lines, those in the file too.
    private static func place(in log: LogState, keys: KeyMap) -> String {
        guard !log.stored.isEmpty || !log.hasEnd else { return place(of: log.scroll, in: log.text, keys: keys) }
        guard let top = log.text.row(log.scroll.top ?? log.text.firstRow).flatMap({ log.entry($0.line) }) else {
            return ""
        }
        let oldest = min(log.stored.isEmpty ? log.firstKept : log.stored.lowerBound, top.number)
        let count = max(1, log.firstKept + log.kept.count - oldest)
        return "\((top.number - oldest) * 100 / count) % of \(count) lines, \(keys.key(of: .last)) follows"
    }
}
