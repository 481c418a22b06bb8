import PromptChainCore

/// Where a server's GPU memory is, in parts that add up. What nobody tells is `nil`.
struct MemoryFacts: Equatable, Sendable {
    struct Part: Equatable, Sendable {
        var name: ModelName
        var bytes: Int64
    }

    /// The models, largest first.
    var models: [Part]
    /// What something else holds, by the driver's reading.
    var other: Int64?
    var capacity: Int64?

    /// More than any server has; a figure beyond it is somebody's mistake, and must not make sums overflow.
    private static let most: Int64 = 1 << 50

    init(_ snapshot: ServerSnapshot) {
        models = snapshot.models.compactMap { model in
            guard let bytes = model.vramBytes, bytes > 0 else { return nil }
            return Part(name: model.name, bytes: min(bytes, Self.most))
        }
        .sorted { $0.bytes != $1.bytes ? $0.bytes > $1.bytes : $0.name.canonical < $1.name.canonical }
        let totals = snapshot.gpus.compactMap(\.totalBytes).map { min(max(0, $0), Self.most) }
        let used = snapshot.gpus.compactMap(\.usedBytes).map { min(max(0, $0), Self.most) }
        let isRead = !snapshot.gpus.isEmpty && totals.count == snapshot.gpus.count
        capacity = snapshot.capacityBytes.map { min(max(0, $0), Self.most) } ?? (isRead ? totals.reduce(0, +) : nil)
        if !snapshot.gpus.isEmpty, used.count == snapshot.gpus.count {
            other = max(0, used.reduce(0, +) - models.reduce(0) { $0 + $1.bytes })
        }
    }

    /// Memory that the models hold.
    var modelBytes: Int64 { models.reduce(0) { $0 + $1.bytes } }
    /// Memory that is in use, as far as it is known.
    var used: Int64 { modelBytes + (other ?? 0) }
    var free: Int64? { capacity.map { max(0, $0 - used) } }
}
