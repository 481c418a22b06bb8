/// Which pane gets the keys.
enum FocusUpdate {
    static func step(_ count: Int, _ state: inout DashboardState) {
        let all = PaneID.allCases
        let index = all.firstIndex(of: state.focus) ?? 0
        state.focus = all[(index + count + all.count) % all.count]
    }
}
