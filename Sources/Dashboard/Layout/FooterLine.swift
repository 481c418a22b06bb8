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
        .map { $0.labelled(for: state.feed?.replay) }
        // Help and the way out are always there, at the end, and the others fill what is left in order of use.
        let always = [KeyAction.help, .quit].compactMap { action in bindings.first { $0.action == action } }
        var room = rect.width - 4 - always.reduce(0) { $0 + Self.columns(of: $1) + 2 }
        var shown: [KeyBinding] = []
        for binding in bindings where !always.contains(binding) {
            guard Self.columns(of: binding) + 2 <= room else { continue }
            shown.append(binding)
            room -= Self.columns(of: binding) + 2
        }
        x = rect.x + 1
        var place = x + 1
        for binding in shown + always where place + Self.columns(of: binding) < rect.maxX - 1 {
            let columns = Self.columns(of: binding)
            items.append(Item(binding: binding, x: place, columns: columns))
            place += columns + 2
        }
        columns = max(0, min(place - 1, rect.maxX - 1) - x)
    }

    private static func columns(of binding: KeyBinding) -> Int {
        DisplayWidth.columns(of: binding.shownKey) + 1 + DisplayWidth.columns(of: binding.label ?? "")
    }
}

extension KeyBinding {
    /// The key that pauses a replay says what it does now.
    fileprivate func labelled(for replay: ReplayState?) -> KeyBinding {
        guard action == .replayPause, let replay, replay.isPaused || replay.isAtEnd else { return self }
        var binding = self
        binding.label = replay.isAtEnd ? "again" : "go on"
        return binding
    }
}
