/// Which handler answers which method and path.
struct RouteTable: Sendable {
    /// Answers a request.
    typealias Handler = @Sendable (Exchange) async throws -> Reply

    /// What a path leads to.
    enum Match {
        case handler(Handler, parameter: String)
        case methodNotAllowed([String])
        case redirect(String)
        case notFound
    }

    private var exact: [String: [(method: String, handler: Handler)]] = [:]
    private var prefixes: [(prefix: String, method: String, handler: Handler)] = []

    /// Every route of the server.
    static let ollama: RouteTable = {
        var table = RouteTable()
        StatusRoutes.add(to: &table)
        LibraryRoutes.add(to: &table)
        PullRoute.add(to: &table)
        CreateRoute.add(to: &table)
        InferenceRoutes.add(to: &table)
        EmbedRoutes.add(to: &table)
        OpenAIRoutes.add(to: &table)
        return table
    }()

    /// Adds a route; a path that ends in `/:` takes the rest as a parameter.
    mutating func add(_ method: String, _ path: String, _ handler: @escaping Handler) {
        if path.hasSuffix("/:") {
            prefixes.append((String(path.dropLast()), method, handler))
        } else {
            exact[path, default: []].append((method, handler))
        }
    }

    /// Finds the handler of a request.
    func match(_ method: String, _ path: String) -> Match {
        var allowed: [String] = []
        for route in exact[path] ?? [] {
            if route.method == method { return .handler(route.handler, parameter: "") }
            allowed.append(route.method)
        }
        for route in prefixes where path.hasPrefix(route.prefix) {
            let parameter = String(path.dropFirst(route.prefix.count))
            guard !parameter.isEmpty, !parameter.contains("/") else { continue }
            if route.method == method { return .handler(route.handler, parameter: parameter) }
            allowed.append(route.method)
        }
        if !allowed.isEmpty { return .methodNotAllowed(allowed) }
        let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path + "/"
        if path != "/", exact[trimmed]?.contains(where: { $0.method == method }) == true { return .redirect(trimmed) }
        return .notFound
    }
}
