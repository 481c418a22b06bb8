import PromptChainCore

/// What was asked for and is not done yet, so that rows can say so.
struct PendingState: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var operation: DashboardOperation
        /// When it was asked for, in uptime.
        var since: Double
        /// Whether the answer is there, and only a reading that shows it is missing.
        var isAnswered = false
        /// Readings of its server since the answer.
        var readings = 0
        /// What was in memory when it was asked for, so that it can be said what became free.
        var before: MemoryBefore?
        /// What a download says about itself.
        var status: String?
        /// How far it has come, 0…1, where that is known.
        var fraction: Double?
    }

    /// The memory of a server before something was unloaded.
    struct MemoryBefore: Equatable, Sendable {
        /// What each model had on the GPU, by the server.
        var models: [ModelName: Int64]
        /// What was in use on all GPUs, by their driver.
        var used: Int64?

        init(_ snapshot: ServerSnapshot?) {
            models = Dictionary(
                (snapshot?.models ?? []).map { ($0.name, $0.vramBytes ?? 0) }, uniquingKeysWith: { first, _ in first })
            used = snapshot.flatMap { MemoryFacts($0).measuredUsed }
        }
    }

    private(set) var entries: [Entry] = []

    subscript(operation: DashboardOperation) -> Entry? { entries.first { $0.operation == operation } }

    func contains(_ operation: DashboardOperation) -> Bool { self[operation] != nil }

    /// Whether a model is on its way out of memory.
    func isUnloading(_ identity: ModelIdentity) -> Bool { unloading(identity) != nil }

    func unloading(_ identity: ModelIdentity) -> Entry? {
        self[.unload(server: identity.server, model: identity.model)] ?? self[.unloadAll(server: identity.server)]
    }

    mutating func begin(_ operation: DashboardOperation, at uptime: Double, before: MemoryBefore? = nil) {
        guard !contains(operation) else { return }
        entries.append(Entry(operation: operation, since: uptime, before: before))
    }

    mutating func remove(_ operation: DashboardOperation) {
        entries.removeAll { $0.operation == operation }
    }

    mutating func progress(_ operation: DashboardOperation, status: String, fraction: Double?) {
        guard let index = entries.firstIndex(where: { $0.operation == operation }) else { return }
        entries[index].status = status
        entries[index].fraction = fraction.map { min(1, max(0, $0)) }
    }

    /// The answer is there. What a reading will show stays until one does; the rest is over.
    mutating func answer(_ operation: DashboardOperation, succeeded: Bool) {
        guard let index = entries.firstIndex(where: { $0.operation == operation }) else { return }
        if succeeded, operation.isSeenInReadings {
            entries[index].isAnswered = true
        } else {
            entries.remove(at: index)
        }
    }

    /// A reading came: lets go of what it shows as done. One that still shows the old state may have been made before
    /// the answer; the second one settles it.
    /// - Returns: what was asked for and is settled now.
    mutating func settle(with snapshot: ServerSnapshot) -> [Entry] {
        guard snapshot.state == .ready else { return [] }
        for index in entries.indices where entries[index].isAnswered && entries[index].operation.server == snapshot.name
        {
            entries[index].readings += 1
        }
        var settled: [Entry] = []
        entries.removeAll { entry in
            guard entry.isAnswered, entry.operation.server == snapshot.name else { return false }
            let isShown: Bool
            switch entry.operation {
            case .load(_, let model): isShown = snapshot.models.contains { $0.name == model }
            case .unload(_, let model): isShown = !snapshot.models.contains { $0.name == model }
            case .unloadAll: isShown = snapshot.models.isEmpty
            default: isShown = true
            }
            if isShown || entry.readings > 1 { settled.append(entry) }
            return isShown || entry.readings > 1
        }
        return settled
    }
}

extension DashboardOperation {
    /// Whether the next reading of the server shows what became of it.
    fileprivate var isSeenInReadings: Bool {
        switch self {
        case .load, .unload, .unloadAll: true
        default: false
        }
    }
}
