import CellScreen
import PromptChainCore

/// Keys in the topmost dialog.
enum DialogUpdate {
    static func press(_ stroke: KeyStroke, _ state: inout DashboardState) -> [DashboardEffect] {
        guard let dialog = state.dialogs.last else { return [] }
        switch dialog {
        case .picker(let picker): return PickerUpdate.press(stroke, picker, &state)
        case .panes(let panes): return PanesUpdate.press(stroke, panes, &state)
        case .input(let input): return press(stroke, input, &state)
        case .confirm(let question): return press(stroke, question, &state)
        case .why(let why): return WhyUpdate.press(stroke, why, &state)
        case .help(var help):
            guard let action = KeyMap.binding(for: stroke, in: .reading)?.action else { return [] }
            if action == .cancel { return close(&state) }
            let page = HelpPage(state, size: state.size)
            help.top = move(help.top, action, count: page.rows, room: page.rect.height - 2)
            state.replaceTop(.help(help))
        case .message(var message):
            guard let action = KeyMap.binding(for: stroke, in: .reading)?.action else { return [] }
            if action == .cancel { return close(&state) }
            message.top = move(
                message.top, action, count: MessageText.rows(of: message, in: state.size).count,
                room: DialogFrame.reading(in: state.size).height - 2)
            state.replaceTop(.message(message))
        }
        return []
    }

    static func paste(_ text: String, _ state: inout DashboardState) -> [DashboardEffect] {
        switch state.dialogs.last {
        case .input(var input):
            input.editor.insert(text)
            state.replaceTop(.input(input))
        case .picker(var picker):
            picker.filter.insert(text)
            state.replaceTop(.picker(picker))
        case nil where state.commandLine != nil: CommandLineUpdate.paste(text, &state)
        case nil: PromptUpdate.paste(text, &state)
        case .help, .confirm, .message, .why, .panes: break
        }
        return []
    }

    private static func close(_ state: inout DashboardState) -> [DashboardEffect] {
        state.dialogs.removeLast()
        return []
    }

    private static func move(_ top: Int, _ action: KeyAction, count: Int, room: Int) -> Int {
        ListMove.index(after: action, from: top, count: max(1, count - room + 1), page: room - 1) ?? 0
    }

    private static func press(
        _ stroke: KeyStroke, _ input: InputDialog, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        switch KeyMap.binding(for: stroke, in: .input)?.action {
        case .cancel: return close(&state)
        case .accept: return finish(input, &state)
        default: break
        }
        if stroke == KeyStroke(.enter), !input.editor.isMultiline { return finish(input, &state) }
        var changed = input
        if changed.editor.handle(stroke) { state.replaceTop(.input(changed)) }
        return []
    }

    private static func finish(_ input: InputDialog, _ state: inout DashboardState) -> [DashboardEffect] {
        switch input.purpose {
        case .runInput(let path):
            guard state.run?.isRunning != true else {
                state.say(.warning, "a chain is running", hint: "\(state.keys.key(of: .stop)) stops it")
                return []
            }
            state.dialogs = []
            state.pending.begin(.startRun(path: path), at: state.uptime)
            state.focus = .output
            return [.startRun(path: path, input: input.editor.text)]
        case .saveText(let choice):
            return PaneTextUpdate.save(choice, to: input.editor.text, replacing: false, &state)
        case .pull(let server):
            let name = ModelName(input.editor.text)
            guard !name.canonical.isEmpty else {
                state.say(.warning, "write the name of a model first")
                return []
            }
            state.dialogs = []
            let operation = DashboardOperation.pull(server: server, model: name)
            guard !state.pending.contains(operation) else {
                state.say(.info, "\(name.short) is already being pulled")
                return []
            }
            state.pending.begin(operation, at: state.uptime)
            return [.pullModel(server: server, model: name)]
        }
    }

    private static func press(
        _ stroke: KeyStroke, _ question: ConfirmDialog, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        // Ctrl-C again, at the question whether to quit, is a yes.
        let isImpatient = question.purpose == .quit && stroke == KeyStroke(.character("c"), modifiers: .control)
        switch isImpatient ? .yes : KeyMap.binding(for: stroke, in: .confirm)?.action {
        case .no: return close(&state)
        case .yes:
            state.dialogs.removeLast()
            return confirmed(question.purpose, &state)
        default: return []
        }
    }

    private static func confirmed(
        _ purpose: ConfirmDialog.Purpose, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        switch purpose {
        case .unloadAll(let server):
            guard !state.pending.contains(.unloadAll(server: server)) else { return [] }
            state.pending.begin(
                .unloadAll(server: server), at: state.uptime,
                before: PendingState.MemoryBefore(state.servers[server]?.snapshot))
            return [.unloadAll(server: server)]
        case .delete(let identity):
            let operation = DashboardOperation.delete(server: identity.server, model: identity.model)
            guard !state.pending.contains(operation) else { return [] }
            state.pending.begin(operation, at: state.uptime)
            return [.deleteModel(server: identity.server, model: identity.model)]
        case .stopRun:
            guard state.run?.isRunning == true, state.run?.isStopping == false else { return [] }
            state.run?.isStopping = true
            return [.stopRun]
        case .resume(let run): return VisitUpdate.resume(run, &state)
        case .replaceFile(let choice, let path):
            return PaneTextUpdate.save(choice, to: path, replacing: true, &state)
        case .quit: return ClosingUpdate.close(stopRun: true, &state)
        }
    }
}

extension DashboardState {
    mutating func replaceTop(_ dialog: Dialog) {
        guard !dialogs.isEmpty else { return }
        dialogs[dialogs.count - 1] = dialog
    }
}
