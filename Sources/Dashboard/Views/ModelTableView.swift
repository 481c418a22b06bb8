import CellScreen
import PromptChainCore

/// The models in memory, and those on their way in or out.
enum ModelTableView {
    /// A column right of the name.
    enum Column: Int, CaseIterable {
        case size, vram, context, until, server, quantization, parameters, load

        var heading: String {
            switch self {
            case .size: "SIZE"
            case .vram: "VRAM"
            case .context: "CTX"
            case .until: "UNTIL"
            case .server: "SERVER"
            case .quantization: "QUANT"
            case .parameters: "PARAMS"
            case .load: "LOAD"
            }
        }

        var width: Int {
            switch self {
            case .size: 5
            case .vram, .context: 4
            case .until: 10
            case .server: 10
            case .quantization: 8
            case .parameters: 6
            case .load: 5
            }
        }

        var isLeftAligned: Bool { self == .until || self == .server || self == .quantization }
    }

    /// Which columns stand where.
    struct Columns: Equatable {
        var name: Int
        /// Each with its first column, counted from the left edge of the pane's inside.
        var others: [(column: Column, x: Int)]

        static func == (left: Columns, right: Columns) -> Bool {
            left.name == right.name && left.others.map(\.x) == right.others.map(\.x)
        }

        init(width: Int, hasSeveralServers: Bool) {
            // In the order in which they are given up, the last first.
            let wanted: [Column] =
                [.until, .vram] + (hasSeveralServers ? [.server] : [])
                + [.size, .context, .quantization, .parameters, .load]
            var chosen: [Column] = []
            var room = width - 2
            for column in wanted {
                let least = chosen.count < 4 ? 14 : 24
                let needed = column.width + (column == .until ? 2 : 1)
                guard room - needed >= least || (chosen.isEmpty && room - needed >= 8) else { break }
                chosen.append(column)
                room -= needed
            }
            let order: [Column] = [.server, .parameters, .quantization, .size, .vram, .context, .until, .load]
            name = min(room, 44)
            var x = 1 + name
            others = []
            for column in order where chosen.contains(column) {
                x += column == .until ? 2 : 1
                others.append((column, x))
                x += column.width
            }
        }
    }

    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard rect.width > 4, rect.height > 0 else { return }
        let rows = state.modelRows
        let columns = Columns(width: rect.width, hasSeveralServers: state.servers.all.count > 1)
        var body = rect
        if rect.height > 1 {
            drawHeadings(columns, at: rect, on: &canvas)
            body = rect.split(top: 1).rest
        }
        guard !rows.isEmpty else {
            let text = emptyText(state)
            for (offset, line) in TextWrap.lines(of: text, width: body.width - 2).prefix(body.height).enumerated() {
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

    private static func drawHeadings(_ columns: Columns, at rect: Rect, on canvas: inout Canvas) {
        canvas.text("NAME", x: rect.x + 1, y: rect.y, width: columns.name, role: .columnHeading)
        for (column, x) in columns.others {
            put(column.heading, column, x: rect.x + x, y: rect.y, role: .columnHeading, on: &canvas)
        }
    }

    private static func put(
        _ text: String, _ column: Column, x: Int, y: Int, role: ThemeRole, on canvas: inout Canvas
    ) {
        if column.isLeftAligned {
            canvas.text(text, x: x, y: y, width: column.width, role: role)
        } else {
            canvas.right(text, x: x, y: y, width: column.width, role: role)
        }
    }

    private static func draw(
        _ row: ModelRow, _ columns: Columns, in line: Rect, _ state: DashboardState, on canvas: inout Canvas
    ) {
        let isStale = row.age != nil
        canvas.text(
            row.identity.model.short, x: line.x + 1, y: line.y, width: columns.name, role: isStale ? .stale : .strong)
        if row.isLoading, let first = columns.others.first(where: { $0.column != .server }) {
            for (column, x) in columns.others where column == .server {
                put(row.identity.server, column, x: line.x + x, y: line.y, role: .muted, on: &canvas)
            }
            let last = columns.others.last { $0.column != .load }
            let end = last.map { $0.x + $0.column.width } ?? line.width
            drawLoading(
                row.phase, x: line.x + first.x, y: line.y, width: min(end, line.width) - first.x, state, on: &canvas)
            return
        }
        for (column, x) in columns.others {
            let (text, role) = cell(column, of: row)
            put(text, column, x: line.x + x, y: line.y, role: isStale ? .stale : role, on: &canvas)
        }
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

    private static func cell(_ column: Column, of row: ModelRow) -> (String, ThemeRole) {
        let info = row.info
        switch column {
        case .size: return (info?.sizeBytes.map { SizeText.short($0) } ?? "", .text)
        case .vram:
            guard let fraction = info?.vramFraction else { return ("", .text) }
            let percent = Count.whole((fraction * 100).rounded(.down))
            return percent < 100 ? ("\(percent)%!", .warning) : ("100%", .text)
        case .context: return (info?.contextLength.map { Count.tokens($0) } ?? "", .text)
        case .until:
            if let age = row.age { return ("\(RunningTime.passed(age)) old", .stale) }
            return (PhaseText.short(row.phase), PhaseText.role(row.phase))
        case .server: return (row.identity.server, .muted)
        case .quantization: return (parameter("quantization", of: info), .muted)
        case .parameters: return (parameter("parameter_size", of: info), .muted)
        case .load: return (info?.loadSeconds.map { Seconds.text($0) } ?? "", .muted)
        }
    }

    private static func parameter(_ name: String, of info: ModelInfo?) -> String {
        if case .string(let text) = info?.parameters[name] { return text }
        return ""
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
                ? "no model in memory" : "no model in memory: l loads one, r runs a chain"
        }
        if servers.contains(where: { $0.state == .ready }) { return "no model in memory" }
        return servers.allSatisfy({ $0.state == .connecting || $0.state == .starting })
            ? "waiting for the first answer" : "nothing is known: the server does not answer"
    }
}
