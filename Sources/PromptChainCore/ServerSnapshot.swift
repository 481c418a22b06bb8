import Foundation

/// How a server stands, as the last attempts to reach it show.
public enum ServerState: Equatable, Sendable {
    /// Nothing has been heard yet.
    case connecting
    /// It accepts connections and answers nothing, as Ollama does until it has found its GPUs.
    case starting
    /// It answers.
    case ready
    /// It answered before, and does not now; the time is that of its last answer.
    case stale(since: Date)
    /// It cannot be reached: why, and what helps.
    case unreachable(reason: String, hint: String)

    /// One word for JSON and columns.
    public var word: String {
        switch self {
        case .connecting: "connecting"
        case .starting: "starting"
        case .ready: "ready"
        case .stale: "stale"
        case .unreachable: "unreachable"
        }
    }
}

/// What was learned about one server in one reading. After a failed reading the last known models stay.
public struct ServerSnapshot: Equatable, Sendable {
    /// The server's name; unique in one program.
    public var name: String
    /// The kind of server.
    public var provider: ModelProvider
    /// Its base address, without credentials.
    public var url: String
    /// When the reading was made.
    public var time: Date
    /// How the server stands.
    public var state: ServerState
    /// Its version, where it says one.
    public var version: String?
    /// The GPU memory that it can use, in bytes, where a reading, the configuration or a flag gives it.
    public var capacityBytes: Int64?
    /// Whether this was learned from a load that spilled, for want of anything better.
    public var isCapacityLearned: Bool
    /// The models in its memory, sorted by name.
    public var models: [ModelInfo]
    /// The GPUs of its host, where they can be read.
    public var gpus: [GPUReading]
    /// What its models are doing right now, where it can be seen; also of a model that somebody else loads, which
    /// servers do not list yet.
    public var activities: [ModelActivity]
    /// Who is connected to it, sorted by address and number; `nil` where that cannot be seen.
    public var clients: [ServerClient]?
    /// Models in its memory that are no longer on its disk, sorted; `nil` where that is not known.
    public var missingModels: [ModelName]?
    /// How long loads of its models took before, in seconds, where that is known.
    public var usualLoadSeconds: [ModelName: Double]

    /// What is to be said about it, in sentences, by whoever judges it.
    public var verdicts: [String] = []

    /// A reading of a server.
    public init(
        name: String, provider: ModelProvider, url: String, time: Date, state: ServerState, version: String? = nil,
        capacityBytes: Int64? = nil, isCapacityLearned: Bool = false, models: [ModelInfo] = [], gpus: [GPUReading] = [],
        activities: [ModelActivity] = [], clients: [ServerClient]? = nil, missingModels: [ModelName]? = nil,
        usualLoadSeconds: [ModelName: Double] = [:]
    ) {
        self.name = name
        self.provider = provider
        self.url = url
        self.time = time
        self.state = state
        self.version = version
        self.capacityBytes = capacityBytes
        self.isCapacityLearned = isCapacityLearned
        self.models = models
        self.gpus = gpus
        self.activities = activities
        self.clients = clients
        self.missingModels = missingModels
        self.usualLoadSeconds = usualLoadSeconds
    }

    /// GPU memory that the loaded models take together, in bytes; `nil` when the server says nothing about any of them.
    public var usedVRAMBytes: Int64? {
        let known = models.compactMap(\.vramBytes)
        return known.isEmpty && !models.isEmpty ? nil : ByteCount.sum(known)
    }
}

extension ServerSnapshot: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, provider, url, time, state, reason, hint, since, version, capacityBytes = "capacity_bytes",
            isCapacityLearned = "capacity_learned", models,
            gpus,
            activities
        case clients, missingModels = "missing_models", usualLoadSeconds = "usual_load_seconds"
        case verdicts
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(provider, forKey: .provider)
        try container.encode(url, forKey: .url)
        try container.encode(Timestamp.text(time), forKey: .time)
        try container.encode(state.word, forKey: .state)
        switch state {
        case .unreachable(let reason, let hint):
            try container.encode(reason, forKey: .reason)
            try container.encode(hint, forKey: .hint)
        case .stale(let since):
            try container.encodeNil(forKey: .reason)
            try container.encode(Timestamp.text(since), forKey: .since)
        case .connecting, .starting, .ready: try container.encodeNil(forKey: .reason)
        }
        try container.encode(version, forKey: .version)
        try container.encode(capacityBytes, forKey: .capacityBytes)
        try container.encode(isCapacityLearned, forKey: .isCapacityLearned)
        try container.encode(models, forKey: .models)
        try container.encode(gpus, forKey: .gpus)
        try container.encode(activities, forKey: .activities)
        try container.encode(clients, forKey: .clients)
        try container.encode(missingModels?.map(\.canonical), forKey: .missingModels)
        let usual = usualLoadSeconds.map { ($0.key.canonical, $0.value) }
        try container.encode(Dictionary(usual, uniquingKeysWith: max), forKey: .usualLoadSeconds)
        try container.encode(verdicts, forKey: .verdicts)
    }
}
