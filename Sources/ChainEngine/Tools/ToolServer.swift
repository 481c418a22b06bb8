/// A server of tools, spoken to by the Model Context Protocol.
public struct ToolServer: Equatable, Sendable {
    /// How it is reached.
    public enum Transport: Equatable, Sendable {
        /// A program that is started, and spoken to on its standard input and output.
        case stdio(command: String, arguments: [String], environment: [String: String], folder: String?)
        /// An address; `caFile` is the path of a file with the certificates to trust in place of the system's.
        case http(url: String, headers: [String: String], caFile: String? = nil)
    }

    /// What it is called; unique in a chain.
    public var id: String
    /// How it is reached. `${NAME}` in its texts is the value of a variable, put in when the server is started.
    public var transport: Transport
    /// The longest that an answer may take, in seconds.
    public var timeout: Double

    /// How long an answer may take where nothing is said, in seconds.
    public static let usualTimeout = 60.0

    /// A server.
    public init(id: String, transport: Transport, timeout: Double = ToolServer.usualTimeout) {
        self.id = id
        self.transport = transport
        self.timeout = timeout
    }
}
