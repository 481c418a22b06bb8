/// What the user's configuration file says.
public struct AppConfiguration: Equatable, Sendable {
    /// How models are managed.
    public var modelManagement: ModelManagementConfig
    /// The servers, in the order of the file.
    public var servers: [ServerConfiguration]
    /// The name of the theme.
    public var theme: String?
    /// How runs are kept.
    public var history: HistoryConfiguration

    /// A configuration; without anything it is what a missing file means.
    public init(
        modelManagement: ModelManagementConfig = ModelManagementConfig(), servers: [ServerConfiguration] = [],
        theme: String? = nil, history: HistoryConfiguration = HistoryConfiguration()
    ) {
        self.modelManagement = modelManagement
        self.servers = servers
        self.theme = theme
        self.history = history
    }
}
