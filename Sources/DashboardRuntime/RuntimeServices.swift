import ChainEngine
import Dashboard
import Foundation
import ModelManagement
import PromptChainCore
import RunHistory

/// What the runtime works with; the composition root fills it.
public struct RuntimeServices: Sendable {
    /// The servers to watch.
    public var connections: [WatchedServer]
    /// Where runs get their managers.
    public var chainServers: any ChainServers
    /// How runs are made, beside what the chain file says.
    public var runOptions: ChainRunOptions
    /// The chain files that can be picked.
    public var library: ChainLibrary
    /// Reads a theme by its name.
    public var loadTheme: @Sendable (String) -> Result<Theme, FileFault>
    /// The themes' names.
    public var themeNames: [String]
    /// The themes' names as they are now; looks into the user's folder.
    public var listThemes: @Sendable () -> [String] = { [] }
    /// The user's own files that a theme is made from.
    public var themeFiles: @Sendable (String) -> [String] = { _ in [] }
    /// The theme at the start.
    public var themeName: String?
    /// The user's program that is told of alerts; none when empty.
    public var notifier: [String] = []
    /// Seconds between two polls while something happens.
    public var interval: Double
    /// The program's log.
    public var log: LogHub
    /// Remembers what is measured in runs.
    public var measurements: (any MeasurementStore)?
    /// Where the events of a run come from that somebody else runs, if such a run is shown.
    public var feed: (any RunFeed)?
    /// Where runs have the sockets on which others watch them; `nil` lets nobody watch.
    public var sockets: RunSocketFolder?
    /// The folder of the locks of models that chains use; `nil` where no chain makes any.
    public var locks: String?
    /// Keeps the runs; `nil` keeps none.
    public var journal: RunJournal?
    /// The recorded runs that can be looked at; `nil` for none.
    public var history: RunLibrary?
    /// Where the layout is kept that is chosen in the dashboard; `nil` keeps none.
    public var layoutFile: LayoutFile?
    /// Where older lines of the log are kept while the program runs; `nil` keeps none.
    public var logFolder: String?
    /// The user's pager with its arguments; empty for `less`, or else `more`.
    public var pager: [String] = []
    /// The time for pollers.
    public var clock: any PollClock

    /// Services.
    public init(
        connections: [WatchedServer], chainServers: any ChainServers, runOptions: ChainRunOptions,
        library: ChainLibrary, loadTheme: @escaping @Sendable (String) -> Result<Theme, FileFault>,
        themeNames: [String], interval: Double = 1, log: LogHub, measurements: (any MeasurementStore)? = nil,
        feed: (any RunFeed)? = nil, sockets: RunSocketFolder? = nil, locks: String? = nil, journal: RunJournal? = nil,
        layoutFile: LayoutFile? = nil, history: RunLibrary? = nil,
        clock: any PollClock = SystemPollClock()
    ) {
        self.connections = connections
        self.chainServers = chainServers
        self.runOptions = runOptions
        self.library = library
        self.loadTheme = loadTheme
        self.themeNames = themeNames
        self.interval = interval
        self.log = log
        self.measurements = measurements
        self.feed = feed
        self.sockets = sockets
        self.locks = locks
        self.journal = journal
        self.history = history
        self.layoutFile = layoutFile
        self.clock = clock
    }
}
