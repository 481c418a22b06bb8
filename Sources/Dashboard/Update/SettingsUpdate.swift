/// Keys that change how the dashboard itself works.
enum SettingsUpdate {
    private static let intervals = [0.25, 0.5, 1, 2, 5, 10]

    static func perform(_ action: KeyAction, _ state: inout DashboardState) -> [DashboardEffect] {
        switch action {
        case .chooseTheme:
            guard !state.themeNames.isEmpty else {
                state.say(.warning, "no themes to choose from")
                return []
            }
            let picker = PickerDialog(purpose: .theme(original: state.theme.name), selection: state.theme.name)
            state.dialogs.append(.picker(picker))
            return [.listThemes]
        case .toggleMouse:
            state.hasMouse.toggle()
            state.say(
                .info,
                state.hasMouse ? "mouse on: click panes, rows, keys and the verdict, turn the wheel" : "mouse off")
            return [.mouse(state.hasMouse)]
        case .togglePause:
            state.isPaused.toggle()
            state.say(.info, state.isPaused ? "paused: \(state.keys.key(of: .togglePause)) goes on" : "polling again")
            return [.pausePolling(state.isPaused)]
        case .faster:
            return setInterval(intervals.last { $0 < state.interval }, &state)
        case .slower:
            return setInterval(intervals.first { $0 > state.interval }, &state)
        case .redraw: return [.redraw]
        case .suspend: return [.suspend]
        case .dismiss: return dismiss(&state)
        default: break
        }
        return []
    }

    private static func setInterval(_ seconds: Double?, _ state: inout DashboardState) -> [DashboardEffect] {
        guard let seconds else {
            state.say(.info, "the interval stays at \(IntervalText.text(state.interval))")
            return []
        }
        state.interval = seconds
        state.say(.info, "polls every \(IntervalText.text(seconds))")
        return [.setInterval(seconds)]
    }

    /// One thing at a time, the newest first.
    private static func dismiss(_ state: inout DashboardState) -> [DashboardEffect] {
        if state.notices.current(at: state.uptime) != nil {
            state.notices.dismiss()
        } else if state.focus == .models, !state.models.filter.isEmpty {
            state.models.filter = ""
        } else if state.focus == .log, state.log.marked != nil {
            state.log.marked = nil
        } else if state.focus == .output, !state.outputSearch.query.isEmpty {
            state.outputSearch = TextSearch()
        } else if state.focus == .log, !state.log.search.query.isEmpty {
            state.log.search = TextSearch()
            state.log.sought = nil
        } else if state.focus == .log, !state.log.filter.isOpen {
            state.log.use(LogFilter())
        } else if state.sentPrompt != nil, state.focus == .output {
            state.sentPrompt = nil
            state.outputScroll.follow()
        } else if state.shownStep != nil, state.focus == .chain || state.focus == .output {
            state.shownStep = nil
            state.outputScroll.follow()
        } else if state.isZoomed {
            state.isZoomed = false
        } else if state.visit != nil {
            VisitUpdate.leave(&state)
            return [.leaveRun]
        }
        return []
    }
}

/// Writes the interval between two polls.
enum IntervalText {
    static func text(_ seconds: Double) -> String { seconds < 1 ? "\(Int(seconds * 1000)) ms" : "\(Int(seconds)) s" }
}
