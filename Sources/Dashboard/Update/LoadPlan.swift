import PromptChainCore

/// What a load would do, before it is asked for: what the model takes, what is free, who would have to leave.
struct LoadPlan: Equatable, Sendable {
    /// What fits is said in words; the sign beside them depends on it.
    enum Fit: Equatable, Sendable {
        /// It fits beside what is there.
        case beside
        /// It fits once these have left, in this order.
        case after([ModelName])
        /// So much would not fit, even alone with what is pinned or at work.
        case spills(Int64)
        /// The capacity is not known.
        case unknown
    }

    var identity: ModelIdentity
    /// The context that it would have, in tokens.
    var context: Int
    /// Whether the context is the server's own choice, reckoned.
    var isContextReckoned: Bool
    var parts: FootprintEstimate?
    var forecast: FootprintForecast
    var free: Int64?
    var fit: Fit
    /// The largest context with which it fits beside what is there.
    var largestBeside: Int?
    /// The largest context with which it fits when everything has left that can.
    var largestAlone: Int?

    /// - Parameter context: the context that was chosen, in tokens; `nil` leaves it to the server.
    init?(_ identity: ModelIdentity, context: Int?, in state: DashboardState) {
        guard let prospect = state.prospects[identity], let snapshot = state.servers[identity.server]?.snapshot
        else { return nil }
        let chosen = context ?? Self.serversContext(prospect, loaded: state.servers.model(identity))
        guard let forecast = prospect.forecast(at: chosen) else { return nil }
        self.identity = identity
        self.context = forecast.contextLength
        isContextReckoned = context == nil
        self.forecast = forecast
        parts = prospect.estimate(at: chosen)
        let facts = MemoryFacts(snapshot)
        // What it has already comes back when it is loaded anew.
        let own = snapshot.models.first { $0.name == identity.model }?.vramBytes ?? 0
        free = facts.free.map { $0 + max(0, own) }
        guard let free, let capacity = facts.capacity else {
            fit = .unknown
            return
        }
        let margin = facts.isCapacityLearned ? 0 : FootprintEstimate.margin(capacityBytes: capacity)
        let usable = max(0, free - margin)
        let others = Self.candidates(snapshot, except: identity.model)
        let evictable = ByteCount.sum(others.map { max(0, $0.vramBytes ?? 0) })
        largestBeside = prospect.largestContext(within: usable)
        largestAlone = prospect.largestContext(within: usable + evictable)
        fit = Self.fit(forecast.sizeBytes, usable: usable, others)
    }

    private static func fit(_ needed: Int64, usable: Int64, _ others: [ModelInfo]) -> Fit {
        if needed <= usable { return .beside }
        var room = usable
        var leaving: [ModelName] = []
        for other in others where room < needed {
            room += max(0, other.vramBytes ?? 0)
            leaving.append(other.name)
        }
        return room >= needed ? .after(leaving) : .spills(needed - room)
    }

    /// Who would leave, the first one first. Ollama lets the model go that is at rest and has the shortest time to stay; a
    /// pinned one has the longest, and goes last, while it counts as staying here: nobody pins what may go.
    private static func candidates(_ snapshot: ServerSnapshot, except model: ModelName) -> [ModelInfo] {
        let working = Set(
            snapshot.activities.filter { $0.phase == .reading || $0.phase == .generating }.map(\.model))
        return snapshot.models.filter { !$0.isPinned && $0.name != model && !working.contains($0.name) }
            .sorted {
                let (left, right) = (
                    $0.expiresAt?.timeIntervalSince1970 ?? .infinity, $1.expiresAt?.timeIntervalSince1970 ?? .infinity
                )
                return left != right ? left < right : $0.name.canonical < $1.name.canonical
            }
    }

    /// What a server takes by itself: what the model asks for, or has now, or 4096 tokens.
    private static func serversContext(_ prospect: ModelProspect, loaded: ModelInfo?) -> Int {
        prospect.description?.defaultContext ?? loaded?.contextLength
            ?? min(4096, prospect.description?.model.contextMaximum ?? 4096)
    }
}

extension LoadPlan {
    /// `weights 12.5 + KV ~1.2 + buffers ~0.3 = ~14.0 GiB at 8k (estimate)`.
    var needText: String {
        let tilde = forecast.basis == .measured ? "" : "~"
        let basis =
            switch forecast.basis {
            case .measured: "measured"
            case .derived: "from other contexts"
            case .estimated: "estimate"
            }
        let at = "\(isContextReckoned ? "~" : "")\(Count.tokens(context))"
        let total = "\(tilde)\(ByteCount.text(forecast.sizeBytes)) at \(at), \(basis)"
        guard let parts else { return total }
        return "weights \(ByteCount.gib(parts.weightsBytes)) + KV ~\(ByteCount.gib(parts.cacheBytes)) + buffers "
            + "~\(ByteCount.gib(parts.computeBytes)): \(total)"
    }

    /// What will happen.
    var fitText: (text: String, role: ThemeRole) {
        let free = free.map { "\(ByteCount.gib($0)) GiB free" } ?? ""
        switch fit {
        case .beside: return ("\(free): it fits", .good)
        case .after(let models):
            let names = models.map(\.short).joined(separator: ", ")
            return ("\(free): \(names) would leave for it", .warning)
        case .spills(let bytes):
            return ("\(free): ~\(ByteCount.text(bytes)) would run on the CPU", .warning)
        case .unknown: return ("capacity unknown: whether it fits cannot be said", .muted)
        }
    }

    /// The largest context that fits.
    var largestText: String? {
        let beside = largestBeside.map { "\(Count.tokens($0)) beside what is there" }
        let alone = largestAlone.flatMap { $0 == largestBeside ? nil : "\(Count.tokens($0)) when others leave" }
        let all = [beside, alone].compactMap { $0 }
        if all.isEmpty { return fit == .unknown ? nil : "no context fits: a smaller model would" }
        return "largest context: " + all.joined(separator: ", ")
    }
}
