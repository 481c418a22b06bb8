import Hummingbird

/// Takes a request from Hummingbird, lets faults happen, and gives it to its route.
struct Responder: HTTPResponder {
    typealias Context = ConnectionContext

    let engine: SimulationEngine
    let settings: SimulatorConfiguration
    let registry: ConnectionRegistry
    let blobs: BlobStore
    let routes = RouteTable.ollama

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        registry.adopt(context)
        let isHead = request.method == .head
        var extra: [String: String] = [:]
        if let refusal = check(request, &extra) { return refusal.response(isHead: isHead, extraHeaders: extra) }
        let id = await engine.newID()
        let closing = registry.onClose(of: context.connectionID) { Task { await engine.cancel(id) } }
        let path = request.uri.path
        do {
            // Bodies are small; the limit only keeps a mistaken upload from filling the memory.
            let buffer = try await request.body.collect(upTo: 256 << 20)
            let exchange = Exchange(
                method: request.method.rawValue, path: path, body: Array(buffer.readableBytesView), id: id,
                engine: engine, clock: engine.clock, settings: settings, blobs: blobs,
                connectionID: context.connectionID, registry: registry, closeConnection: context.closeConnection,
                start: engine.clock.now)
            let reply = try await reply(exchange).whenDone { [registry, engine] in
                registry.forget(closing, on: context.connectionID)
                await engine.forget(id)
            }
            return reply.response(isHead: isHead, extraHeaders: extra)
        } catch {
            registry.forget(closing, on: context.connectionID)
            await engine.forget(id)
            context.closeConnection()
            throw error
        }
    }

    private func reply(_ exchange: Exchange) async throws -> Reply {
        let isOpenAI = exchange.path.hasPrefix("/v1/")
        do {
            try await RequestFaults.strike(exchange)
            switch routes.match(exchange.method, exchange.path) {
            case .handler(let handler, let parameter):
                var exchange = exchange
                exchange.parameter = parameter
                return try await handler(exchange)
            case .redirect(let path):
                return .empty(status: exchange.method == "GET" ? 301 : 307, headers: ["Location": path])
            case .methodNotAllowed(let methods):
                return .body(
                    status: 405, contentType: "text/plain", text: "405 method not allowed",
                    headers: ["Allow": methods.joined(separator: ", ")])
            case .notFound: return .body(status: 404, contentType: "text/plain", text: "404 page not found")
            }
        } catch let error as APIError {
            return .json(
                isOpenAI ? error.openAIBody : error.body, status: error.status,
                contentType: isOpenAI ? "application/json" : Reply.jsonType)
        }
    }

    /// Applies the rules for origin and host.
    /// - Returns: a refusal, or the answer to a preflight request.
    private func check(_ request: Request, _ extra: inout [String: String]) -> Reply? {
        let host = request.head.authority ?? ""
        if let origin = request.headers[.origin], !OriginRules.isSame(origin: origin, host: host) {
            guard OriginRules.allows(origin: origin) else { return .empty(status: 403) }
            extra = ["Access-Control-Allow-Origin": origin, "Vary": "Origin"]
            if request.method == .options {
                extra["Access-Control-Allow-Methods"] = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS"
                extra["Access-Control-Allow-Headers"] = "Authorization,Content-Type,User-Agent,Accept,X-Requested-With"
                extra["Access-Control-Max-Age"] = "43200"
                return .empty(status: 204)
            }
        }
        let isLoopback = ["127.0.0.1", "localhost", "::1"].contains(settings.host)
        guard isLoopback else { return nil }
        guard OriginRules.allows(host: host) else { return .empty(status: 403) }
        return request.method == .options ? .empty(status: 204) : nil
    }
}

extension Reply {
    /// Runs something when the answer is complete, also when its stream breaks.
    fileprivate func whenDone(_ action: @escaping @Sendable () async -> Void) async -> Reply {
        guard case .stream(let contentType, let producer) = self else {
            await action()
            return self
        }
        return .stream(contentType: contentType) { write in
            do {
                try await producer(write)
            } catch {
                await action()
                throw error
            }
            await action()
        }
    }
}
