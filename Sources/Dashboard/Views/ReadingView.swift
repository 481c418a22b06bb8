import CellScreen

/// Draws help and details.
enum ReadingView {
    static func draw(_ help: HelpDialog, _ state: DashboardState, on canvas: inout Canvas) {
        let rect = DialogFrame.help(in: canvas.buffer.size)
        let inside = DialogView.frame(
            rect, title: "Keys", keys: [("j k", "scroll"), ("Esc", "closes")], on: &canvas)
        let lines = HelpText.lines(focus: state.focus, isReadOnly: state.isReadOnly)
        let columns = HelpText.columns(inside: inside)
        let rows = max(1, inside.height)
        let top = min(help.top, max(0, lines.count - rows * columns))
        let width = (inside.width - (columns - 1) * 3) / columns
        for (offset, line) in lines.dropFirst(top).prefix(rows * columns).enumerated() {
            let x = inside.x + (offset / rows) * (width + 3)
            let y = inside.y + offset % rows
            if line.isHeading {
                canvas.text(line.text, x: x, y: y, width: width, role: .columnHeading)
            } else {
                canvas.text(line.keys, x: x + 1, y: y, width: 18, role: .key)
                canvas.text(line.text, x: x + 20, y: y, width: width - 20, role: .text)
            }
        }
        drawMore(last: top + rows * columns, count: lines.count, rect: rect, on: &canvas)
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

    private static func drawMore(last: Int, count: Int, rect: Rect, on canvas: inout Canvas) {
        guard count > last || last - count < rect.height, count > rect.height - 2, rect.width > 20 else { return }
        canvas.right(
            " \(min(count, last))/\(count) ", x: rect.x, y: rect.maxY - 1, width: rect.width - 2, role: .muted)
    }
}

/// The list of keys, from the key table.
enum HelpText {
    struct Line: Equatable {
        var keys: String
        var text: String
        var isHeading: Bool
    }

    /// The keys of the pane that has the focus first, then those that work anywhere, then the rest.
    static func lines(focus: PaneID, isReadOnly: Bool) -> [Line] {
        var contexts = KeyContext.allCases
        contexts.removeAll { $0 == focus.context }
        contexts.insert(focus.context, at: 0)
        var lines: [Line] = []
        for context in contexts {
            let bindings = KeyMap.bindings.filter { $0.context == context && !(isReadOnly && $0.changes) }
            guard !bindings.isEmpty else { continue }
            if !lines.isEmpty { lines.append(Line(keys: "", text: "", isHeading: true)) }
            lines.append(Line(keys: "", text: context.title.uppercased(), isHeading: true))
            lines += bindings.filter { !$0.jumps }.map { Line(keys: $0.keys, text: $0.help, isHeading: false) }
            let jumps = bindings.filter(\.jumps)
            if !jumps.isEmpty {
                let keys = jumps.map(\.keys).joined(separator: " ")
                lines.append(Line(keys: keys, text: "to the pane with that number", isHeading: false))
            }
        }
        return lines
    }

    /// How many columns the list is set in.
    static func columns(inside: Rect) -> Int { inside.width >= 116 ? 2 : 1 }
}

extension KeyBinding {
    /// Whether it goes straight to a pane; help names those keys together.
    fileprivate var jumps: Bool {
        if case .focus = action { return true }
        return false
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
