import CellScreen

/// The mouse: a press gives a pane the focus and selects a row, the wheel moves what is under it.
enum MouseUpdate {
    static func handle(_ event: MouseEvent, _ state: inout DashboardState) -> [DashboardEffect] {
        guard state.closing == .open, state.hasMouse else { return [] }
        if !state.dialogs.isEmpty {
            switch event.kind {
            case .wheelUp: return DialogUpdate.press(KeyStroke(.up), &state)
            case .wheelDown: return DialogUpdate.press(KeyStroke(.down), &state)
            case .press: return []
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
