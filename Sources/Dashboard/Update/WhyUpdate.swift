import CellScreen
import PromptChainCore

/// The dialog that says why it waits: opened, moved in, and left for the place that a finding is about.
enum WhyUpdate {
    static func open(_ state: inout DashboardState) { state.dialogs.append(.why(WhyDialog())) }

    static func press(
        _ stroke: KeyStroke, _ why: WhyDialog, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        guard let action = KeyMap.binding(for: stroke, in: .why)?.action else { return [] }
        let page = WhyPage(why, state)
        var why = why
        switch action {
        case .cancel: state.dialogs.removeLast()
        case .accept:
            guard let finding = page.selected?.finding else { return [] }
            state.dialogs.removeLast()
            go(to: finding.subject, &state)
        case .showInLog:
            guard let entry = page.selected else { return [] }
            state.dialogs.removeLast()
            EventLineUpdate.go(to: entry, &state)
        case .up, .down:
            guard
                let next = ListMove.index(
                    after: action, from: page.selectedIndex, count: page.entries.count, page: 1)
            else { return [] }
            why.selection = page.entries[next].finding.identity
            why.top = WhyPage(why, state).topShowingSelection
            state.replaceTop(.why(why))
        case .pageUp, .pageDown, .first, .last:
            why.top =
                ListMove.index(
                    after: action, from: page.top, count: page.lastTop + 1, page: max(1, page.height - 1)) ?? 0
            state.replaceTop(.why(why))
        default: break
        }
        return []
    }

    /// Goes to the pane, and to the row, that something is about.
    private static func go(to subject: Finding.Subject, _ state: inout DashboardState) {
        state.focus = subject.pane
        guard let model = subject.model else { return }
        let row = state.allModelRows.first {
            $0.identity.model == model && (subject.server.isEmpty || $0.identity.server == subject.server)
        }
        guard let row else { return }
        // A filter that hides the row would leave the selection elsewhere.
        if !state.modelRows.contains(where: { $0.identity == row.identity }) { state.models.filter = "" }
        state.models.selection = row.identity
    }
}
