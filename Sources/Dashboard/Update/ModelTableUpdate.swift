import PromptChainCore

/// The selection of the Models pane.
enum ModelTableUpdate {
    static func move(_ action: KeyAction, _ state: inout DashboardState) {
        let rows = state.modelRows
        let index = rows.firstIndex { $0.identity == state.models.selection }
        let page = state.layout.content(of: .models).height - 2
        guard let next = ListMove.index(after: action, from: index, count: rows.count, page: page) else { return }
        state.models.selection = rows[next].identity
    }

    /// Keeps the selection on its model; when that is gone, on the one that took its place.
    static func keepSelection(_ state: inout DashboardState) {
        let rows = state.modelRows.map(\.identity)
        defer { state.models.lastRows = rows }
        guard !rows.isEmpty else { return }
        if let selection = state.models.selection {
            if rows.contains(selection) { return }
            // A model that our run loads has no server until the server lists it.
            if let same = rows.first(where: { $0.model == selection.model }) {
                state.models.selection = same
                return
            }
        }
        let place = state.models.lastRows.firstIndex { $0 == state.models.selection } ?? 0
        state.models.selection = rows[min(place, rows.count - 1)]
    }
}
