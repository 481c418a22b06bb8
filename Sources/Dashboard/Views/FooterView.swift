import CellScreen

/// The keys that are of use now, in the lower border; the line in which a filter is written takes its place.
enum FooterView {
    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard rect.width > 12 else { return }
        if let prompt = state.prompt {
            draw(prompt, in: rect, on: &canvas)
            return
        }
        if let line = state.commandLine {
            CommandLineView.draw(line, state, in: rect, on: &canvas)
            return
        }
        let line = FooterLine(state, in: rect)
        canvas.text(String(repeating: " ", count: line.columns), x: line.x, y: rect.y, width: line.columns)
        for item in line.items {
            canvas.spans(
                [Span(item.binding.shownKey, .key), Span(" \(item.binding.label ?? "")", .keyLabel)], x: item.x,
                y: rect.y, width: min(item.columns, rect.maxX - 1 - item.x))
        }
    }

    private static func draw(_ prompt: LinePrompt, in rect: Rect, on canvas: inout Canvas) {
        let inverse = prompt.purpose == .filter && rect.width >= 70 ? " !text hides " : ""
        let hint = "\(inverse) Enter keeps  Esc cancels "
        let room = max(6, rect.width - 6 - hint.count)
        canvas.clear(Rect(x: rect.x + 1, y: rect.y, width: min(room + 3, rect.width - 2), height: 1), role: .input)
        canvas.text(
            prompt.purpose == .filter ? "filter" : "search", x: rect.x + 2, y: rect.y, width: 6, role: .key)
        canvas.text(prompt.key, x: rect.x + 9, y: rect.y, width: 1, role: .key)
        EditorView.drawLine(
            prompt.editor, in: Rect(x: rect.x + 10, y: rect.y, width: min(room - 6, rect.width - 12), height: 1),
            on: &canvas)
        let x = rect.maxX - 1 - hint.count
        if x > rect.x + 16 { canvas.text(hint, x: x, y: rect.y, width: hint.count, role: .muted) }
    }
}

extension LinePrompt {
    /// The sign before what is written.
    fileprivate var key: String { purpose == .filter && pane == .log ? "&" : "/" }
}
