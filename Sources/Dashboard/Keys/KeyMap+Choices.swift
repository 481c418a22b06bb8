import CellScreen
import PromptChainCore

extension KeyMap {
    /// The names of the actions whose keys can be chosen.
    static let choosable: [String] = {
        var seen = Set<String>()
        return bindings.filter { $0.context.isChoosable }.map(\.action.name).filter { seen.insert($0).inserted }
    }()

    /// The table with the user's own keys, and all that is wrong with those. What is right beside a fault is used.
    /// - Parameters:
    ///   - choices: what the configuration says, in its order.
    ///   - file: the configuration's path, for faults.
    public static func reading(_ choices: [KeyChoice], file: String) -> (keys: KeyMap, faults: [FileFault]) {
        var reader = KeyChoiceReader(file: file)
        for choice in choices { reader.take(choice) }
        reader.tellOfTheRobbed()
        return (KeyMap(table: reader.table), reader.faults.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
    }

    /// The first key of an action, for texts that name it; what it is called in the `:` line when it has none.
    func key(of action: KeyAction) -> String {
        table.first { $0.action == action && !$0.strokes.isEmpty }?.strokes.first?.description ?? ":\(action.name)"
    }
}

extension KeyContext {
    /// Whether its keys can be chosen: dialogs keep theirs, so that each can be closed.
    var isChoosable: Bool { self == .anywhere || self == .replay || isPane }
}

/// Lays the user's choices over the table, and collects what is wrong.
private struct KeyChoiceReader {
    /// Keys that always leave.
    private static let leaving = ["q", "Ctrl-C"].compactMap { KeyStroke(parsing: $0) }

    let file: String
    var table = KeyMap.bindings
    private(set) var faults: [FileFault] = []
    /// The choices that hold, with their actions.
    private var taken: [(choice: KeyChoice, strokes: [KeyStroke])] = []

    init(file: String) {
        self.file = file
    }

    mutating func take(_ choice: KeyChoice) {
        let name = choice.action.replacing("-", with: "_")
        guard KeyMap.choosable.contains(name) else {
            let near = Nearest.match(name, in: KeyMap.choosable).map { "Did you mean “\($0)”?" }
            fault(
                "no action is called “\(choice.action)”", choice.line, choice.column,
                hint: near ?? "docs/keys.md names every action.")
            return
        }
        let strokes = readable(choice, isQuit: name == KeyAction.quit.name)
        guard strokes.count == choice.keys.count else { return }
        for index in table.indices where table[index].action.name == name && table[index].context.isChoosable {
            table[index].strokes = strokes + (name == KeyAction.quit.name ? Self.leaving : [])
        }
        for earlier in taken {
            let both = strokes.filter { earlier.strokes.contains($0) && meet(name, earlier.choice.action) }
            guard let key = both.first else { continue }
            fault(
                "\(key.description) is chosen for “\(earlier.choice.action)” already, in line \(earlier.choice.line)",
                choice.keysLine, choice.keysColumn, hint: "Give one of them another key.")
        }
        var named = choice
        named.action = name
        taken.append((named, strokes))
        rob(of: strokes, for: name)
    }

    /// Whether two actions can be meant in one place.
    private func meet(_ one: String, _ other: String) -> Bool {
        contexts(of: one).contains { left in
            contexts(of: other).contains { $0 == left || $0 == .anywhere || left == .anywhere }
        }
    }

    private func contexts(of name: String) -> [KeyContext] {
        table.filter { $0.action.name == name && $0.context.isChoosable }.map(\.context)
    }

    private mutating func readable(_ choice: KeyChoice, isQuit: Bool) -> [KeyStroke] {
        if choice.keys.isEmpty, isQuit {
            fault("the way out cannot be without a key", choice.keysLine, choice.keysColumn, hint: "Remove the line.")
            return [KeyStroke("q")]
        }
        return choice.keys.compactMap { text in
            guard let stroke = KeyStroke(parsing: text) else {
                fault(
                    "“\(text)” is no key", choice.keysLine, choice.keysColumn,
                    hint: "Write u, U, Ctrl-L, Alt-x, F5, Enter, Tab, Space, PgDn or Left; several with blanks between."
                )
                return nil
            }
            guard isQuit || !Self.leaving.contains(stroke) else {
                fault(
                    "\(stroke.description) always quits", choice.keysLine, choice.keysColumn,
                    hint: "Choose another key for “\(choice.action)”.")
                return nil
            }
            return stroke
        }
    }

    /// Takes keys away from the actions that have them by default.
    private mutating func rob(of strokes: [KeyStroke], for name: String) {
        let contexts = contexts(of: name)
        for index in table.indices {
            let other = table[index]
            guard other.action.name != name, other.context.isChoosable, other.action != .quit else { continue }
            guard contexts.contains(other.context) || contexts.contains(.anywhere) && other.context.isPane else {
                continue
            }
            if taken.contains(where: { $0.choice.action == other.action.name }) { continue }
            table[index].strokes.removeAll { strokes.contains($0) }
        }
    }

    /// Says which actions lost their last key to a choice.
    mutating func tellOfTheRobbed() {
        var told = Set<String>()
        for (index, binding) in KeyMap.bindings.enumerated() where binding.context.isChoosable {
            let name = binding.action.name
            guard binding.action != .quit, !taken.contains(where: { $0.choice.action == name }) else { continue }
            let thieves = taken.filter { entry in
                entry.strokes.contains(where: binding.strokes.contains) && meet(entry.choice.action, name)
            }
            let lost = Set(thieves.flatMap(\.strokes))
            guard let thief = thieves.first, lost.isSuperset(of: binding.strokes) else { continue }
            // An action of several panes is told of once.
            guard told.insert(name).inserted else { continue }
            let place = table[index].strokes.isEmpty ? "any more" : "there"
            fault(
                "“\(thief.choice.action)” takes \(binding.keys) from “\(name)”, which has no key \(place)",
                thief.choice.keysLine, thief.choice.keysColumn, .warning,
                hint: "Give “\(name)” a key of its own, or none: “\(name): none”.")
        }
    }

    private mutating func fault(
        _ message: String, _ line: Int, _ column: Int, _ severity: FileFault.Severity = .error, hint: String?
    ) {
        faults.append(
            FileFault(file: file, line: line, column: column, severity: severity, message: message, hint: hint))
    }
}
