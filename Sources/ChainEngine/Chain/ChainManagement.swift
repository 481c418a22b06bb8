import PromptChainCore

/// How a chain has its models managed: the block `model_management` of a chain file, and what stands beside it.
public struct ChainManagement: Equatable, Sendable {
    /// Whether models are loaded and unloaded by the chain; `nil` when nothing is said about it.
    public var enabled: Bool?
    /// The kind of server; `nil` when nothing is said about it.
    public var provider: ModelProvider?
    /// The server's address, or the name of one in the configuration.
    public var baseURL: String?
    /// The longest that a control call may take, in seconds. Loads and generations are not bound by it.
    public var timeout: Double?
    /// How often a control call is tried again when the server is out of reach or busy.
    public var maxRetries: Int?
    /// Whether the manager logs in detail.
    public var verbose: Bool
    /// Whether the models that the chain loaded are unloaded again (`auto_unload_models`).
    public var autoUnload: Bool
    /// Whether models of others are unloaded as well (`evict_foreign`).
    public var evictForeign: Bool
    /// The most models that are loaded at once; `nil` for what the policy does by itself.
    public var maxLoadedModels: Int?
    /// Whether the file of the next model is read into the page cache while a step runs, where the model itself cannot be
    /// loaded yet and the server is on this machine (`read_ahead`).
    public var readsAhead: Bool

    /// Settings; without any, models are not managed.
    public init(
        enabled: Bool? = nil, provider: ModelProvider? = nil, baseURL: String? = nil, timeout: Double? = nil,
        maxRetries: Int? = nil, verbose: Bool = false, autoUnload: Bool = true, evictForeign: Bool = false,
        maxLoadedModels: Int? = nil, readsAhead: Bool = true
    ) {
        self.enabled = enabled
        self.provider = provider
        self.baseURL = baseURL
        self.timeout = timeout
        self.maxRetries = maxRetries
        self.verbose = verbose
        self.autoUnload = autoUnload
        self.evictForeign = evictForeign
        self.maxLoadedModels = maxLoadedModels
        self.readsAhead = readsAhead
    }
}
