import Synchronization

/// What a stub answers, and what it was asked.
final class StubScript: Sendable {
    private struct Rule: Sendable {
        var method: String?
        var path: String
        var reply: @Sendable (StubRequest) -> StubAnswer
    }

    private struct State: Sendable {
        var rules: [Rule] = []
        var fallback: @Sendable (StubRequest) -> StubAnswer = { _ in
            .body("404 page not found", status: 404, type: "text/plain")
        }
        var requests: [StubRequest] = []
        var openConnections = 0
    }

    private let state = Mutex(State())

    var requests: [StubRequest] { state.withLock { $0.requests } }

    var openConnections: Int { state.withLock { $0.openConnections } }

    func connectionsChanged(by count: Int) { state.withLock { $0.openConnections += count } }

    func add(_ method: String?, _ path: String, _ reply: @escaping @Sendable (StubRequest) -> StubAnswer) {
        state.withLock { state in
            state.rules.removeAll { $0.method == method && $0.path == path }
            state.rules.append(Rule(method: method, path: path, reply: reply))
        }
    }

    func setFallback(_ reply: @escaping @Sendable (StubRequest) -> StubAnswer) {
        state.withLock { $0.fallback = reply }
    }

    func answer(_ request: StubRequest) -> StubAnswer {
        let (rule, fallback) = state.withLock { state in
            state.requests.append(request)
            let rule = state.rules.last {
                $0.path == request.path && ($0.method == nil || $0.method == request.method)
            }
            return (rule, state.fallback)
        }
        return (rule?.reply ?? fallback)(request)
    }
}
