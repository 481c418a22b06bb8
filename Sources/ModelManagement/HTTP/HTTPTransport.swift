import NIOCore

/// One request to a server, as a provider means it.
struct HTTPCall: Sendable {
    /// Which pool of connections a request takes: short ones never wait behind long ones.
    enum Lane: Sendable {
        /// Answers at once; bound by the server's `timeout`.
        case control
        /// Loads and generations: may take half an hour.
        case long
    }

    var method: String
    /// The path below the server's base address, with its query.
    var path: String
    /// A JSON body.
    var body: [UInt8]?
    /// Headers of this request alone.
    var headers: [(name: String, value: String)] = []
    var lane: Lane
    /// Whether it may be sent again when no connection came about or the server was too busy.
    var isRetried: Bool
    /// What is to be done, as the end of "cannot …".
    var action: String

    init(
        _ method: String, _ path: String, body: [UInt8]? = nil, lane: Lane = .control, isRetried: Bool = false,
        action: String
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.lane = lane
        self.isRetried = isRetried
        self.action = action
    }
}

/// The beginning of an answer, and its body as it arrives.
struct HTTPAnswer: Sendable {
    var status: Int
    var contentType: String?
    /// Where a redirection points.
    var location: String?
    /// All headers, by their names in lower case; of several with one name the first.
    var headers: [String: String] = [:]
    var body: any AsyncSequence<ByteBuffer, any Error> & Sendable
}

/// Carries requests to one server. The seam below which a test puts its own answers.
protocol HTTPTransport: Sendable {
    /// Sends a request and returns when the answer begins.
    /// - Throws: `TransportFailure`; `CancellationError` when the task is cancelled, which closes the connection.
    func send(_ call: HTTPCall) async throws -> HTTPAnswer
    /// Closes all connections.
    func shutdown() async
}

/// Why no answer came, before anything is known about what it would have said.
enum TransportFailure: Error, Equatable {
    /// Nothing listens there.
    case refused
    /// The host's name is not known.
    case hostNotFound
    /// No connection within the limit, or no way to the host.
    case noRoute(String)
    /// The connection was there, and nothing was answered within the limit (seconds).
    case silent(Double)
    /// The connection was closed before the answer was complete.
    case closed
    /// No secure connection.
    case tls(String)
    /// What answers does not speak HTTP.
    case notHTTP
    /// The answer is longer than any answer of such a server (bytes).
    case tooLong(Int)
    /// The whole time that the caller gave has passed (seconds).
    case timedOut(Double)
    /// The address cannot be used.
    case badAddress(String)
    /// Anything else.
    case other(String)

    /// What helps when no secure connection came about.
    /// - Parameter file: where the server is described.
    func certificateHint(_ address: ServerAddress, in file: String) -> String? {
        guard case .tls = self, address.scheme == "https" else { return nil }
        return "Name the authority's certificate with ca_file in the \(file), or use http:// if the server has no "
            + "certificate."
    }

    /// Whether no request can have reached the server, so that sending again cannot do anything twice.
    var isBeforeRequest: Bool {
        switch self {
        case .refused, .hostNotFound, .noRoute: true
        default: false
        }
    }
}
