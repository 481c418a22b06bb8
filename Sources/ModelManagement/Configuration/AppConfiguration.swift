import PromptChainCore

/// What becomes of a run when its terminal goes away.
public enum HangUpRule: String, CaseIterable, Sendable {
    /// It goes on without a screen.
    case goOn = "continue"
    /// It is stopped, and its models are unloaded.
    case stop
}

/// What the user's configuration file says.
public struct AppConfiguration: Equatable, Sendable {
    /// How models are managed.
    public var modelManagement: ModelManagementConfig
    /// The servers, in the order of the file.
    public var servers: [ServerConfiguration]
    /// The name of the theme.
    public var theme: String?
    /// What becomes of a run in the dashboard when its terminal goes away.
    public var onHangUp: HangUpRule
    /// How runs are kept.
    public var history: HistoryConfiguration
    /// Keys that the user chose, in the order of the file.
    public var keys: [KeyChoice]
    /// How the end of a run is told to somebody who looks elsewhere.
    public var notifications: NotificationConfiguration

    /// Which panes the dashboard shows, and how large; `nil` for the usual ones.
    public var layout: PaneLayout?

    /// A configuration; without anything it is what a missing file means.
    public init(
        modelManagement: ModelManagementConfig = ModelManagementConfig(), servers: [ServerConfiguration] = [],
        theme: String? = nil, onHangUp: HangUpRule = .goOn, history: HistoryConfiguration = HistoryConfiguration(),
        keys: [KeyChoice] = [], notifications: NotificationConfiguration = NotificationConfiguration(),
        layout: PaneLayout? = nil
    ) {
        self.modelManagement = modelManagement
        self.servers = servers
        self.theme = theme
        self.onHangUp = onHangUp
        self.history = history
        self.layout = layout
        self.keys = keys
        self.notifications = notifications
    }
}
