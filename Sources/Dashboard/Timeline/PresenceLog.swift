import PromptChainCore

/// Which models servers had in memory in the last hour, gathered from their readings one by one, so that drawing it
/// does not have to look at each of them.
struct PresenceLog: Equatable, Sendable {
    /// Models of one server that are kept at most.
    static let limit = 256

    fileprivate struct Server: Equatable {
        var tracks: [ResidencyTrack] = []
        var places: [ModelName: Int] = [:]
        /// When it last answered, unless it has gone silent since.
        var answeredAt: Double?
        var newest = -Double.infinity
        var prunedAt = -Double.infinity
    }

    private var servers: [String: Server] = [:]

    /// The models of a server, in the order in which they were first seen.
    func tracks(of server: String) -> [ResidencyTrack] { servers[server]?.tracks ?? [] }

    /// When a server last answered, in seconds since 1970, unless it has gone silent since.
    func answeredAt(_ server: String) -> Double? { servers[server]?.answeredAt }

    mutating func forget(_ server: String) { servers[server] = nil }

    /// Adds a reading. One that is older than the newest of its server is left out.
    mutating func add(_ snapshot: ServerSnapshot) { servers[snapshot.name, default: Server()].add(snapshot) }
}

extension PresenceLog.Server {
    fileprivate mutating func add(_ snapshot: ServerSnapshot) {
        let time = snapshot.time.timeIntervalSince1970
        guard time > newest else { return }
        newest = time
        guard snapshot.state == .ready else {
            answeredAt = nil
            return
        }
        var seen: Set<ModelName> = []
        for activity in snapshot.activities where activity.phase != .idle && seen.insert(activity.model).inserted {
            note(activity.model, activity.phase == .loading ? .loading : .generating, at: time)
        }
        for model in snapshot.models where seen.insert(model.name).inserted { note(model.name, .resident, at: time) }
        answeredAt = time
        if time - prunedAt > 60 { prune(at: time) }
    }

    private mutating func note(_ model: ModelName, _ phase: ResidencyPhase, at time: Double) {
        if places[model] == nil {
            guard tracks.count < PresenceLog.limit else { return }
            places[model] = tracks.count
            tracks.append(ResidencyTrack(model: model))
        }
        if let place = places[model] { tracks[place].see(phase, at: time, after: answeredAt) }
    }

    private mutating func prune(at time: Double) {
        prunedAt = time
        tracks = tracks.compactMap { track in
            var track = track
            return track.forget(before: time - ReadingHistory.span) ? track : nil
        }
        places = Dictionary(tracks.enumerated().map { ($1.model, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
