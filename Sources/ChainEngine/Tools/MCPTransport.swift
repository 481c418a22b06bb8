/// Carries messages to one tool server and back.
protocol MCPTransport: Sendable {
    /// Begins. What the server sends of its own accord goes to `hear`, in order.
    func start(_ hear: @escaping @Sendable (RPCMessage) -> Void) async throws

    /// Sends a request and waits for its answer, without a limit of its own; returns at once when the task is cancelled.
    /// - Throws: `ToolFault`; `CancellationError`.
    func request(_ request: RPCRequest) async throws -> RPCMessage

    /// Sends what has no answer. A failure shows in the next request.
    func post(_ text: String) async

    /// Settles how the server is spoken to from now on.
    func adopt(_ era: MCPEra)

    /// Whether leaving a request tells the server that nobody waits any more, so that no notice is needed.
    func leavingCancels(_ era: MCPEra) -> Bool

    /// Ends the connection, and the server where it is a program of ours.
    func close() async
}
