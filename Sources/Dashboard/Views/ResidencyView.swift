import CellScreen
import PromptChainCore

/// Which model is in memory when: what was at the left, now as a line, and what is planned at the right of it.
enum ResidencyView {
    /// The columns of names, and those of times.
    static func split(_ width: Int, _ names: [String]) -> (name: Int, chart: Int) {
        let widest = names.map { DisplayWidth.columns(of: $0) }.max() ?? 0
        let name = max(6, min(widest, max(8, width / 4), 26))
        return (name, max(0, width - name - 3))
    }

    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard rect.width >= 16, rect.height > 0 else { return }
        let names = state.residencyNames
        let columns = split(rect.width, names)
        let chart = ResidencyChart(state, columns: columns.chart)
        guard !chart.rows.isEmpty else {
            canvas.text(
                " no model was in memory until now", x: rect.x, y: rect.y, width: rect.width, role: .faint)
            return
        }
        let x = rect.x + columns.name + 2
        var y = rect.y
        if rect.height > 1, !chart.marks.isEmpty {
            drawSteps(chart, current: state.run?.activeStep, x: x, y: y, on: &canvas)
            y += 1
        }
        let hasTimes = rect.maxY - y > min(chart.rows.count, 3)
        let room = rect.maxY - y - (hasTimes ? 1 : 0)
        let top = min(state.residency.top, max(0, chart.rows.count - room))
        for row in chart.rows.dropFirst(top).prefix(room) {
            drawName(
                row, hasServer: state.servers.all.count > 1,
                in: Rect(x: rect.x, y: y, width: columns.name + 1, height: 1), on: &canvas)
            draw(row, chart.scale, x: x, y: y, on: &canvas)
            y += 1
        }
        if hasTimes { drawTimes(chart.scale, state, x: x, y: y, on: &canvas) }
        if let time = state.lookback?.time {
            drawCursor(at: time, chart.scale, state, x: x, in: rect, hasTimes: hasTimes, on: &canvas)
        }
    }

    /// The moment that is looked at.
    private static func drawCursor(
        at time: Double, _ scale: ResidencyScale, _ state: DashboardState, x: Int, in rect: Rect, hasTimes: Bool,
        on canvas: inout Canvas
    ) {
        guard let column = scale.column(of: time), column < scale.past else { return }
        canvas.highlight(Rect(x: x + column, y: rect.y, width: 1, height: rect.height), role: .selection)
        canvas.sign(canvas.glyphs.moment, x: x + column, y: rect.y, role: .warning)
        guard hasTimes else { return }
        let text = ClockText.time(time, utcOffset: state.utcOffset)
        let place = min(max(0, column - text.count / 2), scale.columns - text.count)
        guard place >= 0 else { return }
        canvas.text(" \(text) ", x: x + max(0, place - 1), y: rect.maxY - 1, width: text.count + 2, role: .warning)
    }

    private static func drawName(
        _ row: ResidencyChart.Row, hasServer: Bool, in rect: Rect, on canvas: inout Canvas
    ) {
        let isHere = row.past.last.map { $0 != nil } ?? false
        let name = hasServer && !row.server.isEmpty ? "\(row.server)/\(row.label)" : row.label
        canvas.text(name, x: rect.x + 1, y: rect.y, width: rect.width - 1, role: isHere ? .strong : .muted)
    }

    private static func draw(
        _ row: ResidencyChart.Row, _ scale: ResidencyScale, x: Int, y: Int, on canvas: inout Canvas
    ) {
        for (column, phase) in row.past.enumerated() {
            guard let phase else { continue }
            canvas.sign(canvas.glyphs.residency(phase), x: x + column, y: y, role: role(of: phase))
        }
        for (column, name) in row.departures.sorted(by: { $0.key < $1.key }) {
            let rest = row.past.dropFirst(column).prefix { $0 == nil }.count
            let text = "\(canvas.glyphs.isASCII ? "for" : "→") \(name)"
            let columns = min(DisplayWidth.columns(of: text), rest - 1)
            guard columns >= 8 else { continue }
            canvas.text(text, x: x + column, y: y, width: columns, role: .faint)
        }
        canvas.sign(canvas.glyphs.now, x: x + scale.past, y: y, role: .accent)
        for (column, phase) in row.ahead.enumerated() {
            guard let phase else { continue }
            let sign = phase == .resident ? canvas.glyphs.planned : canvas.glyphs.residency(phase)
            canvas.sign(sign, x: x + scale.past + 1 + column, y: y, role: phase == .generating ? .spark : .muted)
        }
    }

    /// The steps' numbers where they began, as far as they do not touch.
    private static func drawSteps(_ chart: ResidencyChart, current: Int?, x: Int, y: Int, on canvas: inout Canvas) {
        canvas.sign(canvas.glyphs.now, x: x + chart.scale.past, y: y, role: .accent)
        var free = 0
        for mark in chart.marks {
            let text = "\(mark.step)"
            let crossesNow = mark.column <= chart.scale.past && mark.column + text.count > chart.scale.past
            guard mark.column >= free, !crossesNow, mark.column + text.count <= chart.scale.columns else { continue }
            let role: ThemeRole = mark.isPlanned ? .muted : mark.step == current ? .accent : .text
            canvas.text(text, x: x + mark.column, y: y, width: text.count, role: role)
            free = mark.column + text.count + 1
        }
    }

    /// The time at the ends, and now between them.
    private static func drawTimes(
        _ scale: ResidencyScale, _ state: DashboardState, x: Int, y: Int, on canvas: inout Canvas
    ) {
        guard scale.past >= 8 else { return }
        let from = "-" + Seconds.text(Double(scale.past) * scale.length)
        canvas.text(from, x: x, y: y, width: scale.past, role: .faint)
        let now = "now"
        let place = min(scale.past - 1, scale.columns - now.count)
        if place > from.count { canvas.text(now, x: x + place, y: y, width: now.count, role: .accent) }
        guard scale.ahead >= 12 else { return }
        canvas.right(
            "~+" + Seconds.text(Double(scale.ahead) * scale.length), x: x + scale.past + 4, y: y,
            width: scale.ahead - 3, role: .faint)
    }

    static func role(of phase: ResidencyPhase) -> ThemeRole {
        switch phase {
        case .loading: .busy
        case .loadingAhead: .info
        case .resident: .model2
        case .generating: .good
        case .unloading: .warning
        }
    }
}

