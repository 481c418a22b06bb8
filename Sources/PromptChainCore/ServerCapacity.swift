/// The memory that a server can use, and what is known of its settings.
public struct ServerCapacity: Equatable, Sendable {
    /// Where a capacity is known from.
    public enum Source: String, Equatable, Sendable {
        /// The option `--vram`.
        case option
        /// The server's `vram` in the configuration.
        case configuration
        /// A reading of the GPUs of this host.
        case gpu
        /// A load that spilled into the computer's own memory.
        case learned
    }

    /// The GPUs; one of the given size where only a size is known.
    public var devices: [PlanningMemory.Device]
    /// Where they are known from.
    public var source: Source
    /// What the server's process was told, where it runs on this host and can be read.
    public var settings: ServerSettings

    /// A capacity.
    public init(
        devices: [PlanningMemory.Device], source: Source, settings: ServerSettings = ServerSettings()
    ) {
        self.devices = devices
        self.source = source
        self.settings = settings
    }

    /// All of the memory, in bytes.
    public var totalBytes: Int64 { ByteCount.sum(devices.map(\.totalBytes)) }
}

extension PlanningMemory {
    /// The memory of a server, less what other programs have of it and the usual margin. Where it was learned, it is what
    /// models had without any.
    public init(_ capacity: ServerCapacity) {
        self.init(devices: capacity.devices)
        if capacity.source != .learned {
            marginBytes = FootprintEstimate.margin(capacityBytes: capacity.totalBytes)
        }
    }
}

/// Settings of a server that decide how much memory its models take and how many it holds. What is unknown is `nil`.
public struct ServerSettings: Equatable, Sendable {
    /// How many requests a model serves at a time; each has a KV cache of its own (`OLLAMA_NUM_PARALLEL`).
    public var parallelSlots: Int?
    /// The type of the KV cache's elements: `f16`, `q8_0`, `q4_0` (`OLLAMA_KV_CACHE_TYPE`).
    public var cacheType: String?
    /// The most models that the server holds (`OLLAMA_MAX_LOADED_MODELS`, `--models-max`).
    public var maxLoadedModels: Int?

    /// Settings.
    public init(parallelSlots: Int? = nil, cacheType: String? = nil, maxLoadedModels: Int? = nil) {
        self.parallelSlots = parallelSlots
        self.cacheType = cacheType
        self.maxLoadedModels = maxLoadedModels
    }
}
