import CellScreen

/// Draws text that is being written, with its cursor in view.
enum EditorView {
    /// One line, scrolled sideways.
    static func drawLine(_ editor: TextEditor, in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let line = editor.lines[editor.line]
        var start = line.startIndex
        let cursor = line.index(start, offsetBy: editor.column, limitedBy: line.endIndex) ?? line.endIndex
        while DisplayWidth.columns(of: line[start..<cursor]) >= rect.width, start < cursor {
            start = line.index(after: start)
        }
        canvas.text(String(line[start...]), x: rect.x, y: rect.y, width: rect.width, role: .text)
        let x = rect.x + DisplayWidth.columns(of: line[start..<cursor])
        canvas.buffer.cursor = Point(x: min(x, rect.maxX - 1), y: rect.y)
    }

    /// Several lines, broken at blanks.
    static func draw(_ editor: TextEditor, in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let width = max(1, rect.width - 1)
        let line = editor.lines[editor.line]
        let offset = line.prefix(editor.column).utf8.count
        let own = TextWrap.rows(of: line, width: width)
        let place = own.lastIndex { $0.lowerBound <= offset } ?? 0
        var above: [String] = own[...place].map { TextWrap.slice(line, $0) }
        var index = editor.line
        while above.count < rect.height, index > 0 {
            index -= 1
            above = TextWrap.lines(of: editor.lines[index], width: width) + above
        }
        above = Array(above.suffix(rect.height))
        var rows = above + own[(place + 1)...].map { TextWrap.slice(line, $0) }
        index = editor.line + 1
        while rows.count < rect.height, index < editor.lines.count {
            rows += TextWrap.lines(of: editor.lines[index], width: width)
            index += 1
        }
        for (row, text) in rows.prefix(rect.height).enumerated() {
            canvas.text(text, x: rect.x, y: rect.y + row, width: rect.width, role: .text)
        }
        let before = TextWrap.slice(line, own[place].lowerBound..<offset)
        canvas.buffer.cursor = Point(
            x: min(rect.x + DisplayWidth.columns(of: before), rect.maxX - 1), y: rect.y + above.count - 1)
    }
}
