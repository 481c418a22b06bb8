import CellScreen
import PromptChainCore

/// Draws the dialog in which panes are chosen and sized.
enum PanesView {
    static func draw(_ dialog: PanesDialog, _ state: DashboardState, on canvas: inout Canvas) {
        let rect = DialogFrame.fitting(rows: PaneID.allCases.count + 4, width: 58, in: canvas.buffer.size)
        let keys = [("Enter", "saves"), ("Esc", "as before"), ("R", "usual")]
        let inside = DialogView.frame(rect, title: "Panes", keys: keys, on: &canvas)
        canvas.text(
            "Space shows or hides; Left Right and + - size", x: inside.x, y: inside.y, width: inside.width,
            role: .muted)
        for (offset, pane) in PaneID.allCases.enumerated() where offset + 2 < inside.height {
            let y = inside.y + 2 + offset
            let isShown = !state.panes.hidden.contains(pane.name)
            let isSelected = pane == dialog.pane
            let line = [
                Span(isSelected ? "\(canvas.glyphs.selected) " : "  ", .accent),
                Span(isShown ? "[x] " : "[ ] ", isShown ? .good : .muted),
                Span("\(pane.rawValue) ", .key),
                Span(pane.title.padding(to: 12), isShown ? .text : .muted),
                Span(sizes(of: pane, state), .muted),
            ]
            canvas.spans(line, x: inside.x, y: y, width: inside.width)
            if isSelected {
                canvas.highlight(Rect(x: inside.x, y: y, width: inside.width, height: 1), role: .selection)
            }
        }
    }

    /// How large it is, and what was chosen.
    private static func sizes(of pane: PaneID, _ state: DashboardState) -> String {
        guard !state.panes.hidden.contains(pane.name) else { return "not shown" }
        func difference(_ size: Int?, _ unit: String) -> String? {
            size.flatMap { $0 == 0 ? nil : "\($0 > 0 ? "+" : "")\(Count.text($0, unit))" }
        }
        let chosen = [
            difference(state.panes.columns[pane.name], "column"), difference(state.panes.rows[pane.name], "row"),
        ].compactMap { $0 }.joined(separator: ", ")
        guard let rect = state.layout.panes[pane] else { return "only while it has the focus" }
        return "\(rect.width - 2)x\(rect.height - 2)" + (chosen.isEmpty ? "" : "  \(chosen)")
    }
}

extension String {
    fileprivate func padding(to columns: Int) -> String {
        self + String(repeating: " ", count: max(0, columns - count))
    }
}
