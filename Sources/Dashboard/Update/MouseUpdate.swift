import CellScreen

/// The mouse: a press gives a pane the focus and selects a row, presses a key of the footer, or opens what is behind the
/// verdict; the wheel moves what is under it.
enum MouseUpdate {
    static func handle(_ event: MouseEvent, _ state: inout DashboardState) -> [DashboardEffect] {
        guard state.closing == .open, state.hasMouse else { return [] }
        if !state.dialogs.isEmpty {
            switch event.kind {
            case .wheelUp: return DialogUpdate.press(KeyStroke(.up), &state)
            case .wheelDown: return DialogUpdate.press(KeyStroke(.down), &state)
            case .press: return press(inDialogAt: event.point, &state)
            }
        }
        let layout = state.layout
        if event.kind == .press {
            if layout.footer.contains(event.point) { return press(inFooter: layout.footer, at: event.point, &state) }
            if layout.verdict.contains(event.point) {
                WhyUpdate.open(&state)
                return []
            }
        }
        guard let pane = state.layout.pane(at: event.point) else { return [] }
        switch event.kind {
        case .press:
            state.focus = pane
            if pane == .models { select(at: event.point, &state) }
        case .wheelUp: wheel(pane, .up, &state)
        case .wheelDown: wheel(pane, .down, &state)
        }
        return []
    }

    private static func press(
        inFooter footer: Rect, at point: Point, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        guard state.prompt == nil, state.commandLine == nil else { return [] }
        let item = FooterLine(state, in: footer).items.first { ($0.x..<$0.x + $0.columns).contains(point.x) }
        guard let stroke = item?.binding.strokes.first else { return [] }
        return KeyUpdate.press(stroke, &state)
    }

    /// A press in a list selects, one on what is selected chooses it; a press beside it closes it.
    private static func press(inDialogAt point: Point, _ state: inout DashboardState) -> [DashboardEffect] {
        guard case .picker(var picker)? = state.dialogs.last else { return [] }
        let items = PickerItems.items(of: picker, in: state)
        let rect = DialogFrame.picker(in: state.size, rows: PickerItems.count(of: picker.purpose, in: state))
        guard rect.contains(point) else { return DialogUpdate.press(KeyStroke(.escape), &state) }
        let headings = PickerItems.headings(of: picker.purpose, in: state)
        let foot = picker.purpose == .load ? 1 : 0
        let top = rect.y + 2 + (headings.isEmpty ? 0 : 1)
        let height = rect.maxY - 1 - foot - top
        let selected = items.firstIndex { $0.id == picker.selection } ?? 0
        let index = point.y - top + ListWindow.top(selected: selected, count: items.count, height: height)
        guard point.y >= top, point.y < top + height, items.indices.contains(index) else { return [] }
        if index == selected { return DialogUpdate.press(KeyStroke(.enter), &state) }
        picker.selection = items[index].id
        state.replaceTop(.picker(picker))
        return PickerUpdate.preview(picker, &state)
    }

    private static func select(at point: Point, _ state: inout DashboardState) {
        let content = state.layout.content(of: .models)
        let rows = state.modelRows
        let selected = rows.firstIndex { $0.identity == state.models.selection }
        let top = ListWindow.top(selected: selected, count: rows.count, height: content.height - 1)
        let index = point.y - content.y - 1 + top
        guard point.y > content.y, rows.indices.contains(index) else { return }
        state.models.selection = rows[index].identity
    }

    private static func wheel(_ pane: PaneID, _ action: KeyAction, _ state: inout DashboardState) {
        switch pane {
        case .models: ModelTableUpdate.move(action, &state)
        case .chain: ChainUpdate.move(action, &state)
        case .output, .log: MoveUpdate.scroll(pane, by: action == .up ? -3 : 3, &state)
        case .residency: ResidencyUpdate.perform(action, &state)
        case .vram: break
        }
    }
}

/// Which part of a list is in view.
enum ListWindow {
    /// The first row in view, with the selected one in the middle as far as that goes: a pure function of the
    /// selection, so that drawing and mouse agree without anything to remember.
    static func top(selected: Int?, count: Int, height: Int) -> Int {
        guard height > 0, count > height, let selected else { return 0 }
        return min(max(0, selected - height / 2), count - height)
    }
}
