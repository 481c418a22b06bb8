import PromptChainCore

/// How long a server keeps a model after its last use.
public enum KeepAlive: Hashable, Sendable {
    /// What the server does by itself, or did last.
    case serverDefault
    /// A number of seconds; 0 unloads after the request.
    case seconds(Double)
    /// Until somebody unloads it.
    case forever
}

/// How a model is loaded. Every request to a model of a chain carries the same runner options: a server reloads the
/// model when one of them differs.
public struct LoadParameters: Hashable, Sendable {
    /// The context to allocate, in tokens; `nil` leaves it to the server.
    public var contextLength: Int?
    /// How long the model stays after its last use.
    public var keepAlive: KeepAlive
    /// Other options of the runner, under the provider's own names (`num_gpu`, `num_batch`, …).
    public var runnerOptions: [String: JSONValue]

    /// Parameters; everything may be left to the server.
    public init(
        contextLength: Int? = nil, keepAlive: KeepAlive = .serverDefault, runnerOptions: [String: JSONValue] = [:]
    ) {
        self.contextLength = contextLength
        self.keepAlive = keepAlive
        self.runnerOptions = runnerOptions
    }
}
