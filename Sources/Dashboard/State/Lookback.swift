/// A look at an earlier moment. The dashboard as it was then is made once, when the cursor moves; meanwhile everything
/// that happens goes on being noted in the live state.
struct Lookback: Equatable, Sendable {
    /// The moment, in seconds since 1970.
    var time: Double
    /// A state cannot hold one of its kind but in a list.
    private var held: [DashboardState]

    init(_ past: DashboardState, time: Double) {
        self.time = time
        held = [past]
    }

    var past: DashboardState? {
        get { held.first }
        set { held = newValue.map { [$0] } ?? [] }
    }
}

/// Says of a state that it shows an earlier moment.
struct ViewedMoment: Equatable, Sendable {
    /// In seconds since 1970.
    var time: Double
    /// How long ago that is, in seconds.
    var ago: Double
}

extension DashboardState {
    /// What the panes show: now, or the moment at which the cursor stands.
    var shown: DashboardState {
        guard let lookback, var past = lookback.past else { return self }
        past.carryLook(from: self)
        past.viewed = ViewedMoment(time: lookback.time, ago: max(0, clock - lookback.time))
        return past
    }

    /// Takes over what belongs to the screen and not to a moment.
    mutating func carryLook(from other: DashboardState) {
        size = other.size
        uptime = other.uptime
        focus = other.focus
        isZoomed = other.isZoomed
        panes = other.panes
        dialogs = other.dialogs
        prompt = other.prompt
        notices = other.notices
        models.filter = other.models.filter
        models.order = other.models.order
        residency = other.residency
        hasMouse = other.hasMouse
        isPaused = other.isPaused
        interval = other.interval
        themeNames = other.themeNames
        if shownTheme != other.shownTheme { use(other.theme) }
    }

    /// The dashboard as it was at a time, in seconds since 1970, as far as that is known.
    func past(at time: Double) -> DashboardState {
        var past = self
        past.lookback = nil
        past.viewed = ViewedMoment(time: time, ago: max(0, clock - time))
        past.clock = time
        past.servers = servers.past(at: time)
        past.run = run?.past(at: time)
        past.pending = PendingState()
        past.log = log.past(at: time)
        past.shownStep = nil
        past.outputScroll = ScrollState()
        past.outputSearch = TextSearch()
        past.verdicts = VerdictBoard()
        // Whatever held then is said at once.
        past.verdicts.look(VerdictRules.findings(in: VerdictFacts(past)), rules: [], at: time)
        ModelTableUpdate.keepSelection(&past)
        LayoutUpdate.wrap(&past)
        return past
    }
}

extension LogState {
    /// Lines that are shown of an earlier moment at most.
    private static let pastLines = 1000

    /// The newest lines that there were at a time, in seconds since 1970.
    func past(at time: Double) -> LogState {
        var past = LogState()
        let lines = kept.suffix(20 * Self.pastLines).filter {
            $0.line.time.timeIntervalSince1970 <= time && filter.shows($0.line)
        }
        for entry in lines.suffix(Self.pastLines) { past.add(entry.line) }
        return past
    }
}
