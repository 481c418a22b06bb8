import CellScreen
import PromptChainCore

/// The dialog in which panes are chosen and sized. What is chosen is seen at once behind it.
struct PanesDialog: Equatable, Sendable {
    /// The pane whose line is selected.
    var pane = PaneID.models
    /// What Escape goes back to.
    var original: PaneLayout
}

/// Keys of the dialog in which panes are chosen and sized.
enum PanesUpdate {
    static func open(_ state: inout DashboardState) {
        state.isZoomed = false
        state.dialogs.append(.panes(PanesDialog(pane: state.focus, original: state.panes)))
    }

    static func press(_ stroke: KeyStroke, _ dialog: PanesDialog, _ state: inout DashboardState) -> [DashboardEffect] {
        var dialog = dialog
        guard let action = KeyMap.binding(for: stroke, in: .panes)?.action else { return [] }
        switch action {
        case .up, .down:
            let all = PaneID.allCases
            let index = (all.firstIndex(of: dialog.pane) ?? 0) + (action == .up ? -1 : 1)
            dialog.pane = all[min(max(0, index), all.count - 1)]
            state.replaceTop(.panes(dialog))
        case .paneToggle: toggle(dialog.pane, &state)
        case .paneWider: change(\.columns, of: dialog.pane, by: 2, &state)
        case .paneNarrower: change(\.columns, of: dialog.pane, by: -2, &state)
        case .paneHigher: change(\.rows, of: dialog.pane, by: 1, &state)
        case .paneLower: change(\.rows, of: dialog.pane, by: -1, &state)
        case .panesReset: state.panes = PaneLayout()
        case .accept:
            state.dialogs.removeLast()
            guard state.panes != dialog.original else { return [] }
            return [.saveLayout(state.panes)]
        case .cancel:
            state.panes = dialog.original
            state.dialogs.removeLast()
        default: break
        }
        keepFocus(&state)
        return []
    }

    private static func toggle(_ pane: PaneID, _ state: inout DashboardState) {
        if state.panes.hidden.contains(pane.name) {
            state.panes.hidden.remove(pane.name)
        } else if state.panes.shown.count > 1 {
            state.panes.hidden.insert(pane.name)
        } else {
            state.say(.info, "one pane has to stay")
        }
    }

    /// Changes a size where that moves something on this screen, so that no press is lost in what cannot be seen.
    private static func change(
        _ sizes: WritableKeyPath<PaneLayout, [String: Int]>, of pane: PaneID, by amount: Int,
        _ state: inout DashboardState
    ) {
        guard !state.panes.hidden.contains(pane.name) else {
            return state.say(.info, "\(pane.title) is not shown", hint: "Space shows it")
        }
        let before = (layout: state.layout.panes, panes: state.panes)
        let size = (state.panes[keyPath: sizes][pane.name] ?? 0) + amount
        guard abs(size) <= PaneLayout.most else { return }
        state.panes[keyPath: sizes][pane.name] = size == 0 ? nil : size
        guard state.layout.panes == before.layout, state.layout.panes[pane] != nil else { return }
        state.panes = before.panes
        state.say(.info, "there is no room for that", hint: "other panes can be made smaller, or hidden")
    }

    /// A pane that is not shown cannot have the keys.
    static func keepFocus(_ state: inout DashboardState) {
        guard state.panes.hidden.contains(state.focus.name) else { return }
        state.focus = PaneID.allCases.first { !state.panes.hidden.contains($0.name) } ?? .models
    }
}
