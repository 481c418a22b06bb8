import PromptChainCore

/// Everything that is needed to talk to one server.
public struct ServerConfiguration: Equatable, Sendable {
    /// The name by which the server is shown and chosen.
    public var name: String
    /// The kind of server.
    public var provider: ModelProvider
    /// Its base address.
    public var url: ServerAddress
    /// Headers that go with every request, such as `Authorization`. Never shown.
    public var headers: [String: String]
    /// A file with the certificates of the authorities to trust, where the system's do not do.
    public var caFile: String?
    /// Seconds between two readings for the dashboard; `nil` leaves it to the dashboard.
    public var interval: Double?
    /// The GPU memory that the server can use, in bytes, where the user tells it.
    public var vramBytes: Int64?
    /// The time limit of control calls, in seconds. Loads and generations have none of their own.
    public var timeout: Double
    /// How often a call is tried again when no connection comes about or the server is too busy.
    public var maxRetries: Int
    /// Whether loads and unloads are told at level info; at level debug otherwise.
    public var verbose: Bool
    /// Where its own log is.
    public var log: ServerLogSetting

    /// The configuration of one server.
    /// - Parameter name: host and port of the address, when left out.
    public init(
        name: String? = nil, provider: ModelProvider = .ollama, url: ServerAddress = .local,
        headers: [String: String] = [:], caFile: String? = nil, interval: Double? = nil, vramBytes: Int64? = nil,
        timeout: Double = 30, maxRetries: Int = 3, verbose: Bool = false,
        log: ServerLogSetting = .automatic
    ) {
        self.name = name ?? url.hostAndPort
        self.provider = provider
        self.url = url
        self.headers = headers
        self.caFile = caFile
        self.interval = interval
        self.vramBytes = vramBytes
        self.timeout = timeout
        self.maxRetries = maxRetries
        self.verbose = verbose
        self.log = log
    }
}
