import CellScreen

/// The text of a step: its end as it grows, or where the user scrolled to. A model's reasoning carries a mark.
enum OutputView {
    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        guard let number = state.outputStep, state.run?.step(number) != nil, let text = state.shownText,
            !text.isEmpty
        else {
            canvas.text(" \(emptyText(state))", x: rect.x, y: rect.y, width: rect.width, role: .faint)
            return
        }
        for (offset, index) in state.outputScroll.visible(in: text, height: rect.height).enumerated() {
            guard let row = text.row(index) else { continue }
            let y = rect.y + offset
            let kind = text.line(row.line)?.kind
            let isThinking = kind == .thinking
            if isThinking { canvas.sign(canvas.glyphs.thinking, x: rect.x, y: y, role: .thinking) }
            let content = text.text(of: row)
            canvas.text(content, x: rect.x + 1, y: y, width: rect.width - 1, role: role(of: kind))
            MatchHighlight.draw(state.outputSearch, in: content, x: rect.x + 1, y: y, on: &canvas)
        }
    }

    private static func role(of kind: TextBuffer.Kind?) -> ThemeRole {
        switch kind {
        case .thinking: .thinking
        case .heading: .accent
        case .note: .muted
        case .answer, nil: .text
        }
    }

    private static func emptyText(_ state: DashboardState) -> String {
        guard let run = state.run else {
            return state.isReadOnly && state.feed == nil ? "no chain has run" : "what a chain writes appears here"
        }
        guard let number = state.outputStep else { return "the first step has not begun" }
        if run.step(number)?.outline == .asked { return "reading what step \(number) wrote…" }
        switch run.step(number)?.status {
        case .running: return "step \(number) has written nothing yet"
        case .waiting: return "step \(number) has not begun"
        case .skipped: return "step \(number) was left out"
        case .recorded: return "step \(number) was done in an earlier run"
        default: return "step \(number) wrote nothing"
        }
    }
}
