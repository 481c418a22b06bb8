import PromptChainCore

/// The command that sets from which level on lines are shown: of all components, or of one.
enum LevelUpdate {
    /// The levels as they are written; `all` is everything that is written anyway.
    static let words = ["all"] + LogLine.Level.allCases.map { $0 == .warning ? "warn" : $0.rawValue }

    static func perform(_ text: String, _ state: inout DashboardState) -> [DashboardEffect] {
        let parts = text.split(separator: " ").map(String.init)
        guard let word = parts.last, parts.count <= 2 else {
            state.say(.warning, "“level” takes a component and a level", hint: "level server warn")
            return []
        }
        guard let level = level(word.lowercased()) else {
            let near = Nearest.match(word.lowercased(), in: words)
            state.say(
                .warning, "there is no level “\(word)”",
                hint: near.map { "did you mean “\($0)”?" } ?? "one of: \(words.joined(separator: ", "))")
            return []
        }
        var filter = state.log.filter
        let component = parts.count == 2 ? parts[0] : nil
        if let component {
            filter.levels[component] = level
            tellUnknown(component, state.log, &state)
        } else {
            filter.least = level
            filter.levels = [:]
        }
        state.log.use(filter)
        // Lines that nobody writes cannot be shown.
        guard word.lowercased() != "all", state.feed?.replay == nil else { return [] }
        return [.setLogLevel(component: component, level)]
    }

    private static func level(_ word: String) -> LogLine.Level? {
        switch word {
        case "all": .trace
        case "warn": .warning
        default: LogLine.Level(rawValue: word)
        }
    }

    private static func tellUnknown(_ component: String, _ log: LogState, _ state: inout DashboardState) {
        guard !log.kept.contains(where: { $0.line.isWritten(by: component) }) else { return }
        let near = Nearest.match(component, in: log.components)
        state.say(
            .info, "no line of “\(component)” has come yet", hint: near.map { "did you mean “\($0)”?" })
    }
}

extension LogState {
    /// Who has written lines that are in memory, as the pane names them.
    var components: [String] { Set(kept.map(\.line.shortComponent)).sorted() }
}
