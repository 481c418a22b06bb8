import PromptChainCore

/// Commands that take a word behind them; every action of the keys is a command as well.
enum CommandVerb: String, CaseIterable, Sendable {
    case theme, interval, level, load, unload, run, focus

    /// What stands behind it.
    var argument: String {
        switch self {
        case .theme: "NAME"
        case .interval: "TIME"
        case .level: "[COMPONENT] LEVEL"
        case .load, .unload: "MODEL"
        case .run: "FILE"
        case .focus: "PANE"
        }
    }

    /// Whether it changes something on a server, or starts a chain.
    var changes: Bool { self == .load || self == .unload || self == .run }

    /// What can stand behind it, as far as that is known.
    func choices(in state: DashboardState) -> [String] {
        switch self {
        case .theme: state.themeNames
        case .interval: ["250ms", "500ms", "1s", "2s", "5s", "10s"]
        case .level:
            LevelUpdate.words + state.log.components.flatMap { name in LevelUpdate.words.map { "\(name) \($0)" } }
        case .load: Self.unique(state.installedModels.map(\.model.short))
        case .unload: Self.unique(state.allModelRows.map(\.identity.model.short))
        case .run: (state.chainFiles ?? []).map(\.path)
        case .focus: PaneID.allCases.map { "\($0)" }
        }
    }

    private static func unique(_ words: [String]) -> [String] {
        var seen = Set<String>()
        return words.filter { seen.insert($0).inserted }
    }
}

/// What a line says: a verb with its word, or an action.
enum CommandLineText: Equatable, Sendable {
    case verb(CommandVerb, String)
    case action(String)
    case unknown(String)
    case empty

    init(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 1).map { $0.trimmingBlanks }
        guard let first = words.first else {
            self = .empty
            return
        }
        let rest = words.count > 1 ? words[1] : ""
        let name = text.trimmingBlanks.lowercased()
        if let action = Self.actions.first(where: { $0.words == name || $0.name == name }) {
            self = .action(action.name)
        } else if let verb = CommandVerb(rawValue: first.lowercased()) {
            self = .verb(verb, rest)
        } else {
            self = .unknown(first)
        }
    }

    /// Every action by its name and as one writes it: `unload_all` and `unload all`.
    static let actions = KeyMap.choosable.map { name in
        (name: name, words: name.replacing("_", with: " ").replacing(".", with: " "))
    }

    /// Whole lines that a text may be on its way to become.
    static func suggestions(for text: String, in state: DashboardState) -> [String] {
        let start = text.lowercased()
        guard let blank = text.firstIndex(of: " "), let verb = CommandVerb(rawValue: String(start[..<blank])) else {
            let verbs = CommandVerb.allCases.map(\.rawValue)
            let all = verbs + actions.map(\.words).filter { !verbs.contains($0) && $0 != "command" }
            return all.filter { $0.hasPrefix(start) && !state.refuses($0) }
        }
        let wanted = String(start[text.index(after: blank)...])
        let choices = state.refuses(verb.rawValue) ? [] : verb.choices(in: state)
        let first = choices.filter { $0.lowercased().hasPrefix(wanted) }
        let inside = choices.filter { !$0.lowercased().hasPrefix(wanted) && $0.lowercased().contains(wanted) }
        let more = actions.map(\.words).filter {
            $0.hasPrefix(start) && !choices.contains(String($0.dropFirst(verb.rawValue.count + 1)))
        }
        return (first + inside).map { "\(verb.rawValue) \($0)" } + more.filter { !state.refuses($0) }
    }
}

extension StringProtocol {
    /// The text without blanks around it.
    fileprivate var trimmingBlanks: String {
        var rest = self[...]
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}

extension DashboardState {
    /// What servers have on disk, as far as they have told it.
    var installedModels: [ModelIdentity] {
        servers.all.flatMap { server -> [ModelIdentity] in
            guard case .known(let models) = installed[server.name] else { return [] }
            return models.map { ModelIdentity(server: server.name, model: $0.name) }
        }
    }

    /// Whether a command is left out because nothing may be changed.
    fileprivate func refuses(_ words: String) -> Bool {
        guard isReadOnly else { return false }
        if let verb = CommandVerb(rawValue: words) { return verb.changes }
        let name = CommandLineText.actions.first { $0.words == words }?.name
        return keys.table.contains { $0.action.name == name && $0.changes }
    }
}
