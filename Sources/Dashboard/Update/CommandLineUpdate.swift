import CellScreen
import PromptChainCore

/// The line behind `:`: written, completed, carried out.
enum CommandLineUpdate {
    static func open(_ state: inout DashboardState) { state.commandLine = CommandLineState() }

    static func press(_ stroke: KeyStroke, _ state: inout DashboardState) -> [DashboardEffect] {
        guard var line = state.commandLine else { return [] }
        switch KeyMap.binding(for: stroke, in: .command)?.action {
        case .accept:
            state.commandLine = nil
            return perform(line.editor.text, &state)
        case .cancel:
            state.commandLine = nil
            return []
        case .completeNext, .completePrevious:
            let suggestions = CommandLineText.suggestions(for: line.stem, in: state)
            let isNext = KeyMap.binding(for: stroke, in: .command)?.action == .completeNext
            line.step(isNext ? 1 : -1, through: suggestions)
            state.commandLine = line
            return asked(by: line.editor.text, &state)
        default:
            // With nothing left to take away, the line goes.
            if stroke.key == .backspace, line.editor.isEmpty {
                state.commandLine = nil
                return []
            }
            guard line.editor.handle(stroke) else { return [] }
            line.written = nil
            line.chosen = nil
            state.commandLine = line
            return asked(by: line.editor.text, &state)
        }
    }

    static func paste(_ text: String, _ state: inout DashboardState) {
        guard var line = state.commandLine else { return }
        line.editor.insert(text)
        line.written = nil
        line.chosen = nil
        state.commandLine = line
    }

    /// What has to be known to complete a line.
    private static func asked(by text: String, _ state: inout DashboardState) -> [DashboardEffect] {
        switch CommandLineText(text) {
        case .verb(.run, _) where state.chainFiles == nil, .action("run") where state.chainFiles == nil:
            return [.listChainFiles]
        case .verb(.load, _), .action("load"):
            let servers = state.servers.all.filter { server in
                server.state == .ready && server.description.abilities.contains([.load, .listInstalled])
                    && state.installed[server.name] == nil
            }
            for server in servers { state.installed[server.name] = .asked }
            return servers.map { .listInstalled(server: $0.name) }
        default: return []
        }
    }

    static func perform(_ text: String, _ state: inout DashboardState) -> [DashboardEffect] {
        switch CommandLineText(text) {
        case .empty: return []
        case .action(let name): return perform(action: name, &state)
        case .unknown(let word):
            let known = CommandVerb.allCases.map(\.rawValue) + CommandLineText.actions.map(\.words)
            let near = Nearest.match(text, in: known) ?? Nearest.match(word, in: known)
            state.say(
                .warning, "there is no command “\(word)”",
                hint: near.map { "did you mean “\($0)”?" }
                    ?? "Tab behind \(state.keys.key(of: .command)) shows every command")
            return []
        case .verb(let verb, let word):
            if verb.changes, state.isReadOnly {
                state.say(.warning, "read-only: “\(verb.rawValue)” is switched off")
                return []
            }
            guard !word.isEmpty else {
                state.say(
                    .warning, "“\(verb.rawValue)” needs a word behind it", hint: "\(verb.rawValue) \(verb.argument)")
                return []
            }
            return perform(verb, word, &state)
        }
    }

    /// An action by its name, in the pane where it means something.
    private static func perform(action name: String, _ state: inout DashboardState) -> [DashboardEffect] {
        let isReplay = state.feed?.replay != nil
        let bindings = state.keys.table.filter {
            $0.action.name == name && $0.context.isChoosable && ($0.context != .replay || isReplay)
        }
        let focus = state.focus.context
        guard
            let binding = bindings.first(where: { $0.context == focus || !$0.context.isPane }) ?? bindings.first
        else {
            state.say(.info, "that works in a replay only", hint: "promptchain replay RUN")
            return []
        }
        if binding.context.isPane, binding.context != focus,
            let pane = PaneID.allCases.first(where: { $0.context == binding.context })
        {
            FocusUpdate.go(to: pane, &state)
            guard state.focus == pane else { return [] }
        }
        return KeyUpdate.perform(binding, pressing: name, &state)
    }

    private static func perform(
        _ verb: CommandVerb, _ word: String, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        switch verb {
        case .theme: return theme(word, &state)
        case .interval: return interval(word, &state)
        case .level: return LevelUpdate.perform(word, &state)
        case .load: return load(word, &state)
        case .unload: return unload(word, &state)
        case .run: return run(word, &state)
        case .focus: return perform(action: "focus." + word.lowercased(), orSay: word, &state)
        }
    }

