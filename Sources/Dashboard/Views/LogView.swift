import CellScreen
import Foundation
import PromptChainCore

/// The log: the newest lines, or where the user scrolled to.
enum LogView {
    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let text = state.log.text
        guard !text.isEmpty else {
            let words =
                state.log.kept.isEmpty
                ? "nothing has happened yet"
                : state.log.reading == nil ? "the filter shows none of the lines" : "looking through older lines…"
            canvas.text(" \(words)", x: rect.x, y: rect.y, width: rect.width, role: .faint)
            return
        }
        let columns = LogColumns(width: rect.width)
        for (offset, number) in rows(of: state.log, height: rect.height).enumerated() {
            guard let row = text.row(number), let found = state.log.entry(row.line) else { continue }
            let entry = found.line
            let y = rect.y + offset
            let (sign, role) = mark(of: entry.level, canvas.glyphs)
            if row.range.lowerBound == 0 {
                if columns.hasTime {
                    let time = ClockText.time(entry.time.timeIntervalSince1970, utcOffset: state.utcOffset)
                    canvas.text(time, x: rect.x + 1, y: y, width: 8, role: .muted)
                }
                canvas.sign(sign, x: rect.x + columns.component - 2, y: y, role: role)
                if columns.componentWidth > 0 {
                    canvas.text(
                        entry.shortComponent, x: rect.x + columns.component, y: y, width: columns.componentWidth,
                        role: .muted)
                }
            }
            let message = text.text(of: row)
            let textRole: ThemeRole = entry.level >= .error ? .error : entry.level <= .debug ? .muted : .text
            let x = rect.x + columns.messageStart
            canvas.text(message, x: x, y: y, width: columns.message + 1, role: textRole)
            MatchHighlight.draw(state.log.search, in: message, x: x, y: y, on: &canvas)
            if found.number == state.log.marked {
                canvas.sign(canvas.glyphs.selected, x: rect.x, y: y, role: .accent)
                canvas.highlight(Rect(x: rect.x, y: y, width: rect.width, height: 1), role: .selection)
            }
        }
    }

    /// The rows in view. Where there is just one, it is the beginning of the newest line, not its end.
    private static func rows(of log: LogState, height: Int) -> Range<Int> {
        guard height == 1, log.isFollowing, log.text.width > 0 else {
            return log.scroll.visible(in: log.text, height: height)
        }
        let first = log.text.row(showing: TextBuffer.Row(line: log.text.endLine - 1, range: 0..<0))
        return first..<min(first + 1, log.text.endRow)
    }

    private static func mark(of level: LogLine.Level, _ glyphs: Glyphs) -> (Character, ThemeRole) {
        switch level {
        case .trace, .debug: (glyphs.waiting, .faint)
        case .info: (glyphs.waiting, .info)
        case .notice: (glyphs.ready, .info)
        case .warning: (glyphs.attention, .warning)
        case .error, .critical: (glyphs.failed, .error)
        }
    }
}
