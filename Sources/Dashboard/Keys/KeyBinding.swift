import CellScreen

/// One line of the key table: what dispatch, footer, help and the manual are made from.
struct KeyBinding: Equatable, Sendable {
    var strokes: [KeyStroke] {
        didSet { name(strokes) }
    }
    /// Its keys as people write them.
    private(set) var keys = ""
    /// The key that the footer shows.
    private(set) var shownKey = ""
    var context: KeyContext
    var action: KeyAction
    /// What it does, in one line.
    var help: String
    /// What the footer calls it; `nil` keeps it out of there.
    var label: String?
    /// How soon the footer shows it; low comes first.
    var rank: Int
    /// The only pane of its context in which it works.
    var pane: PaneID?
    /// What the server must be able to do.
    var needs: ServerAbilities
    /// Whether it changes something on a server, or starts or ends a chain: `--read-only` leaves it out.
    var changes: Bool

    init(
        _ keys: String, _ context: KeyContext, _ action: KeyAction, _ help: String, label: String? = nil,
        rank: Int = 50, in pane: PaneID? = nil, needs: ServerAbilities = [], changes: Bool = false
    ) {
        strokes = keys.split(separator: " ").compactMap { KeyStroke(parsing: String($0)) }
        self.context = context
        self.action = action
        self.help = help
        self.label = label
        self.rank = rank
        self.pane = pane
        self.needs = needs
        self.changes = changes
        name(strokes)
    }

    // Once, and not for every picture.
    private mutating func name(_ strokes: [KeyStroke]) {
        let names = strokes.map(\.description)
        keys = names.joined(separator: " ")
        shownKey = names.first ?? ""
    }
}
