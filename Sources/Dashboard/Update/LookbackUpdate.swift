import CellScreen

/// Looking at earlier moments: a cursor in the Residency pane, which all panes follow.
enum LookbackUpdate {
    /// Columns that a large step goes.
    private static let page = 10.0

    /// Moves the cursor, or puts it on the first moment before now.
    static func perform(_ action: KeyAction, _ state: inout DashboardState) {
        guard state.feed?.replay == nil else {
            return state.say(
                .info, "a replay goes through time by its own keys", hint: "\(state.keys.key(of: .help)) shows them")
        }
        let length = state.residencyScale.length
        let time = state.lookback?.time ?? state.clock
        switch action {
        case .cursorBack: go(to: time - length, &state)
        case .cursorOn: go(to: time + length, &state)
        case .cursorFarBack: go(to: time - Self.page * length, &state)
        case .cursorFarOn: go(to: time + Self.page * length, &state)
        case .cursorEnd: leave(&state)
        default: break
        }
    }

    /// An input while an earlier moment is shown. Nothing can be changed from there.
    static func handle(_ message: DashboardMessage, _ state: inout DashboardState) -> [DashboardEffect] {
        if case .key(let stroke) = message, state.dialogs.isEmpty, state.prompt == nil,
            let binding = state.keys.binding(for: stroke, in: state.focus.context)
        {
            switch binding.action {
            case .cursorBack, .cursorOn, .cursorFarBack, .cursorFarOn, .cursorEnd:
                perform(binding.action, &state)
                return []
            case .dismiss:
                leave(&state)
                return []
            case .quit:
                leave(&state)
                return KeyUpdate.press(stroke, &state)
            default: break
            }
            if stroke == KeyStroke(.end) {
                leave(&state)
                return []
            }
            if binding.changes, !state.isReadOnly {
                let moment = ClockText.time(state.lookback?.time ?? 0, utcOffset: state.utcOffset)
                state.say(
                    .warning, "you are looking at \(moment): \(stroke.description) changes nothing there",
                    hint: "\(state.keys.key(of: .cursorEnd)) goes back to now")
                return []
            }
        }
        var view = state.shown
        let effects: [DashboardEffect]
        switch message {
        case .key(let stroke): effects = KeyUpdate.press(stroke, &view)
        case .paste(let text): effects = DialogUpdate.paste(text, &view)
        case .mouse(let event): effects = MouseUpdate.handle(event, &view)
        default: effects = []
        }
        LayoutUpdate.wrap(&view)
        state.carryLook(from: view)
        state.lookback?.past = view
        return effects
    }

    /// The screen has another size: the texts of the moment are broken anew.
    static func resize(_ state: inout DashboardState) {
        guard state.lookback != nil else { return }
        var view = state.shown
        LayoutUpdate.wrap(&view)
        state.lookback?.past = view
    }

    private static func go(to time: Double, _ state: inout DashboardState) {
        let earliest = state.earliestMoment
        guard time < state.clock - 0.05 else { return leave(&state) }
        guard state.lookback != nil || time >= earliest || earliest < state.clock - 0.05 else {
            return state.say(.info, "nothing is known of earlier moments yet")
        }
        let time = max(time, earliest)
        state.lookback = Lookback(state.past(at: time), time: time)
    }

    private static func leave(_ state: inout DashboardState) {
        state.lookback = nil
    }
}

extension DashboardState {
    /// The first moment that the Residency pane shows and of which something is known, in seconds since 1970.
    fileprivate var earliestMoment: Double {
        let readings = servers.names.compactMap { servers.history.readings(of: $0).first?.time }
        let known = min(readings.min() ?? clock, run?.startedAt ?? clock)
        return max(known, residencyScale.start)
    }
}

extension DashboardMessage {
    /// Whether the user did something.
    var isInput: Bool {
        switch self {
        case .key, .paste, .mouse: true
        default: false
        }
    }
}
