import CellScreen

/// Draws a list to choose from.
enum PickerView {
    static func draw(_ picker: PickerDialog, _ state: DashboardState, on canvas: inout Canvas) {
        let rect = DialogFrame.picker(
            in: canvas.buffer.size, rows: PickerItems.count(of: picker.purpose, in: state), notes: picker.noteRows)
        let items = PickerItems.items(of: picker, in: state)
        let inside = DialogView.frame(
            rect, title: title(of: picker), keys: keys(of: picker, isReadOnly: state.isReadOnly), on: &canvas)
        guard inside.height > 2 else { return }
        let (line, rest) = inside.split(top: 1)
        canvas.text("/", x: line.x, y: line.y, width: 1, role: .key)
        let field = Rect(x: line.x + 2, y: line.y, width: line.width - 2, height: 1)
        canvas.highlight(field, role: .input)
        EditorView.drawLine(picker.filter, in: field, on: &canvas)
        if picker.filter.isEmpty {
            canvas.text("type to filter", x: field.x, y: field.y, width: field.width, role: .faint)
        }
        var list = rest
        if picker.purpose == .load {
            let rows = rest.height >= 9 ? 1 + picker.noteRows : 1
            let (top, notes) = rest.split(top: rest.height - rows)
            LoadPlanView.draw(picker, state, in: notes, on: &canvas)
            list = top
        }
        guard !items.isEmpty else {
            let (text, role) = PickerItems.emptyText(of: picker, in: state)
            for (offset, line) in TextWrap.lines(of: text, width: list.width).prefix(list.height - 1).enumerated() {
                canvas.text(line, x: list.x, y: list.y + 1 + offset, width: list.width, role: role)
            }
            return
        }
        drawList(items, picker, state, in: list, on: &canvas)
    }

    private static func drawList(
        _ items: [PickerItem], _ picker: PickerDialog, _ state: DashboardState, in area: Rect, on canvas: inout Canvas
    ) {
        let headings = PickerItems.headings(of: picker.purpose, in: state)
        let columns = columnPlaces(items, headings, width: area.width)
        var list = area
        if !headings.isEmpty {
            canvas.text("NAME", x: area.x + 1, y: area.y, width: columns.title, role: .columnHeading)
            for (index, place) in columns.others.enumerated() where index < headings.count && place.width > 0 {
                canvas.text(headings[index], x: area.x + place.x, y: area.y, width: place.width, role: .columnHeading)
            }
            if picker.purpose == .history {
                canvas.right(
                    "RUN", x: area.maxX - 1 - columns.mark, y: area.y, width: columns.mark, role: .columnHeading)
            }
            list = area.split(top: 1).rest
        }
        let selected = items.firstIndex { $0.id == picker.selection } ?? 0
        let top = ListWindow.top(selected: selected, count: items.count, height: list.height)
        for (offset, index) in (top..<min(items.count, top + list.height)).enumerated() {
            let item = items[index]
            let y = list.y + offset
            canvas.text(item.title, x: list.x + 1, y: y, width: columns.title, role: item.isFaulty ? .error : .strong)
            for (column, text) in item.columns.enumerated() where column < columns.others.count {
                let place = columns.others[column]
                canvas.text(text, x: list.x + place.x, y: y, width: place.width, role: .text)
            }
            canvas.right(
                item.mark, x: list.maxX - 1 - columns.mark, y: y, width: columns.mark, role: role(of: item, picker))
            guard index == selected else { continue }
            canvas.sign(canvas.glyphs.selected, x: list.x, y: y, role: .accent)
            canvas.highlight(Rect(x: list.x, y: y, width: list.width, height: 1), role: .selection)
        }
    }

    private static func role(of item: PickerItem, _ picker: PickerDialog) -> ThemeRole {
        if item.isFaulty { return .error }
        if picker.purpose == .history { return .muted }
        return item.mark == "warning" ? .warning : .good
    }

    /// The columns' places. Those that do not fit are left out from the right; only the last may be cut, which is words.
    private static func columnPlaces(
        _ items: [PickerItem], _ headings: [String], width: Int
    ) -> (title: Int, others: [(x: Int, width: Int)], mark: Int) {
        let longest = items.map { DisplayWidth.columns(of: $0.title) }.max() ?? 0
        let mark = items.map { DisplayWidth.columns(of: $0.mark) }.max().map { $0 > 0 ? max($0, 3) : 0 } ?? 0
        let room = width - 1 - (mark > 0 ? mark + 2 : 0)
        let count = items.map(\.columns.count).max() ?? 0
        let title = min(max(longest, 12), max(12, count == 0 ? room - 1 : width / 2 - 2))
        var x = 1 + title + 2
        var others: [(x: Int, width: Int)] = []
        for index in 0..<count {
            let texts = items.compactMap { $0.columns.indices.contains(index) ? $0.columns[index] : nil }
            let heading = headings.indices.contains(index) ? headings[index].count : 0
            let wanted = max(heading, texts.map { DisplayWidth.columns(of: $0) }.max() ?? 0)
            let left = room - x
            guard wanted <= left || index == count - 1 && left >= max(heading, 12) else { break }
            others.append((x, min(wanted, left)))
            x += wanted + 2
        }
        // Where nothing stands beside the names they have all the room.
        return (others.isEmpty ? min(longest, room - 1) : title, others, mark)
    }

    private static func title(of picker: PickerDialog) -> String {
        switch picker.purpose {
        case .load: "Load a model"
        case .chain: "Run a chain"
        case .history: "Recorded runs"
        case .keepAlive(let identity): "How long \(identity.model.short) stays"
        case .theme: "Theme"
        }
    }

    private static func keys(of picker: PickerDialog, isReadOnly: Bool) -> [(String, String)] {
        switch picker.purpose {
        case .load:
            [
                ("Enter", "loads"), ("Left/Right", "context"), ("Tab", "stay"), ("Del", "deletes"),
                ("Esc", "closes"),
            ]
        case .chain: [("Enter", "chooses"), ("Esc", "closes")]
        case .history: [("Enter", "opens")] + (isReadOnly ? [] : [("F2", "goes on with it")]) + [("Esc", "closes")]
        case .keepAlive, .theme: [("Enter", "chooses"), ("Esc", "goes back")]
        }
    }
}
