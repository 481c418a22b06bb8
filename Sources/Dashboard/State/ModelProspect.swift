import PromptChainCore

/// What is known of a model's memory before it is loaded: its shape, what the server was told, what it took before.
public struct ModelProspect: Equatable, Sendable {
    /// The model.
    public var model: ModelName
    /// What the server tells about it; `nil` when it tells nothing.
    public var description: ModelDescription?
    /// What is known of the server.
    public var settings: ServerSettings
    /// What its weights took on this server before, the smallest context first.
    public var measured: [MeasuredFootprint]
    /// Why nothing is told, in words.
    public var reason: String?

    /// A prospect.
    public init(
        model: ModelName, description: ModelDescription? = nil, settings: ServerSettings = ServerSettings(),
        measured: [MeasuredFootprint] = [], reason: String? = nil
    ) {
        self.model = model
        self.description = description
        self.settings = settings
        self.measured = measured
        self.reason = reason
    }

    /// What it will take at a context; `nil` when that is not known.
    func forecast(at context: Int) -> FootprintForecast? {
        description.flatMap {
            FootprintForecast($0, contextLength: context, settings: settings, measured: measured)
        }
    }

    /// The parts of it at a context, by formula; `nil` when its shape is not known.
    func estimate(at context: Int) -> FootprintEstimate? {
        description.flatMap { FootprintEstimate($0, contextLength: context, settings: settings) }
    }

    /// By how much what a model takes differs from the forecast, in percent of it.
    static func difference(_ size: Int64, from forecast: FootprintForecast) -> Int {
        Count.whole((Double(size) - Double(forecast.sizeBytes)) / max(1, Double(forecast.sizeBytes)) * 100)
    }

    /// What Ollama's scheduler reckons that it takes at a context, in bytes.
    func prediction(at context: Int) -> Int64? {
        guard let description, let bytes = description.model.sizeBytes else { return nil }
        return description.geometry?.schedulerPrediction(
            fileBytes: bytes, context: context, slots: settings.parallelSlots ?? 1)
    }

    /// The largest context with which it takes no more than some memory, in tokens.
    func largestContext(within bytes: Int64) -> Int? {
        description.flatMap {
            FootprintForecast.largestContext($0, within: bytes, settings: settings, measured: measured)
        }
    }
}

/// What was asked about models' memory, and what is known of it.
struct ProspectsState: Equatable, Sendable {
    private(set) var asked: Set<ModelIdentity> = []
    private var known: [ModelIdentity: ModelProspect] = [:]

    subscript(identity: ModelIdentity) -> ModelProspect? { known[identity] }

    /// Notes that a model is asked about; `false` when it was before.
    mutating func ask(_ identity: ModelIdentity) -> Bool { asked.insert(identity).inserted }

    /// Lets everything be asked once more; what is known stays until then.
    mutating func askAgain() { asked = [] }

    mutating func add(_ prospect: ModelProspect, on server: String) {
        let identity = ModelIdentity(server: server, model: prospect.model)
        asked.insert(identity)
        known[identity] = prospect
    }
}

/// The memory of a loaded model in its parts: the weights as large as their files, the cache by formula, and the rest of
/// what the server says.
struct MemoryParts: Equatable, Sendable {
    var weights: Int64
    var cache: Int64
    var buffers: Int64
    /// Whether the sum is the server's, and not an estimate as well.
    var isMeasured: Bool

    init?(_ info: ModelInfo, _ prospect: ModelProspect?) {
        guard let context = info.contextLength, let estimate = prospect?.estimate(at: context) else { return nil }
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
        if let bytes = prospects[identity]?.description?.model.sizeBytes { return bytes }
        guard case .known(let models) = installed[identity.server] else { return nil }
        return models.first { $0.name == identity.model }?.sizeBytes
    }

    func parts(of row: ModelRow) -> MemoryParts? { row.info.flatMap { MemoryParts($0, prospects[row.identity]) } }

    /// The memory in parts of those models of a server that are wholly in VRAM: of others nobody tells what is where.
    func parts(of snapshot: ServerSnapshot) -> [ModelName: MemoryParts] {
        let whole = snapshot.models.filter { $0.vramBytes != nil && $0.vramBytes == $0.sizeBytes }
        let parts = whole.compactMap { info in
            MemoryParts(info, prospects[ModelIdentity(server: snapshot.name, model: info.name)]).map { (info.name, $0) }
        }
        return Dictionary(parts) { first, _ in first }
    }
}
