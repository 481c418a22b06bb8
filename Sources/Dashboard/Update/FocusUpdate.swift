/// Which pane gets the keys.
enum FocusUpdate {
    static func go(to pane: PaneID, _ state: inout DashboardState) {
        guard !state.panes.hidden.contains(pane.name) else {
            return state.say(
                .info, "\(pane.title) is not among the panes that are shown",
                hint: "\(state.keys.key(of: .choosePanes)) chooses them")
        }
        state.focus = pane
    }

    static func step(_ count: Int, _ state: inout DashboardState) {
        let all = PaneID.allCases.filter { !state.panes.hidden.contains($0.name) }
        guard !all.isEmpty else { return }
        let index = all.firstIndex(of: state.focus) ?? 0
        state.focus = all[(index + count + all.count) % all.count]
    }
}
