import PromptChainCore

/// How long loads take, learned from readings: whoever asked for them.
struct ObservedLoads: Equatable, Sendable {
    private struct Running: Equatable {
        /// When it began, in seconds since 1970, as far as that can be told.
        var beganAt: Double
        var seenAt: Double
    }

    /// Loads of one model that are kept.
    private static let kept = 5

    private var running: [ModelIdentity: Running] = [:]
    private var seconds: [ModelIdentity: [Double]] = [:]

    /// How long a load takes, in seconds: the middle one of those that were seen.
    func usual(_ identity: ModelIdentity) -> Double? {
        guard let known = seconds[identity], !known.isEmpty else { return nil }
        return known.sorted()[known.count / 2]
    }

    /// Takes a load that somebody timed: the run that waited for it, or the dashboard that asked for it.
    mutating func add(_ took: Double, of identity: ModelIdentity) {
        guard took > 0, took < 86_400 else { return }
        seconds[identity] = Array(((seconds[identity] ?? []) + [took]).suffix(Self.kept))
    }

    /// Takes a reading: a model that was being loaded and is listed now has been loaded.
    mutating func add(_ snapshot: ServerSnapshot) {
        guard snapshot.state == .ready else { return }
        let now = snapshot.time.timeIntervalSince1970
        let loading = snapshot.activities.filter { $0.phase == .loading }
        for activity in loading {
            let identity = ModelIdentity(server: snapshot.name, model: activity.model)
            // A process's age is exact; without one the load began with the reading that showed it first.
            let began = activity.loadingSeconds.map { now - $0 }
            running[identity] = Running(beganAt: began ?? running[identity]?.beganAt ?? now, seenAt: now)
        }
        for (identity, load) in running where identity.server == snapshot.name && load.seenAt < now {
            running[identity] = nil
            guard snapshot.models.contains(where: { $0.name == identity.model }) else { continue }
            add(now - load.beganAt, of: identity)
        }
    }
}

/// What this program asked of servers a moment ago, so that nobody else is blamed for it.
struct OwnActs: Equatable, Sendable {
    private struct Act: Equatable {
        var operation: DashboardOperation
        var at: Double
    }

    private static let kept = 64

    private var acts: [Act] = []

    /// Notes what is under way.
    mutating func note(_ pending: PendingState, at clock: Double) {
        for entry in pending.entries {
            if let index = acts.firstIndex(where: { $0.operation == entry.operation }) {
                acts[index].at = clock
            } else {
                acts.append(Act(operation: entry.operation, at: clock))
            }
        }
        if acts.count > Self.kept { acts.removeFirst(acts.count - Self.kept) }
    }

    /// Whether a model was loaded, unloaded, or given another time to stay by this program, from a time on.
    func touched(_ identity: ModelIdentity, since start: Double) -> Bool {
        acts.contains { act in
            guard act.at >= start else { return false }
            switch act.operation {
            case .load(let server, let model), .unload(let server, let model), .keepAlive(let server, let model):
                return server == identity.server && model == identity.model
            case .unloadAll(let server): return server == identity.server
            default: return false
            }
        }
    }
}
