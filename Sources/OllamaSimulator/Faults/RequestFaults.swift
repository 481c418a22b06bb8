/// Faults that hit a request as a whole, before its route sees it.
enum RequestFaults {
    /// Paths that run a model: where `500` and `503` strike when they name no path.
    private static let modelPaths: Set<String> = [
        "/api/generate", "/api/chat", "/api/embed", "/api/embeddings", "/v1/chat/completions", "/v1/completions",
        "/v1/embeddings",
    ]

    /// Lets the faults that apply happen, in the order in which a request would meet them.
    static func strike(_ exchange: Exchange) async throws {
        let model = namedModel(exchange)
        if let fault = await exchange.fault(.slowStart, model: nil) {
            try await exchange.clock.sleep(until: fault.seconds ?? 5)
        }
        if await exchange.fault(.refuse, model: model, where: \.dropsRequests) != nil { try exchange.dropConnection() }
        if await exchange.fault(.hang, model: model, where: { $0.after == nil }) != nil { try await exchange.hang() }
        if let fault = await exchange.fault(.delay, model: model) {
            try await exchange.clock.sleep(until: exchange.clock.now + (fault.seconds ?? 1))
        }
        let runsModel = modelPaths.contains(exchange.path)
        if let fault = await exchange.fault(.internalError, model: model, where: { $0.path != nil || runsModel }) {
            throw APIError(500, fault.message ?? "internal server error")
        }
        if let fault = await exchange.fault(.unavailable, model: model, where: { $0.path != nil || runsModel }) {
            throw APIError(
                503, fault.message ?? "server busy, please try again.  maximum pending requests exceeded")
        }
    }

    private static func namedModel(_ exchange: Exchange) -> String? {
        guard let body = try? JSONReader.read(exchange.body) else { return nil }
        return body["model"]?.text ?? body["name"]?.text
    }
}

extension SimulatedFault {
    /// Whether a `refuse` drops single requests, because a closed port could not tell them apart.
    var dropsRequests: Bool { kind == .refuse && (times != nil || path != nil || model != nil) }
}
