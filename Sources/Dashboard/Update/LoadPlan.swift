import PromptChainCore

/// What a load would do, before it is asked for: what the model takes, what is free, who would have to leave.
struct LoadPlan: Equatable, Sendable {
    /// What fits is said in words; the sign beside them depends on it.
    enum Fit: Equatable, Sendable {
        /// It fits beside what is there.
        case beside
        /// Its server lets these go for it, in this order.
        case after([Leaver])
        /// So much would not fit, even when these have left.
        case spills(Int64, [Leaver])
        /// The capacity is not known.
        case unknown
    }

    /// A model that would have to leave.
    struct Leaver: Equatable, Sendable {
        var name: ModelName
        /// What is special about that: `pinned`, `at work: waits for it`.
        var note: String?
        var bytes: Int64

        var text: String { name.short + (note.map { " (\($0))" } ?? "") }
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
    /// The most models that the server holds, where it is that, too, for which others have to leave.
    var fullAt: Int?
    /// The largest context with which it fits beside what is there.
    var largestBeside: Int?
    /// The largest context with which it fits when everything has left that can.
    var largestAlone: Int?

    /// - Parameter context: the context that was chosen, in tokens; `nil` leaves it to the server.
    init?(_ identity: ModelIdentity, context: Int?, in state: DashboardState) {
        guard let outlook = state.outlooks[identity], let snapshot = state.servers[identity.server]?.snapshot
        else { return nil }
        let chosen = context ?? Self.serversContext(outlook, loaded: state.servers.model(identity))
        guard let forecast = outlook.footprint(at: chosen) else { return nil }
        self.identity = identity
        self.context = forecast.contextLength
        isContextReckoned = context == nil
        self.forecast = forecast
        parts = outlook.estimate(at: chosen)
        let facts = MemoryFacts(snapshot)
        // What it has already comes back when it is loaded anew.
        let own = snapshot.models.first { $0.name == identity.model }?.vramBytes ?? 0
        free = facts.free.map { min(facts.capacity ?? 0, ByteCount.sum([$0, max(0, own)])) }
        guard let free, let capacity = facts.capacity else {
            fit = .unknown
            return
        }
        let margin = facts.isCapacityLearned ? 0 : FootprintEstimate.margin(capacityBytes: capacity)
        let usable = max(0, free - margin)
        let others = Self.candidates(snapshot, except: identity.model)
        let leavable = ByteCount.sum(others.filter { $0.note == nil }.map(\.bytes))
        let isOllama = snapshot.provider == .ollama
        let rule = PlanningMemory.Admission.usual(
            of: snapshot.provider, devices: snapshot.gpus.count { $0.fault == nil }, settings: outlook.basis.settings)
        let surplus = rule.maxModels.map { max(0, others.count + 1 - $0) } ?? 0
        fullAt = surplus > 0 ? rule.maxModels : nil
        // Ollama goes by a prediction of its own.
        func isAdmitted(_ forecast: FootprintForecast, _ free: Int64) -> Bool {
            guard isOllama, let prediction = outlook.schedulerPrediction(at: forecast.contextLength) else {
                return forecast.sizeBytes <= free - margin
            }
            return rule.admits(prediction, free: free)
        }
        fit = Self.fit(forecast, margin: margin, free: free, others, atLeast: surplus, isAdmitted)
        largestAlone = outlook.largestContext(within: ByteCount.sum([usable, leavable]))
        guard surplus == 0 else { return }
        largestBeside = FootprintEstimate.largestContext(maximum: outlook.description?.model.contextMaximum) {
            guard let forecast = outlook.footprint(at: $0), forecast.sizeBytes <= usable else { return false }
            return others.isEmpty || isAdmitted(forecast, free)
        }
    }

    private static func fit(
        _ forecast: FootprintForecast, margin: Int64, free: Int64, _ others: [Leaver], atLeast: Int,
        _ isAdmitted: (FootprintForecast, Int64) -> Bool
    ) -> Fit {
        var room = free
        var leaving: [Leaver] = []
        for other in others where leaving.count < atLeast || !isAdmitted(forecast, room) {
            room = ByteCount.sum([room, other.bytes])
            leaving.append(other)
        }
        let usable = room - margin
        if forecast.sizeBytes > usable { return .spills(forecast.sizeBytes - max(0, usable), leaving) }
        return leaving.isEmpty ? .beside : .after(leaving)
    }

    /// Who would leave, the first one first. Ollama lets the model go that is at rest and has the shortest time to stay, so
    /// that a pinned one goes last; when all are at work it waits for one of them.
    private static func candidates(_ snapshot: ServerSnapshot, except model: ModelName) -> [Leaver] {
        let working = Set(
            snapshot.activities.filter { $0.phase == .reading || $0.phase == .generating }.map(\.model))
        func rank(_ info: ModelInfo) -> (Int, Double) {
            (
                working.contains(info.name) ? 1 : 0,
                info.isPinned ? .infinity : info.expiresAt?.timeIntervalSince1970 ?? .infinity
            )
        }
        return snapshot.models.filter { $0.name != model }
            .sorted {
                let (left, right) = (rank($0), rank($1))
                return left != right ? left < right : $0.name.canonical < $1.name.canonical
            }
            .map { info in
                let note = working.contains(info.name) ? "at work: waits for it" : info.isPinned ? "pinned" : nil
                return Leaver(name: info.name, note: note, bytes: max(0, info.vramBytes ?? 0))
            }
    }

    /// What a server takes by itself: what the model asks for, or has now, or the usual.
    private static func serversContext(_ outlook: ModelOutlook, loaded: ModelInfo?) -> Int {
        outlook.description?.defaultContext ?? loaded?.contextLength ?? outlook.reckonedContext
    }
}

extension LoadPlan {
    /// `weights 12.5 + KV ~1.2 + buffers ~0.3 = ~14.0 GiB at 8k (estimate)`.
    var needText: String {
        let tilde = forecast.basis == .measured ? "" : "~"
        let basis =
            switch forecast.basis {
            case .measured: "measured"
            case .derived: "derived from other contexts"
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
        let limit = fullAt.map { ", at most \(Count.text($0, "model"))" } ?? ""
        let free = (free.map { "\(ByteCount.gib($0)) GiB free" } ?? "") + limit
        switch fit {
        case .beside: return ("\(free): it fits", .good)
        case .after(let leavers):
            return ("\(free): \(leavers.map(\.text).joined(separator: ", ")) would leave for it", .warning)
        case .spills(let bytes, let leavers):
            let names = leavers.isEmpty ? "" : "; \(leavers.map(\.text).joined(separator: ", ")) would leave"
            return ("\(free): ~\(ByteCount.text(bytes)) would run on the CPU\(names)", .warning)
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
