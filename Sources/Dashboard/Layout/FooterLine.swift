import CellScreen

/// The keys in the lower border and their places, for who draws them and for the mouse.
struct FooterLine {
    /// A key and the columns that it takes.
    struct Item {
        var binding: KeyBinding
        var x: Int
        var columns: Int
    }

    private(set) var items: [Item] = []
    /// Where the line begins and ends, with a blank at both ends.
    private(set) var x: Int
    private(set) var columns: Int

    init(_ state: DashboardState, in rect: Rect) {
        let isRunning = state.run?.isRunning == true
        // A key that cannot work on the server is not shown.
        let abilities = state.targetServer?.description.abilities ?? (state.feed == nil ? .all : [])
        let bindings = state.keys.footer(
            in: state.focus.context, of: state.focus, isReadOnly: state.isReadOnly || state.viewed != nil,
            isRunning: isRunning,
            feed: state.feed
        )
        .filter { abilities.isSuperset(of: $0.needs) }
        // Help is always there, at the end, and the others fill what is left in order of use.
        let help = bindings.first { $0.action == .help }
        var room = rect.width - 4 - (help.map(Self.columns) ?? 0) - 2
        x = rect.x + 1
        var place = x + 1
        for binding in bindings where binding.action != .help {
            let columns = Self.columns(of: binding)
            guard columns + 2 <= room else { continue }
            items.append(Item(binding: binding, x: place, columns: columns))
            place += columns + 2
            room -= columns + 2
        }
        if let help {
            items.append(Item(binding: help, x: place, columns: Self.columns(of: help)))
            place += Self.columns(of: help)
        }
        columns = min(place + 1, rect.maxX - 1) - x
    }

    private static func columns(of binding: KeyBinding) -> Int {
        DisplayWidth.columns(of: binding.shownKey) + 1 + DisplayWidth.columns(of: binding.label ?? "")
    }
}

extension KeyBinding {
    /// The key that the footer shows.
    var shownKey: String { strokes.first?.description ?? "" }
}
