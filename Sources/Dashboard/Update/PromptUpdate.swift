import CellScreen

/// The line in which a filter or a search is written; it takes effect while it is written.
enum PromptUpdate {
    static func perform(_ action: KeyAction, _ state: inout DashboardState) {
        switch action {
        case .filter, .search: open(&state)
        case .hideLines: openHiding(&state)
        case .nextMatch: find(forward: true, &state)
        case .previousMatch: find(forward: false, &state)
        default: break
        }
    }

    static func press(_ stroke: KeyStroke, _ state: inout DashboardState) -> [DashboardEffect] {
        guard var prompt = state.prompt else { return [] }
        switch KeyMap.binding(for: stroke, in: .prompt)?.action {
        case .accept:
            state.prompt = nil
            if prompt.pane != .models, !prompt.hides { announce(prompt.pane, &state) }
        case .cancel:
            state.prompt = nil
            use(prompt.original, of: prompt, &state)
        default:
            guard prompt.editor.handle(stroke) else { return [] }
            state.prompt = prompt
            use(prompt.editor.text, of: prompt, &state)
        }
        return []
    }

    static func paste(_ text: String, _ state: inout DashboardState) {
        guard var prompt = state.prompt else { return }
        prompt.editor.insert(text)
        state.prompt = prompt
        use(prompt.editor.text, of: prompt, &state)
    }

    private static func openHiding(_ state: inout DashboardState) {
        guard state.focus == .log else { return state.say(.info, "only the Log hides lines", hint: "6 goes there") }
        let text = state.log.filter.hidden
        state.prompt = LinePrompt(
            pane: .log, editor: TextEditor(isMultiline: false, text: text), original: text, hides: true)
    }

    private static func use(_ text: String, of prompt: LinePrompt, _ state: inout DashboardState) {
        guard prompt.hides else { return use(text, in: prompt.pane, &state) }
        var filter = state.log.filter
        filter.hidden = text
        state.log.use(filter)
    }

    private static func open(_ state: inout DashboardState) {
        let text: String
        switch state.focus {
        case .models: text = state.models.filter
        case .output: text = state.outputSearch.query
        case .log: text = state.log.search.query
        case .vram, .residency, .chain: return
        }
        state.prompt = LinePrompt(
            pane: state.focus, editor: TextEditor(isMultiline: false, text: state.focus == .models ? text : ""),
            original: text)
    }

    private static func use(_ text: String, in pane: PaneID, _ state: inout DashboardState) {
        switch pane {
        case .models: state.models.filter = text
        case .output:
            state.outputSearch = TextSearch(query: text)
            find(forward: false, in: .output, &state)
        case .log:
            state.log.search = TextSearch(query: text)
            find(forward: false, in: .log, &state)
        case .vram, .residency, .chain: break
        }
    }

    private static func announce(_ pane: PaneID, _ state: inout DashboardState) {
        let text = pane == .log ? state.log.text : state.shownText
        let search = pane == .log ? state.log.search : state.outputSearch
        guard !search.query.isEmpty else { return }
        let count = text.map { search.count(in: $0) } ?? 0
        guard count > 0 else {
            state.say(.warning, "nothing holds “\(search.query)”")
            return
        }
        state.say(
            .info, "“\(search.query)” stands in \(Count.text(count, "line"))",
            hint: count > 1 ? "n and N go from one to the next" : nil)
    }

    private static func find(forward: Bool, _ state: inout DashboardState) {
        let pane = state.focus
        let query = pane == .log ? state.log.search.query : state.outputSearch.query
        guard !query.isEmpty else {
            state.say(.info, "nothing is searched for", hint: "/ searches")
            return
        }
        if !find(forward: forward, in: pane, &state) { state.say(.warning, "nothing holds “\(query)”") }
    }

    @discardableResult
    private static func find(forward: Bool, in pane: PaneID, _ state: inout DashboardState) -> Bool {
        let height = state.layout.content(of: pane).height
        if pane == .log {
            guard let line = state.log.search.next(in: state.log.text, forward: forward) else { return false }
            state.log.search.go(to: line, in: state.log.text)
            show(line, in: state.log.text, height: height, &state.log.scroll)
            return true
        }
        guard pane == .output, let text = state.shownText,
            let line = state.outputSearch.next(in: text, forward: forward)
        else { return false }
        state.outputSearch.go(to: line, in: text)
        show(line, in: text, height: height, &state.outputScroll)
        return true
    }

    private static func show(_ line: Int, in text: TextBuffer, height: Int, _ scroll: inout ScrollState) {
        let row = text.row(showing: TextBuffer.Row(line: line, range: 0..<0))
        guard !scroll.visible(in: text, height: height).contains(row) else { return }
        scroll.go(to: row - height / 2, in: text, height: height)
    }
}
