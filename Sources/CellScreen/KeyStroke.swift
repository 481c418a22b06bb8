/// A key, without its modifiers.
public enum Key: Hashable, Sendable {
    /// A key that types a character.
    case character(Character)
    /// Enter or Return.
    case enter
    /// The tabulator key.
    case tab
    /// Backspace.
    case backspace
    /// Escape.
    case escape
    /// Delete, Insert, the arrows and the other keys that move.
    case delete, insert, up, down, left, right, home, end, pageUp, pageDown
    /// A function key, counted from 1.
    case function(Int)
}

/// Keys that change the meaning of another one.
public struct KeyModifiers: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// Modifiers from bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Control.
    public static let control = KeyModifiers(rawValue: 1)
    /// Alt or Meta.
    public static let alt = KeyModifiers(rawValue: 2)
    /// Shift, only where the terminal reports it beside a key that types nothing.
    public static let shift = KeyModifiers(rawValue: 4)
}

/// One press of a key, as a terminal reports it.
public struct KeyStroke: Hashable, Sendable {
    /// The key.
    public var key: Key
    /// What was held down with it.
    public var modifiers: KeyModifiers

    /// A press of a key.
    public init(_ key: Key, modifiers: KeyModifiers = []) {
        self.key = key
        self.modifiers = modifiers
    }

    /// A press of a key that types a character.
    public init(_ character: Character) {
        self.init(.character(character))
    }

    private static let names: [(name: String, key: Key)] = [
        ("Enter", .enter), ("Tab", .tab), ("Backspace", .backspace), ("Esc", .escape), ("Del", .delete),
        ("Ins", .insert), ("Up", .up), ("Down", .down), ("Left", .left), ("Right", .right), ("Home", .home),
        ("End", .end), ("PgUp", .pageUp), ("PgDn", .pageDown), ("Space", .character(" ")),
    ]

    /// The key as people write it: `u`, `Ctrl-L`, `PgDn`, `F5`, `Alt-x`.
    public var description: String {
        var text = ""
        if modifiers.contains(.control) { text += "Ctrl-" }
        if modifiers.contains(.alt) { text += "Alt-" }
        if modifiers.contains(.shift) { text += "Shift-" }
        if let named = Self.names.first(where: { $0.key == key }) { return text + named.name }
        switch key {
        case .function(let number): return text + "F\(number)"
        case .character(let character):
            return text + (modifiers.contains(.control) ? String(character).uppercased() : String(character))
        default: return text
        }
    }

    /// Reads a key as people write it, without regard to case in names and modifiers; `nil` when it is none.
    public init?(parsing text: String) {
        var rest = Substring(text)
        var modifiers: KeyModifiers = []
        let prefixes: [(String, KeyModifiers)] = [("ctrl-", .control), ("alt-", .alt), ("shift-", .shift)]
        while let (prefix, modifier) = prefixes.first(where: {
            rest.lowercased().hasPrefix($0.0) && rest.count > $0.0.count
        }) {
            modifiers.insert(modifier)
            rest = rest.dropFirst(prefix.count)
        }
        if let named = Self.names.first(where: { $0.name.lowercased() == rest.lowercased() }) {
            self.init(named.key, modifiers: modifiers)
        } else if rest.count == 1, let character = rest.first {
            let key: Character = modifiers.contains(.control) ? Character(rest.lowercased()) : character
            self.init(.character(key), modifiers: modifiers)
        } else if rest.first == "F" || rest.first == "f", let number = Int(rest.dropFirst()), (1...63).contains(number)
        {
            self.init(.function(number), modifiers: modifiers)
        } else {
            return nil
        }
    }
}
