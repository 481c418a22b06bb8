import CellScreen

/// Draws help and details.
enum ReadingView {
    static func draw(_ help: HelpDialog, _ state: DashboardState, on canvas: inout Canvas) {
        let rect = DialogFrame.reading(in: canvas.buffer.size)
        let inside = DialogView.frame(
            rect, title: "Keys", keys: [("j k", "scroll"), ("Esc", "closes")], on: &canvas)
        let lines = HelpText.lines(isReadOnly: state.isReadOnly)
        let top = min(help.top, max(0, lines.count - inside.height))
        for (offset, line) in lines.dropFirst(top).prefix(inside.height).enumerated() {
            let y = inside.y + offset
            if line.isHeading {
                canvas.text(line.text, x: inside.x, y: y, width: inside.width, role: .columnHeading)
            } else {
                canvas.text(line.keys, x: inside.x + 1, y: y, width: 18, role: .key)
                canvas.text(line.text, x: inside.x + 20, y: y, width: inside.width - 20, role: .text)
            }
        }
        drawMore(top: top, count: lines.count, rect: rect, inside: inside, on: &canvas)
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
        drawMore(top: top, count: rows.count, rect: rect, inside: inside, on: &canvas)
    }

    private static func drawMore(top: Int, count: Int, rect: Rect, inside: Rect, on canvas: inout Canvas) {
        guard count > inside.height, rect.width > 20 else { return }
        let text = " \(min(count, top + inside.height))/\(count) "
        canvas.right(text, x: rect.x, y: rect.maxY - 1, width: rect.width - 2, role: .muted)
    }
}

/// The list of keys, from the key table.
enum HelpText {
    struct Line: Equatable {
        var keys: String
        var text: String
        var isHeading: Bool
    }

    static func lines(isReadOnly: Bool) -> [Line] {
        var lines: [Line] = []
        for context in KeyContext.allCases {
            let bindings = KeyMap.bindings.filter { $0.context == context && !(isReadOnly && $0.changes) }
            guard !bindings.isEmpty else { continue }
            if !lines.isEmpty { lines.append(Line(keys: "", text: "", isHeading: true)) }
            lines.append(Line(keys: "", text: context.title.uppercased(), isHeading: true))
            lines += bindings.map { Line(keys: $0.keys, text: $0.help, isHeading: false) }
        }
        return lines
    }
}

/// The rows of details, broken for the dialog's width.
enum MessageText {
    static let labelWidth = 14

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
