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
            let page =
                DialogFrame.picker(in: state.size, rows: items.count, notes: picker.noteRows).height - 6
                - picker.noteRows
            guard let next = ListMove.index(after: action, from: index, count: items.count, page: page) else {
                return []
            }
            picker.selection = items[next].id
        case .contextLess, .contextMore:
            guard picker.purpose == .load else { return [] }
            let step = action == .contextMore ? 1 : -1
            let first = canFit(picker, items, state) ? -1 : 0
            picker.contextIndex = min(max(first, picker.contextIndex + step), PickerDialog.contexts.count - 1)
        case .keepMore, .keepLess:
            guard picker.purpose == .load else { return [] }
            let count = PickerDialog.keepAlives.count
            picker.keepIndex = (picker.keepIndex + (action == .keepMore ? 1 : count - 1)) % count
        case .resumeItem:
            guard picker.purpose == .history, let index, case .recorded(let run) = items[index].value else { return [] }
            VisitUpdate.askResume(run, &state)
            return []
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
        if picker.purpose == .load { return askAboutSelected(picker, &state) }
        guard case .theme = picker.purpose else { return [] }
        let items = PickerItems.items(of: picker, in: state)
        guard let item = items.first(where: { $0.id == picker.selection }) ?? items.first,
            case .theme(let name) = item.value, name != state.theme.name
        else { return [] }
        return [.selectTheme(name)]
    }

    /// What the highlighted model takes is asked for as soon as it is highlighted.
    static func askAboutSelected(_ picker: PickerDialog, _ state: inout DashboardState) -> [DashboardEffect] {
        guard let identity = PickerItems.model(in: picker, state) else { return [] }
        return OutlookUpdate.ask(about: identity, &state).map { [$0] } ?? []
    }

    private static func canFit(_ picker: PickerDialog, _ items: [PickerItem], _ state: DashboardState) -> Bool {
        guard let identity = PickerItems.model(in: picker, state),
            let plan = LoadPlan(identity, context: nil, in: state)
        else { return false }
        return plan.largestBeside != nil || plan.largestAlone != nil
    }

    private static func choose(
        _ item: PickerItem, in picker: PickerDialog, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        switch item.value {
        case .installed(let identity): return load(identity, picker, &state)
        case .chain(let file):
            if file.isUsable { state.dialogs.removeLast() }
            ChainUpdate.choose(file, &state)
            return []
        case .recorded(let run): return VisitUpdate.choose(run, &state)
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
        _ identity: ModelIdentity, _ picker: PickerDialog, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        let context = picker.context(for: identity, in: state)
        let operation = DashboardOperation.load(server: identity.server, model: identity.model)
        guard !state.pending.contains(operation) else {
            state.say(.info, "\(identity.model.short) is already loading")
            return []
        }
        // Another context is a reason to load it again.
        if context == nil, picker.keepAlive == .asServer, state.servers.model(identity) != nil {
            state.say(.info, "\(identity.model.short) is in memory already", hint: "→ chooses another context")
            return []
        }
        state.dialogs = []
        state.pending.begin(operation, at: state.uptime)
        state.models.filter = ""
        state.models.selection = identity
        return [
            .loadModel(server: identity.server, model: identity.model, context: context, keepAlive: picker.keepAlive)
        ]
    }
}
