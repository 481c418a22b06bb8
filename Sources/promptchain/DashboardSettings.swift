import CellScreen
import Dashboard
import DashboardRuntime
import Foundation
import PromptChainCore
import Terminal

/// How a dashboard begins, before its screen is known.
struct DashboardSettings {
    var servers: [WatchedServer]
    var theme: Theme
    var themeNames: [String]
    var interval: Double
    /// The chain that is about to start, if any.
    var chainTitle: String?
    /// Where events come from, when somebody else's run is shown.
    var feed: FeedDescription?
    /// Whether a run goes on when the terminal goes away.
    var outlivesTerminal = true
    /// What the keys mean.
    var keys = KeyMap.standard
    /// How somebody who looks elsewhere is told.
    var alertRules = AlertRules.silent
    var isReadOnly = false
    var usesASCII = false
    /// Which panes are shown, and how large.
    var panes = PaneLayout()
    /// Where files are saved when nobody says where; empty for the current folder.
    var saveFolder = ""

    /// The state of a dashboard from which nothing was heard yet.
    /// - Parameters:
    ///   - size: the screen's extent.
    ///   - colorDepth: the colours that it can show.
    ///   - hasTerminal: whether there is a terminal that another program can have for a while.
    func initialState(size: Size, colorDepth: ColorDepth, hasTerminal: Bool = true) -> DashboardState {
        let time = SystemTime()
        return DashboardState(
            servers: servers.map(\.description), theme: theme, themeNames: themeNames, isReadOnly: isReadOnly,
            colorDepth: colorDepth, isASCII: usesASCII, chainTitle: chainTitle, interval: interval,
            panes: panes, feed: feed, outlivesTerminal: outlivesTerminal, keys: keys,
            alertRules: alertRules, hasTerminal: hasTerminal, saveFolder: saveFolder,
            utcOffset: TimeZone.current.secondsFromGMT(), size: size, uptime: time.uptime(), clock: time.wallClock())
    }
}
