import CellScreen
import PromptChainCore

/// Keys in a list to choose from.
enum PickerUpdate {
    static func press(
        _ stroke: KeyStroke, _ picker: PickerDialog, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        var picker = picker
        guard let action = KeyMap.binding(for: stroke, in: .picker)?.action else {
            guard picker.filter.handle(stroke) else { return [] }
            picker.selection = nil
            state.replaceTop(.picker(picker))
            return preview(picker, &state)
        }
        let items = PickerItems.items(of: picker, in: state)
        let index = items.firstIndex { $0.id == picker.selection } ?? (items.isEmpty ? nil : 0)
        switch action {
        case .cancel: return cancel(picker, &state)
        case .accept:
            guard let index else { return [] }
            return choose(items[index], in: picker, &state)
        case .up, .down, .pageUp, .pageDown:
            let page = DialogFrame.picker(in: state.size, rows: items.count).height - 6
            guard let next = ListMove.index(after: action, from: index, count: items.count, page: page) else {
                return []
            }
            picker.selection = items[next].id
        case .contextLess, .contextMore:
            guard picker.purpose == .load else { return [] }
            let step = action == .contextMore ? 1 : -1
            picker.contextIndex = min(max(0, picker.contextIndex + step), PickerDialog.contexts.count - 1)
        case .deleteItem:
            guard picker.purpose == .load, let index, case .installed(let identity) = items[index].value else {
                return []
            }
            if state.isReadOnly { return [] }
            OperatorUpdate.askDelete(identity, &state)
            return []
        default: return []
        }
        state.replaceTop(.picker(picker))
        return preview(picker, &state)
    }

    private static func cancel(_ picker: PickerDialog, _ state: inout DashboardState) -> [DashboardEffect] {
        if !picker.filter.isEmpty {
            var cleared = picker
            cleared.filter.clear()
            state.replaceTop(.picker(cleared))
            return preview(cleared, &state)
        }
        state.dialogs.removeLast()
        if case .theme(let original) = picker.purpose, original != state.theme.name { return [.selectTheme(original)] }
        return []
    }

    /// A theme is seen at once, not only when it is chosen.
    static func preview(_ picker: PickerDialog, _ state: inout DashboardState) -> [DashboardEffect] {
        guard case .theme = picker.purpose else { return [] }
        let items = PickerItems.items(of: picker, in: state)
        guard let item = items.first(where: { $0.id == picker.selection }) ?? items.first,
            case .theme(let name) = item.value, name != state.theme.name
        else { return [] }
        return [.selectTheme(name)]
    }

    private static func choose(
        _ item: PickerItem, in picker: PickerDialog, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        switch item.value {
        case .installed(let identity): return load(identity, context: picker.context, &state)
        case .chain(let file):
            if file.isUsable { state.dialogs.removeLast() }
            ChainUpdate.choose(file, &state)
            return []
        case .keepAlive(let seconds):
            state.dialogs.removeLast()
            guard case .keepAlive(let identity) = picker.purpose else { return [] }
            state.pending.begin(.keepAlive(server: identity.server, model: identity.model), at: state.uptime)
            return [.setKeepAlive(server: identity.server, model: identity.model, seconds: seconds)]
        case .theme(let name):
            state.dialogs.removeLast()
            return name == state.theme.name ? [] : [.selectTheme(name)]
        }
    }

    private static func load(
        _ identity: ModelIdentity, context: Int?, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        let operation = DashboardOperation.load(server: identity.server, model: identity.model)
        guard !state.pending.contains(operation) else {
            state.say(.info, "\(identity.model.short) is already loading")
            return []
        }
        // Another context is a reason to load it again.
        if context == nil, state.servers.model(identity) != nil {
            state.say(.info, "\(identity.model.short) is in memory already", hint: "→ chooses another context")
            return []
        }
        state.dialogs = []
        state.pending.begin(operation, at: state.uptime)
        state.models.filter = ""
        state.models.selection = identity
        return [.loadModel(server: identity.server, model: identity.model, context: context)]
    }
}
