import CellScreen

/// The line behind `:`, in the lower border, with what it may become in a box above it.
enum CommandLineView {
    private static let mostRows = 8

    static func draw(_ line: CommandLineState, _ state: DashboardState, in footer: Rect, on canvas: inout Canvas) {
        let hint = " Tab completes  Enter does it  Esc cancels "
        let hasHint = footer.width > hint.count + 30
        let room = max(6, footer.width - 4 - (hasHint ? hint.count : 0))
        canvas.clear(Rect(x: footer.x + 1, y: footer.y, width: room + 2, height: 1), role: .input)
        canvas.text(":", x: footer.x + 2, y: footer.y, width: 1, role: .key)
        let suggestions = CommandLineText.suggestions(for: line.stem, in: state)
        drawBox(suggestions, chosen: line.chosen, above: footer, on: &canvas)
        EditorView.drawLine(
            line.editor, in: Rect(x: footer.x + 3, y: footer.y, width: room - 1, height: 1), on: &canvas)
        if hasHint {
            canvas.text(
                hint, x: footer.maxX - 1 - hint.count, y: footer.y, width: hint.count, role: .muted)
        }
    }

    private static func drawBox(
        _ suggestions: [String], chosen: Int?, above footer: Rect, on canvas: inout Canvas
    ) {
        let rows = min(mostRows, suggestions.count, footer.y - 4)
        guard rows > 0, footer.width >= 30 else { return }
        let top = ListWindow.top(selected: chosen, count: suggestions.count, height: rows)
        let shown = suggestions[top..<min(suggestions.count, top + rows)]
        let more = suggestions.count - top - rows
        let foot = more > 0 ? " \(more) more " : ""
        let longest = shown.map { DisplayWidth.columns(of: $0) }.max() ?? 0
        let width = min(footer.width - 4, max(longest, foot.count) + 4)
        let box = Rect(x: footer.x + 1, y: footer.y - rows - 2, width: width, height: rows + 2)
        canvas.clear(box, role: .dialog)
        var grid = BorderGrid(size: canvas.buffer.size)
        grid.add(box)
        grid.draw(on: &canvas)
        for (offset, text) in shown.enumerated() {
            let y = box.y + 1 + offset
            canvas.text(text, x: box.x + 2, y: y, width: width - 4, role: .text)
            guard top + offset == chosen else { continue }
            canvas.sign(canvas.glyphs.selected, x: box.x + 1, y: y, role: .accent)
            canvas.highlight(Rect(x: box.x + 1, y: y, width: width - 2, height: 1), role: .selection)
        }
        canvas.text(foot, x: box.x + 2, y: box.maxY - 1, width: width - 4, role: .muted)
    }
}