    private static func perform(
        action name: String, orSay word: String, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        if let pane = Int(word).flatMap(PaneID.init(rawValue:)) {
            FocusUpdate.go(to: pane, &state)
            return []
        }
        let panes = PaneID.allCases.map { "\($0)" }
        guard CommandLineText.actions.contains(where: { $0.name == name }) else {
            state.say(.warning, "there is no pane “\(word)”", hint: nearest(word, panes))
            return []
        }
        return perform(action: name, &state)
    }

    private static func nearest(_ word: String, _ known: [String]) -> String {
        Nearest.match(word, in: known).map { "did you mean “\($0)”?" } ?? "one of: \(known.joined(separator: ", "))"
    }

    private static func theme(_ word: String, _ state: inout DashboardState) -> [DashboardEffect] {
        // One that was written a moment ago is not in the list yet: whoever reads it says so where there is none.
        if !state.themeNames.contains(word), let near = Nearest.match(word, in: state.themeNames) {
            state.say(.warning, "there is no theme “\(word)”", hint: "did you mean “\(near)”?")
            return []
        }
        return [.selectTheme(word)]
    }

    private static func interval(_ word: String, _ state: inout DashboardState) -> [DashboardEffect] {
        guard let seconds = Seconds.parse(word), (0.1...3600).contains(seconds) else {
            state.say(.warning, "“\(word)” is no time from 100ms to 1h", hint: "write it as 500ms, 2s or 1m")
            return []
        }
        state.interval = seconds
        state.say(.info, "polls every \(IntervalText.text(seconds))")
        return [.setInterval(seconds)]
    }

    private static func load(_ word: String, _ state: inout DashboardState) -> [DashboardEffect] {
        let name = ModelName(word)
        let known = state.installedModels
        let target =
            known.first { $0.model == name && $0.server == state.targetServer?.name }
            ?? known.first { $0.model == name }
        guard let server = target.flatMap({ state.servers[$0.server] }) ?? state.targetServer,
            server.state == .ready, server.description.abilities.contains(.load), !server.isTold
        else {
            state.say(.warning, "no server is ready to load a model", hint: "wait until it answers")
            return []
        }
        if target == nil, case .known = state.installed[server.name] {
            let names = known.map(\.model.short)
            state.say(
                .warning, "\(server.name) has no model “\(word)”",
                hint: Nearest.match(word, in: names).map { "did you mean “\($0)”?" }
                    ?? "\(state.keys.key(of: .pull)) pulls one")
            return []
        }
        let identity = ModelIdentity(server: server.name, model: name)
        let operation = DashboardOperation.load(server: server.name, model: name)
        guard !state.pending.contains(operation), state.servers.model(identity) == nil else {
            state.say(.info, "\(name.short) is in memory or on its way already")
            return []
        }
        state.pending.begin(operation, at: state.uptime)
        state.models.filter = ""
        state.models.selection = identity
        return [.loadModel(server: server.name, model: name, context: nil)]
    }

    private static func unload(_ word: String, _ state: inout DashboardState) -> [DashboardEffect] {
        let rows = state.allModelRows
        let name = ModelName(word)
        let found = rows.filter { $0.identity.model == name }
        guard let row = found.first(where: { $0.identity == state.models.selection }) ?? found.first else {
            let names = rows.map(\.identity.model.short)
            state.say(
                .warning, "no model “\(word)” is in memory",
                hint: names.isEmpty ? nil : nearest(word, names))
            return []
        }
        if found.count > 1, row.identity != state.models.selection {
            let servers = found.map(\.identity.server).joined(separator: ", ")
            state.say(.warning, "\(name.short) is in memory on \(servers)", hint: "select one of them, then unload")
            return []
        }
        state.focus = .models
        state.models.filter = ""
        state.models.selection = row.identity
        return perform(action: KeyAction.unload.name, &state)
    }

    private static func run(_ word: String, _ state: inout DashboardState) -> [DashboardEffect] {
        if let reason = state.reasonAgainstRunning {
            state.say(.info, reason.text, hint: reason.hint)
            return []
        }
        guard state.run?.isRunning != true else {
            state.say(.warning, "a chain is running", hint: "\(state.keys.key(of: .stop)) stops it")
            return []
        }
        let files = state.chainFiles ?? []
        let file =
            files.first { $0.path == word || $0.name == word }
            ?? files.first { $0.path.hasSuffix("/" + word) || $0.path.hasSuffix(":" + word) }
        guard let file else {
            let names = files.map(\.path)
            state.say(
                .warning,
                state.chainFiles == nil
                    ? "chain files are still being looked for" : "there is no chain file “\(word)” here",
                hint: state.chainFiles == nil
                    ? "try again in a moment" : Nearest.match(word, in: names).map { "did you mean “\($0)”?" })
            return state.chainFiles == nil ? [.listChainFiles] : []
        }
        ChainUpdate.choose(file, &state)
        return []
    }
}
