import PromptChainCore

/// Who uses a model, as far as that can be seen.
struct ModelUse: Equatable, Sendable {
    /// Requests that it works on, and that wait for their turn.
    var requests: Int?
    var waiting: Int?
    /// Tokens that were written in them until now.
    var tokens: Int?
    /// Programs that are connected to its server.
    var clients: [ServerClient]
    /// For how long it has been at work without a break, in seconds, as far back as readings go.
    var seconds: Double?

    /// Whether somebody is known to use it.
    var isUsed: Bool { (requests ?? 0) > 0 || (waiting ?? 0) > 0 }

    /// For a column: `1`, `2+1`.
    var count: String {
        guard let requests else { return waiting.map { $0 > 0 ? "+\($0)" : "" } ?? "" }
        return "\(requests)" + (waiting.map { $0 > 0 ? "+\($0)" : "" } ?? "")
    }

    /// `1 request` or `2 requests, 1 waiting`.
    var requestText: String? {
        guard let requests else { return nil }
        return Count.text(requests, "request") + (waiting.flatMap { $0 > 0 ? ", \($0) waiting" : nil } ?? "")
    }

    /// Who it is, in a few words: with one client only can it be told whose requests they are.
    var client: String? {
        guard (requests ?? 0) > 0, let first = clients.first else { return nil }
        return clients.count == 1 ? first.title : "one of \(clients.map(\.title).joined(separator: ", "))"
    }

    /// What keeps it in memory, in a sentence; `nil` when nothing is known to.
    var holder: String? {
        guard isUsed else { return nil }
        var parts: [String] = []
        if let requests, requests > 0 {
            parts.append(requestText ?? "")
            if let tokens { parts.append("\(Count.text(tokens, "token")) so far") }
            if let seconds, seconds >= 1 { parts.append("for \(RunningTime.passed(seconds))") }
        }
        if let client { parts.append("by \(client)") }
        return parts.joined(separator: ", ")
    }
}

extension DashboardState {
    func use(of row: ModelRow) -> ModelUse { use(of: row.identity, row.activity) }

    func use(of identity: ModelIdentity, _ activity: ModelActivity?) -> ModelUse {
        let isAtWork = activity.map { $0.phase == .reading || $0.phase == .generating } ?? false
        return ModelUse(
            requests: activity?.requests, waiting: activity?.waitingRequests,
            tokens: isAtWork ? activity?.outputTokens : nil,
            clients: servers[identity.server]?.snapshot?.clients ?? [],
            seconds: isAtWork ? workingSeconds(of: identity) : nil)
    }

    /// For how long a model has been at work without a break: at least so long, as readings go.
    private func workingSeconds(of identity: ModelIdentity) -> Double? {
        var since: Double?
        for reading in servers.history.readings(of: identity.server).suffix(600).reversed() {
            let activity = reading.snapshot.activities.first { $0.model == identity.model }
            guard let phase = activity?.phase, phase == .reading || phase == .generating else { break }
            since = reading.time
        }
        return since.map { max(0, clock - $0) }
    }
}