/// What the title of the Residency pane says: the time that is shown, and what the signs mean.
enum ResidencyTitle {
    static func details(_ state: DashboardState, width: Int, glyphs: Glyphs) -> [[Span]] {
        var result: [[Span]] = []
        if let time = state.lookback?.time {
            let moment = ClockText.time(time, utcOffset: state.utcOffset)
            let ago = RunningTime.passed(max(0, state.clock - time))
            result.append([Span("\(moment), \(ago) ago", .warning), Span(", End: now", .muted)])
        }
        if state.residency.span != .run { result.append([Span(state.residency.span.words, .muted)]) }
        let isWide = width >= 106
        let signs: [(ResidencyPhase, String)] = [
            (.loading, isWide ? "loading" : "load"), (.loadingAhead, isWide ? "ahead of its step" : "ahead"),
            (.resident, isWide ? "in memory" : "held"), (.generating, isWide ? "writing" : "write"),
            (.unloading, isWide ? "leaving" : "leave"),
        ]
        var legend: [Span] = []
        for (phase, word) in signs {
            legend += [Span(glyphs.residency(phase), ResidencyView.role(of: phase)), Span(" \(word)  ", .muted)]
        }
        legend += [
            Span(glyphs.now, .accent), Span(" now  ", .muted), Span(glyphs.planned, .muted), Span(" planned", .muted),
        ]
        result.append(legend)
        return result
    }
}

extension DashboardState {
    /// How time lies over the columns of the Residency pane as it stands on the screen.
    var residencyScale: ResidencyScale {
        let width = layout.content(of: .residency).width
        let columns = ResidencyView.split(width > 0 ? width : size.width - 2, residencyNames).chart
        return ResidencyChart(self, columns: columns).scale
    }

    /// The names in front of the rows of the Residency pane.
    fileprivate var residencyNames: [String] {
        let several = servers.all.count > 1
        var names: [String] = []
        for server in servers.all {
            for track in servers.presence.tracks(of: server.name) {
                names.append(several ? "\(server.name)/\(track.model.short)" : track.model.short)
            }
        }
        for step in run?.steps.prefix(200) ?? [] {
            if let model = step.model { names.append(model.short) }
        }
        return names
    }
}
