import CellScreen

/// The line in which a filter or a search is written; it takes effect while it is written.
enum PromptUpdate {
    static func perform(_ action: KeyAction, _ state: inout DashboardState) {
        switch action {
        case .filter: open(.filter, of: .models, state.models.filter, &state)
        case .filterLines:
            guard state.focus == .log else {
                return state.say(
                    .info, "only the Log has a filter", hint: "\(state.keys.key(of: .focus(.log))) goes there")
            }
            open(.filter, of: .log, state.log.filter.lines.text, &state)
        case .search:
            let query = state.focus == .log ? state.log.search.query : state.outputSearch.query
            open(.search, of: state.focus, query, &state)
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
            if prompt.purpose == .search { announce(prompt.pane, &state) }
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

    /// Says what came of a search that went on elsewhere.
    static func tell(found: Bool, announcing: Bool, _ state: inout DashboardState) {
        if announcing || !found { say(state.log.search, &state) }
    }

    /// A filter is written further, a search anew.
    private static func open(
        _ purpose: LinePrompt.Purpose, of pane: PaneID, _ text: String, _ state: inout DashboardState
    ) {
        state.prompt = LinePrompt(
            pane: pane, purpose: purpose,
            editor: TextEditor(isMultiline: false, text: purpose == .filter ? text : ""), original: text)
    }

    private static func use(_ text: String, of prompt: LinePrompt, _ state: inout DashboardState) {
        switch (prompt.purpose, prompt.pane) {
        case (.filter, .log):
            var filter = state.log.filter
            filter.lines = LineFilter(text)
            state.log.use(filter)
        case (.filter, _): state.models.filter = text
        case (.search, .log):
            state.log.search = TextSearch(query: text)
            state.log.sought = nil
            _ = find(forward: false, in: .log, &state)
        case (.search, _):
            state.outputSearch = TextSearch(query: text)
            _ = find(forward: false, in: .output, &state)
        }
    }

    private static func announce(_ pane: PaneID, _ state: inout DashboardState) {
        if pane == .log, state.log.sought != nil {
            state.log.sought?.isAnnounced = true
        } else {
            say(pane == .log ? state.log.search : state.outputSearch, &state)
        }
    }

    private static func say(_ search: TextSearch, _ state: inout DashboardState) {
        guard !search.query.isEmpty else { return }
        guard search.count > 0 else { return state.say(.warning, "nothing holds “\(search.query)”") }
        let (next, previous) = (state.keys.key(of: .nextMatch), state.keys.key(of: .previousMatch))
        state.say(
            .info, "“\(search.query)” stands in \(Count.text(search.count, "line"))",
            hint: search.count > 1 ? "\(next) and \(previous) go from one to the next" : nil)
    }

    private static func find(forward: Bool, _ state: inout DashboardState) {
        let query = state.focus == .log ? state.log.search.query : state.outputSearch.query
        guard !query.isEmpty else {
            return state.say(.info, "nothing is searched for", hint: "\(state.keys.key(of: .search)) searches")
        }
        if find(forward: forward, in: state.focus, &state) == false {
            state.say(.warning, "nothing holds “\(query)”")
        }
    }

    /// Goes to a match; `nil` while it is still searched for.
    private static func find(forward: Bool, in pane: PaneID, _ state: inout DashboardState) -> Bool? {
        let height = state.layout.content(of: pane).height
        if pane == .log { return state.log.find(forward: forward, height: height) }
        guard pane == .output, let text = state.shownText,
            let line = state.outputSearch.find(in: text, forward: forward)
        else { return false }
        let row = text.row(showing: TextBuffer.Row(line: line, range: 0..<0))
        if !state.outputScroll.visible(in: text, height: height).contains(row) {
            state.outputScroll.go(to: row - height / 2, in: text, height: height)
        }
        return true
    }
}
