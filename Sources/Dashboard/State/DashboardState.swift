import CellScreen
import PromptChainCore

/// All that there is to know about the dashboard. It belongs to the event loop; nobody else sees it.
public struct DashboardState: Equatable, Sendable {
    /// The screen's extent.
    var size: Size
    /// The newest time, monotonic, in seconds.
    var uptime: Double
    /// The newest time, in seconds since 1970.
    var clock: Double
    /// What local time is ahead of UTC, in seconds.
    var utcOffset: Int

    var servers: ServersState
    var models = ModelTableState()
    var installed: [String: InstalledState] = [:]
    var pending = PendingState()
    var outlooks = OutlooksState()
    var chainFiles: [ChainFileSummary]?
    var recordedRuns: RecordedRunsState?
    /// The recorded run that was opened from the list, and what to go back to.
    var visit: Visit?
    var run: LiveRun?
    /// Where events come from, when somebody else runs the chain.
    var feed: FeedState?
    var chainTitle: String?
    /// The step whose text is shown; `nil` follows the run.
    var shownStep: Int?
    var outputScroll = ScrollState()
    var outputSearch = TextSearch()
    var residency = ResidencyState()
    /// The earlier moment that is looked at.
    var lookback: Lookback?
    /// The moment that this state shows, when it is not the present one.
    var viewed: ViewedMoment?
    /// What the shown step was asked, while that is shown in place of its text.
    var sentPrompt: SentPrompt?
    var log: LogState
    var notices = NoticesState()
    /// What the rules have found, how long loads take, and what was asked for here.
    var verdicts = VerdictBoard()
    var observedLoads = ObservedLoads()
    var serverNotes = ServerNotes()
    var ownActs = OwnActs()
    var dialogs: [Dialog] = []
    /// The line in which a filter or a search is being written.
    var prompt: LinePrompt?
    /// The line behind `:`, while it is written.
    var commandLine: CommandLineState?
    /// Who looks elsewhere is told by these rules, and what was told.
    let alertRules: AlertRules
    var alerts = AlertState()
    /// When the dashboard began, in uptime.
    let startedAt: Double

    var focus = PaneID.models
    var isZoomed = false
    /// Which panes are shown, and how large.
    var panes: PaneLayout
    /// Whether another program can have the terminal for a while.
    let hasTerminal: Bool
    /// The file that a pager shows.
    var paged: String?
    /// Where files are saved when nobody says where: empty for the current folder.
    let saveFolder: String
    var isReadOnly: Bool
    /// Whether a run goes on when the terminal goes away.
    var outlivesTerminal: Bool
    var isPaused = false
    var hasMouse = false
    var interval: Double
    var themeNames: [String]
    var closing = Closing.open

    /// The theme as it was loaded, and as the screen can show it.
    private(set) var theme: Theme
    private(set) var shownTheme: Theme
    let colorDepth: ColorDepth
    let isASCII: Bool
    /// What the keys mean.
    let keys: KeyMap

    /// How far the dashboard is from its end.
    enum Closing: Equatable, Sendable {
        case open, cleaningUp, finished
    }

    /// The dashboard as it is before anything was heard.
    /// - Parameters:
    ///   - servers: the servers that are watched, in the order in which they are shown.
    ///   - theme: how it looks.
    ///   - themeNames: the names of the themes that can be chosen.
    ///   - isReadOnly: leaves out every key that changes something on a server or starts a chain.
    ///   - colorDepth: the colours that the screen can show.
    ///   - isASCII: draws with letters and signs that every font has.
    ///   - chainTitle: the chain that is about to start, if any.
    ///   - interval: seconds between two polls.
    ///   - panes: which panes are shown, and how large.
    ///   - feed: where events come from, when somebody else runs the chain.
    ///   - outlivesTerminal: lets a run go on when the terminal goes away.
    ///   - keys: what the keys mean.
    ///   - alertRules: how somebody who looks elsewhere is told.
    ///   - hasTerminal: whether another program can have the terminal for a while.
    ///   - saveFolder: where files are saved when nobody says where; empty for the current folder.
    ///   - utcOffset: what local time is ahead of UTC, in seconds.
    ///   - size: the screen's extent.
    ///   - uptime: monotonic seconds.
    ///   - clock: seconds since 1970.
    public init(
        servers: [ServerDescription], theme: Theme = .terminal, themeNames: [String] = [], isReadOnly: Bool = false,
        colorDepth: ColorDepth = .trueColor, isASCII: Bool = false, chainTitle: String? = nil, interval: Double = 1,
        panes: PaneLayout = PaneLayout(), feed: FeedDescription? = nil, outlivesTerminal: Bool = false,
        keys: KeyMap = .standard, alertRules: AlertRules = .silent, hasTerminal: Bool = true, saveFolder: String = "",
        utcOffset: Int = 0, size: Size = Size(width: 80, height: 24), uptime: Double = 0, clock: Double = 0
    ) {
        self.servers = ServersState(servers)
        self.theme = theme
        self.shownTheme = theme.adapted(to: colorDepth)
        self.themeNames = themeNames
        self.isReadOnly = isReadOnly
        self.colorDepth = colorDepth
        self.isASCII = isASCII
        self.keys = keys
        self.alertRules = alertRules
        self.hasTerminal = hasTerminal
        self.saveFolder = saveFolder
        startedAt = uptime
        self.chainTitle = chainTitle
        self.interval = interval
        self.panes = panes
        self.feed = feed.map { FeedState($0) }
        // What a replay logs is made anew from its events.
        log = LogState(keepsOlder: self.feed?.replay == nil)
        self.outlivesTerminal = outlivesTerminal
        self.utcOffset = utcOffset
        self.size = size
        self.uptime = uptime
        self.clock = clock
        PanesUpdate.keepFocus(&self)
    }

    /// The signal that ended the dashboard, if one did.
    public internal(set) var exitSignal: Int32?

    /// Whether the terminal went away and the run is to go on without it.
    public internal(set) var isLeftRunning = false

    mutating func use(_ theme: Theme) {
        self.theme = theme
        shownTheme = theme.adapted(to: colorDepth)
    }
}
