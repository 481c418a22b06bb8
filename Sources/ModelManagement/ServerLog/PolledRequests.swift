/// The questions that this program asks servers again and again: in a server's log they would bury everything else.
struct PolledRequests: Sendable {
    /// The addresses of this host's interfaces.
    var addresses: Set<String> = []

    private static let paths: Set<String> = [
        // Ollama
        "/api/ps", "/api/version", "/api/tags",
        // llama-server, vLLM, llama-swap, LocalAI, LM Studio
        "/health", "/props", "/slots", "/metrics", "/v1/models", "/models", "/models/sse", "/running", "/version",
        "/system", "/api/v0/models", "/api/v1/models",
    ]

    /// Whether a request may be one of this program's own: it comes from this host and went well. Failures are news,
    /// whoever asked.
    func contains(_ request: ServerLogEntry.Request) -> Bool {
        guard request.status < 400, isHere(request.client) else { return false }
        if request.method == "POST" { return request.path == "/api/show" }
        guard request.method == "GET" || request.method == "HEAD" else { return false }
        return Self.paths.contains(request.path) || Self.isOfUpstream(request.path)
    }

    // llama-swap passes questions on to the server of a model.
    private static func isOfUpstream(_ path: String) -> Bool {
        guard path.hasPrefix("/upstream/") else { return false }
        return ["/health", "/slots", "/metrics", "/props"].contains { path.hasSuffix($0) }
    }

    // A container sees this host as its gateway.
    private func isHere(_ client: String?) -> Bool {
        guard let client else { return true }
        return client.hasPrefix("127.") || ["::1", "localhost", "::ffff:127.0.0.1"].contains(client)
            || addresses.contains(client) || (client.hasPrefix("172.") && client.hasSuffix(".0.1"))
    }
}
