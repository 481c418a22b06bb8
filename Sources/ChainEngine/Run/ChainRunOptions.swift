/// What a caller asks of one run, beside what the chain says. What is `nil` is left to the chain.
public struct ChainRunOptions: Equatable, Sendable {
    /// The policy; it switches model management on.
    public var policy: ResidencyPolicy?
    /// The size of the models' contexts.
    public var context: ContextPolicy?
    /// Whether models are managed when neither the chain nor a policy says so: the configuration's `enabled`.
    public var managesByDefault: Bool
    /// Whether everything that is loaded stays loaded, also at the end (`auto_unload_models: false`).
    public var keepLoaded: Bool
    /// Whether a model that the server lacks is downloaded.
    public var pull: Bool
    /// The server for steps that name none: a name from the configuration or an address.
    public var server: String?
    /// The GPU memory that may be used, in bytes, where it is known.
    public var capacityBytes: Int64?
    /// The most models of the chain that are loaded at once where the chain says nothing; `nil` for what the policy does
    /// by itself.
    public var maxLoadedModels: Int?
    /// Seconds between two checks of the servers' health while the run lives; 0 for none.
    public var healthCheckInterval: Double
    /// Whether events tell what is in the servers' memory: at the beginning, when it has changed, and at the end.
    public var samplesServers: Bool
    /// Seconds between two looks at the servers' memory, beside those after a load or an unload.
    public var sampleInterval: Double
    /// Whether to log in detail.
    public var verbose: Bool
    /// How long the clean-up after a stop may take, in seconds.
    public var cleanUpSeconds: Double

    /// Options; without any the chain decides everything.
    public init(
        policy: ResidencyPolicy? = nil, context: ContextPolicy? = nil, managesByDefault: Bool = false,
        keepLoaded: Bool = false, pull: Bool = false, server: String? = nil, capacityBytes: Int64? = nil,
        maxLoadedModels: Int? = nil, healthCheckInterval: Double = 0, samplesServers: Bool = false,
        sampleInterval: Double = 5,
        verbose: Bool = false, cleanUpSeconds: Double = 10
    ) {
        self.policy = policy
        self.context = context
        self.managesByDefault = managesByDefault
        self.keepLoaded = keepLoaded
        self.pull = pull
        self.server = server
        self.capacityBytes = capacityBytes
        self.maxLoadedModels = maxLoadedModels
        self.healthCheckInterval = healthCheckInterval
        self.samplesServers = samplesServers
        self.sampleInterval = sampleInterval
        self.verbose = verbose
        self.cleanUpSeconds = cleanUpSeconds
    }
}

/// What a chain and the options of its run come to.
struct RunSettings: Equatable, Sendable {
    /// The policy; `nil` when models are not managed.
    var policy: ResidencyPolicy?
    /// The size of the contexts.
    var context: ContextPolicy
    /// Whether nothing is unloaded.
    var keepsLoaded: Bool
    /// Whether models of others may be unloaded.
    var evictsForeign: Bool

    /// - Parameter knowsCapacity: whether it is known how much memory there is; what a plan needs.
    init(chain: Chain, options: ChainRunOptions, knowsCapacity: Bool) {
        let managed =
            options.policy != nil || chain.isManaged
            || (chain.management.enabled == nil && options.managesByDefault)
        policy = managed ? options.policy ?? chain.policy ?? (knowsCapacity ? .planned : .sameModel) : nil
        context = options.context ?? chain.context
        keepsLoaded = options.keepLoaded || !chain.management.autoUnload
        evictsForeign = chain.management.evictForeign
    }
}
