import PromptChainCore

/// The memory of a loaded model in its parts: the weights as large as their files, the cache by formula, and the rest of
/// what the server says.
struct MemoryParts: Equatable, Sendable {
    var weights: Int64
    var cache: Int64
    var buffers: Int64
    /// Whether the sum is the server's, and not an estimate as well.
    var isMeasured: Bool

    init?(_ info: ModelInfo, _ outlook: ModelOutlook?) {
        guard let context = info.contextLength, let estimate = outlook?.estimate(at: context) else { return nil }
        weights = estimate.weightsBytes
        cache = estimate.cacheBytes
        guard weights >= 0, cache >= 0 else { return nil }
        let known = weights.addingReportingOverflow(cache)
        if let size = info.sizeBytes, !known.overflow, size > known.partialValue {
            buffers = size - known.partialValue
            isMeasured = true
        } else {
            buffers = estimate.computeBytes
            isMeasured = false
        }
    }

    /// For a column: `4.6|0.5|0.3`, in GiB. The tilde stands before what is reckoned.
    var short: String {
        "\(ByteCount.gib(weights))|~\(ByteCount.gib(cache))|~\(ByteCount.gib(buffers))"
    }

    /// In words: `weights 4.6 · KV ~0.5 · buffers ~0.3`, in GiB.
    var words: String {
        "weights \(ByteCount.gib(weights)) · KV ~\(ByteCount.gib(cache)) · buffers ~\(ByteCount.gib(buffers))"
    }
}

extension DashboardState {
    /// How large a model's weights are on disk; `nil` when nobody told.
    func weightsBytes(of identity: ModelIdentity) -> Int64? {
        if let bytes = outlooks[identity]?.description?.model.sizeBytes { return bytes }
        guard case .known(let models) = installed[identity.server] else { return nil }
        return models.first { $0.name == identity.model }?.sizeBytes
    }

    func parts(of row: ModelRow) -> MemoryParts? { row.info.flatMap { MemoryParts($0, outlooks[row.identity]) } }

    /// The memory in parts of those models of a server that are wholly in VRAM: of others nobody tells what is where.
    func parts(of snapshot: ServerSnapshot) -> [ModelName: MemoryParts] {
        let whole = snapshot.models.filter { $0.vramBytes != nil && $0.vramBytes == $0.sizeBytes }
        let parts = whole.compactMap { info in
            MemoryParts(info, outlooks[ModelIdentity(server: snapshot.name, model: info.name)]).map { (info.name, $0) }
        }
        return Dictionary(parts) { first, _ in first }
    }
}
