import CellScreen

/// Draws help and details.
enum ReadingView {
    static func draw(_ help: HelpDialog, _ state: DashboardState, on canvas: inout Canvas) {
        let page = HelpPage(state, size: canvas.buffer.size)
        let inside = DialogView.frame(
            page.rect, title: "Keys", keys: [("j k", "scroll"), ("Esc", "closes")], on: &canvas)
        let top = min(help.top, page.lastTop)
        let width = (inside.width - (page.columns.count - 1) * 3) / max(1, page.columns.count)
        for (index, column) in page.columns.enumerated() {
            let x = inside.x + index * (width + 3)
            for (offset, line) in column.dropFirst(top).prefix(inside.height).enumerated() {
                let y = inside.y + offset
                if line.isHeading {
                    canvas.text(line.text, x: x, y: y, width: width, role: .columnHeading)
                } else {
                    let keys = page.keyColumns
                    canvas.text(line.keys, x: x + 1, y: y, width: keys - 1, role: .key)
                    canvas.text(line.text, x: x + 1 + keys, y: y, width: width - keys - 1, role: .text)
                }
            }
        }
        drawMore(last: top + inside.height, count: page.rows, rect: page.rect, on: &canvas)
    }

    static func draw(_ message: MessageDialog, _ state: DashboardState, on canvas: inout Canvas) {
        let size = canvas.buffer.size
        let rows = MessageText.rows(of: message, in: size)
        let full = DialogFrame.reading(in: size)
        let rect =
            rows.count + 2 < full.height ? DialogFrame.fitting(rows: rows.count, width: full.width, in: size) : full
        let inside = DialogView.frame(
            rect, title: message.title, keys: [("j k", "scroll"), ("Esc", "closes")], on: &canvas)
        let top = min(message.top, max(0, rows.count - inside.height))
        for (offset, row) in rows.dropFirst(top).prefix(inside.height).enumerated() {
            let y = inside.y + offset
            canvas.text(row.label, x: inside.x, y: y, width: MessageText.labelWidth - 1, role: .muted)
            let indent = row.isLabelled ? MessageText.labelWidth : 0
            canvas.text(row.text, x: inside.x + indent, y: y, width: inside.width - indent, role: row.role)
        }
        drawMore(last: top + inside.height, count: rows.count, rect: rect, on: &canvas)
    }

    static func drawMore(last: Int, count: Int, rect: Rect, on canvas: inout Canvas) {
        guard count > rect.height - 2, rect.width > 20 else { return }
        canvas.right(
            " \(min(count, last))/\(count) ", x: rect.x, y: rect.maxY - 1, width: rect.width - 2, role: .muted)
    }
}

/// The rows of details, broken for the dialog's width.
enum MessageText {
    static let labelWidth = 15

    struct Row: Equatable {
        var label: String
        var text: String
        var role: ThemeRole
        var isLabelled: Bool
    }

    static func rows(of message: MessageDialog, in size: Size) -> [Row] {
        let width = max(10, DialogFrame.reading(in: size).width - 4)
        return message.lines.flatMap { line -> [Row] in
            let isLabelled = !line.label.isEmpty
            let rows = TextWrap.lines(of: line.text, width: max(4, width - (isLabelled ? labelWidth : 0)))
            return rows.enumerated().map { index, text in
                Row(label: index == 0 ? line.label : "", text: text, role: line.role, isLabelled: isLabelled)
            }
        }
    }
}
