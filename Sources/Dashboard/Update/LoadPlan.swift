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
        let limit = Self.limit(outlook.basis.settings, snapshot)
        let surplus = limit.map { max(0, others.count + 1 - $0) } ?? 0
        fullAt = surplus > 0 ? limit : nil
        fit = Self.fit(
            forecast.sizeBytes, margin: margin, free: free,
            prediction: isOllama ? outlook.schedulerPrediction(at: forecast.contextLength) : nil, others,
            atLeast: surplus)
        largestAlone = outlook.largestContext(within: ByteCount.sum([usable, leavable]))
        guard surplus == 0 else { return }
        largestBeside = FootprintEstimate.largestContext(maximum: outlook.description?.model.contextMaximum) {
            guard let size = outlook.footprint(at: $0)?.sizeBytes, size <= usable else { return false }
            guard isOllama, !others.isEmpty, let prediction = outlook.schedulerPrediction(at: $0) else { return true }
            return Self.admits(prediction, free: free)
        }
    }

    /// The most models that a server holds: what it was told, else Ollama's three for each GPU.
    /// Source: `sched.go`, and the default of `OLLAMA_MAX_LOADED_MODELS`.
    private static func limit(_ settings: ServerSettings, _ snapshot: ServerSnapshot) -> Int? {
        if let told = settings.maxLoadedModels, told > 0 { return told }
        return snapshot.provider == .ollama ? 3 * max(1, snapshot.gpus.filter { $0.fault == nil }.count) : nil
    }

    /// Ollama goes by a prediction of its own, and by four fifths of what is free.
    private static func admits(_ prediction: Int64, free: Int64) -> Bool { Double(prediction) <= Double(free) * 0.8 }

    private static func fit(
        _ needed: Int64, margin: Int64, free: Int64, prediction: Int64?, _ others: [Leaver], atLeast: Int
    ) -> Fit {
        var room = free
        func isAdmitted() -> Bool {
            prediction.map { admits($0, free: room) } ?? (needed <= room - margin)
        }
        var leaving: [Leaver] = []
        for other in others where leaving.count < atLeast || !isAdmitted() {
            room = ByteCount.sum([room, other.bytes])
            leaving.append(other)
        }
        if needed > room - margin { return .spills(needed - max(0, room - margin), leaving) }
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
