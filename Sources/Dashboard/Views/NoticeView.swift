import CellScreen

/// The newest notice, in the lower right corner, for as long as it takes to read.
enum NoticeView {
    static func draw(_ state: DashboardState, above footer: Rect, on canvas: inout Canvas) {
        guard let notice = state.notices.current(at: state.uptime), footer.width >= 20 else { return }
        let (sign, role): (Character, ThemeRole) =
            switch notice.severity {
            case .info: (canvas.glyphs.ready, .info)
            case .warning: (canvas.glyphs.attention, .warning)
            case .error: (canvas.glyphs.failed, .error)
            }
        let width = min(footer.width - 4, 64)
        let inner = width - 6
        var lines = TextWrap.lines(of: notice.text, width: inner).prefix(4).map { ($0, ThemeRole.strong) }
        if let hint = notice.hint {
            lines += TextWrap.lines(of: hint, width: inner).prefix(2).map { ($0, ThemeRole.muted) }
        }
        let longest = lines.map { DisplayWidth.columns(of: $0.0) }.max() ?? 0
        let box = Rect(
            x: footer.maxX - 2 - (longest + 6), y: footer.y - 2 - lines.count, width: longest + 6,
            height: lines.count + 2)
        guard box.y > 1 else { return }
        canvas.clear(box, role: .dialog)
        var grid = BorderGrid(size: canvas.buffer.size)
        grid.add(box)
        grid.draw(on: &canvas)
        canvas.highlight(Rect(x: box.x, y: box.y, width: box.width, height: 1), role: role)
        canvas.sign(sign, x: box.x + 2, y: box.y + 1, role: role)
        for (index, line) in lines.enumerated() {
            canvas.text(line.0, x: box.x + 4, y: box.y + 1 + index, width: longest, role: line.1)
        }
    }
}
