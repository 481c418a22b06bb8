import CellScreen
import PromptChainCore

/// Draws the topmost dialog.
enum DialogView {
    static func draw(_ dialog: Dialog, _ state: DashboardState, on canvas: inout Canvas) {
        switch dialog {
        case .help(let help): ReadingView.draw(help, state, on: &canvas)
        case .message(let message): ReadingView.draw(message, state, on: &canvas)
        case .why(let why): WhyView.draw(why, state, on: &canvas)
        case .picker(let picker): PickerView.draw(picker, state, on: &canvas)
        case .panes(let panes): PanesView.draw(panes, state, on: &canvas)
        case .input(let input): draw(input, on: &canvas)
        case .confirm(let question): draw(question, on: &canvas)
        }
    }

    /// Draws border, title and the line of keys; returns the inside.
    static func frame(_ rect: Rect, title: String, keys: [(String, String)], on canvas: inout Canvas) -> Rect {
        // A column of air at both sides.
        for x in [rect.x - 1, rect.maxX] {
            canvas.clear(Rect(x: x, y: rect.y, width: 1, height: rect.height), role: .background)
        }
        canvas.clear(rect, role: .dialog)
        guard rect.width > 8, rect.height > 2 else { return rect }
        var grid = BorderGrid(size: canvas.buffer.size)
        grid.add(rect)
        grid.draw(on: &canvas)
        for y in [rect.y, rect.maxY - 1] {
            canvas.highlight(Rect(x: rect.x, y: y, width: rect.width, height: 1), role: .dialogBorder)
        }
        for x in [rect.x, rect.maxX - 1] {
            canvas.highlight(Rect(x: x, y: rect.y, width: 1, height: rect.height), role: .dialogBorder)
        }
        canvas.text(" \(title) ", x: rect.x + 2, y: rect.y, width: rect.width - 4, role: .dialogTitle)
        var x = rect.x + 2
        for (key, label) in keys {
            let spans = [Span(" \(key)", .key), Span(" \(label) ", .keyLabel)]
            guard x + canvas.columns(of: spans) <= rect.maxX - 2 else { break }
            x = canvas.spans(spans, x: x, y: rect.maxY - 1, width: rect.maxX - 2 - x)
        }
        return rect.inset(dx: 2, dy: 1)
    }

    private static func draw(_ input: InputDialog, on canvas: inout Canvas) {
        let isMultiline = input.editor.isMultiline
        let rect = DialogFrame.input(in: canvas.buffer.size, isMultiline: isMultiline)
        let keys: [(String, String)] =
            isMultiline
            ? [("F2/Ctrl-D", "runs"), ("Enter", "new line"), ("Esc", "closes")]
            : [("Enter", input.purpose.verb), ("Esc", "closes")]
        let inside = frame(rect, title: input.title, keys: keys, on: &canvas)
        canvas.text(input.explanation, x: inside.x, y: inside.y, width: inside.width, role: .muted)
        let field = Rect(
            x: inside.x, y: inside.y + 2, width: inside.width, height: isMultiline ? inside.height - 3 : 1
        ).clipped(to: inside)
        canvas.clear(field, role: .input)
        if isMultiline {
            EditorView.draw(input.editor, in: field, on: &canvas)
        } else {
            EditorView.drawLine(input.editor, in: field, on: &canvas)
        }
    }

    private static func draw(_ question: ConfirmDialog, on canvas: inout Canvas) {
        let size = canvas.buffer.size
        let width = min(60, size.width - 6)
        let lines = TextWrap.lines(of: question.text, width: max(10, width - 4))
        let rect = DialogFrame.fitting(rows: lines.count + 2, width: width, in: size)
        let inside = frame(
            rect, title: question.title, keys: [("y", question.yes), ("n", question.no)], on: &canvas)
        for (offset, line) in lines.prefix(max(0, inside.height - 1)).enumerated() {
            canvas.text(line, x: inside.x, y: inside.y + 1 + offset, width: inside.width)
        }
    }
}

extension InputDialog.Purpose {
    /// What Enter does with one line.
    fileprivate var verb: String {
        switch self {
        case .runInput: "runs"
        case .pull: "pulls"
        case .saveText: "saves"
        }
    }
}
