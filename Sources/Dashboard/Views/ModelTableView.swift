import CellScreen
import PromptChainCore

/// The models in memory, and those on their way in or out.
enum ModelTableView {
    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard rect.width > 4, rect.height > 0 else { return }
        let rows = state.modelRows
        let columns = ModelColumns(width: rect.width, hasSeveralServers: state.servers.all.count > 1)
        var body = rect
        if rect.height > 1 {
            drawHeadings(columns, at: rect, on: &canvas)
            body = rect.split(top: 1).rest
        }
        guard !rows.isEmpty else {
            let lines = [emptyText(state), "", advice(state)].flatMap { TextWrap.lines(of: $0, width: body.width - 2) }
            for (offset, line) in lines.prefix(body.height).enumerated() {
                canvas.text(line, x: body.x + 1, y: body.y + offset, width: body.width - 1, role: .faint)
            }
            return
        }
        let selected = rows.firstIndex { $0.identity == state.models.selection }
        let top = ListWindow.top(selected: selected, count: rows.count, height: body.height)
        for (offset, index) in (top..<min(rows.count, top + body.height)).enumerated() {
            let line = Rect(x: body.x, y: body.y + offset, width: body.width, height: 1)
            draw(rows[index], columns, in: line, state, on: &canvas)
            guard index == selected else { continue }
            canvas.sign(canvas.glyphs.selected, x: line.x, y: line.y, role: .accent)
            canvas.highlight(line, role: state.focus == .models ? .selection : .selectionUnfocused)
        }
    }

    private static func drawHeadings(_ columns: ModelColumns, at rect: Rect, on canvas: inout Canvas) {
        canvas.text("NAME", x: rect.x + 1, y: rect.y, width: columns.name, role: .columnHeading)
        for (column, x) in columns.others {
            put(column.heading, column, x: rect.x + x, y: rect.y, role: .columnHeading, on: &canvas)
        }
    }

    private static func put(
        _ text: String, _ column: ModelColumn, x: Int, y: Int, role: ThemeRole, on canvas: inout Canvas
    ) {
        if column.isLeftAligned {
            canvas.text(text, x: x, y: y, width: column.width, role: role)
        } else {
            canvas.right(text, x: x, y: y, width: column.width, role: role)
        }
    }

    private static func draw(
        _ row: ModelRow, _ columns: ModelColumns, in line: Rect, _ state: DashboardState, on canvas: inout Canvas
    ) {
        let isStale = row.age != nil
        canvas.text(
            ModelText.fitting(row.identity.model, columns: columns.name, ellipsis: canvas.glyphs.ellipsis),
            x: line.x + 1,
            y: line.y, width: columns.name, role: isStale ? .stale : .strong)
        if row.isLoading, let first = columns.others.first(where: { $0.column != .server }) {
            for (column, x) in columns.others where column == .server {
                put(
                    state.servers.shortName(of: row.identity.server), column, x: line.x + x, y: line.y, role: .muted,
                    on: &canvas)
            }
            let last = columns.others.last { $0.column != .load }
            let end = last.map { $0.x + $0.column.width } ?? line.width
            drawLoading(
                row.phase, x: line.x + first.x, y: line.y, width: min(end, line.width) - first.x, state, on: &canvas)
            return
        }
        let holder = heldColumns(row, columns, width: line.width, state, on: canvas)
        for (column, x) in columns.others where holder.map({ x < $0.x || x >= $0.x + $0.width }) ?? true {
            let (text, role) = ModelCell.text(column, of: row, in: state)
            put(text, column, x: line.x + x, y: line.y, role: isStale ? .stale : role, on: &canvas)
        }
        guard let holder else { return }
        canvas.text(holder.text, x: line.x + holder.x, y: line.y, width: holder.width, role: .busy)
    }

    /// What a model waits for that is to leave, over the columns of its context and its time, which say little then.
    private static func heldColumns(
        _ row: ModelRow, _ columns: ModelColumns, width: Int, _ state: DashboardState, on canvas: Canvas
    ) -> (x: Int, width: Int, text: String)? {
        guard case .unloading(let seconds) = row.phase, let place = columns.notePlace,
            let texts = ModelCell.waiting(state.use(of: row), seconds: seconds)
        else { return nil }
        let room = min(place.width, width - place.x)
        return texts.first { DisplayWidth.columns(of: canvas.glyphs.plain($0)) <= room }.map { (place.x, room, $0) }
    }

    private static func drawLoading(
        _ phase: ModelRow.Phase, x: Int, y: Int, width: Int, _ state: DashboardState, on canvas: inout Canvas
    ) {
        guard case .loading(let seconds, let expected, let fraction, let isInferred) = phase else { return }
        var column = x
        canvas.sign(canvas.glyphs.spinner(at: state.uptime), x: column, y: y, role: .busy)
        column += 2
        let end = x + width
        guard let fraction else {
            let usual = expected.map { ", usually \(Seconds.text($0))" } ?? ""
            let text = "loading \(RunningTime.passed(seconds))"
            let longer = text + usual
            canvas.text(longer.count <= end - column ? longer : text, x: column, y: y, width: end - column, role: .busy)
            return
        }
        let left =
            expected.map { $0 - seconds }.flatMap { $0 > 0 ? " \(RunningTime.left($0)) left" : nil } ?? ""
        let percent = "\(isInferred ? "~" : "")\(Count.whole(fraction * 100))%"
        var label = percent + left
        if end - column - label.count < 7 { label = percent }
        if end - column > label.count + 14 { column = canvas.text("loading ", x: column, y: y, width: 8, role: .busy) }
        let gauge = max(0, end - column - label.count - 1)
        Gauge.draw(fraction, x: column, y: y, width: gauge, on: &canvas)
        canvas.text(label, x: column + gauge + 1, y: y, width: label.count, role: .busy)
    }

    /// What helps while no server answers: the line under the header has no room for all of it.
    private static func advice(_ state: DashboardState) -> String {
        let hints = state.servers.all.compactMap { server -> String? in
            guard case .unreachable(_, let hint) = server.state else { return nil }
            return hint
        }
        return hints.count == state.servers.all.count ? hints.first { !$0.isEmpty } ?? "" : ""
    }

    private static func emptyText(_ state: DashboardState) -> String {
        if !state.models.filter.isEmpty { return "no model holds “\(state.models.filter)”: Esc drops the filter" }
        let servers = state.servers.all
        if state.feed != nil {
            if servers.isEmpty { return "nothing is told of models" }
            if servers.contains(where: { $0.isTold }) { return "no model in memory" }
        }
        if servers.allSatisfy({ $0.state == .ready }) {
            return state.isReadOnly || state.feed != nil
                ? "no model in memory"
                : "no model in memory: \(state.keys.key(of: .load)) loads one, \(state.keys.key(of: .run)) runs a chain"
        }
        if servers.contains(where: { $0.state == .ready }) { return "no model in memory" }
        return servers.allSatisfy({ $0.state == .connecting || $0.state == .starting })
            ? "waiting for the first answer" : "nothing is known: the server does not answer"
    }
}
