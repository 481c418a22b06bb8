import CellScreen

/// The keys that are of use now, in the lower border; the line in which a filter is written takes its place.
enum FooterView {
    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard rect.width > 12 else { return }
        if let prompt = state.prompt {
            draw(prompt, in: rect, on: &canvas)
            return
        }
        let isRunning = state.run?.isRunning == true
        // A key that cannot work on the server is not shown.
        let abilities = state.targetServer?.description.abilities ?? (state.feed == nil ? .all : [])
        let bindings = state.keys.footer(
            in: state.focus.context, isReadOnly: state.isReadOnly || state.viewed != nil, isRunning: isRunning,
            feed: state.feed
        )
        .filter { abilities.isSuperset(of: $0.needs) }
        // Help is always there, at the end, and the others fill what is left in order of use.
        let help = bindings.first { $0.action == .help }
        let helpSpans = help.map { spans(for: $0) } ?? []
        var room = rect.width - 4 - canvas.columns(of: helpSpans) - 2
        var line: [Span] = [Span(" ")]
        for binding in bindings where binding.action != .help {
            let piece = spans(for: binding) + [Span("  ")]
            let columns = canvas.columns(of: piece)
            guard columns <= room else { continue }
            line += piece
            room -= columns
        }
        line += helpSpans + [Span(" ")]
        canvas.spans(line, x: rect.x + 1, y: rect.y, width: rect.width - 2)
    }

    private static func spans(for binding: KeyBinding) -> [Span] {
        [Span(binding.strokes.first?.description ?? "", .key), Span(" \(binding.label ?? "")", .keyLabel)]
    }

    private static func draw(_ prompt: LinePrompt, in rect: Rect, on canvas: inout Canvas) {
        let hint = " Enter keeps  Esc cancels "
        let room = max(6, rect.width - 6 - hint.count)
        canvas.clear(Rect(x: rect.x + 1, y: rect.y, width: min(room + 3, rect.width - 2), height: 1), role: .input)
        canvas.text(
            prompt.hides ? "hide" : prompt.pane == .models ? "filter" : "search", x: rect.x + 2, y: rect.y, width: 6,
            role: .key)
        canvas.text("/", x: rect.x + 9, y: rect.y, width: 1, role: .key)
        EditorView.drawLine(
            prompt.editor, in: Rect(x: rect.x + 10, y: rect.y, width: min(room - 6, rect.width - 12), height: 1),
            on: &canvas)
        let x = rect.maxX - 1 - hint.count
        if x > rect.x + 16 { canvas.text(hint, x: x, y: rect.y, width: hint.count, role: .muted) }
    }
}
