import PromptChainCore
import Synchronization

/// How models are managed, for all chains or for one. The names are those of the original.
public struct ModelManagementConfig: Equatable, Sendable {
    /// Whether chains load and unload models at all.
    public var enabled: Bool
    /// The kind of server where nothing else is said.
    public var defaultProvider: ModelProvider
    /// Whether models are unloaded when no step needs them any more.
    public var autoUnload: Bool
    /// Seconds between two checks of a server's health.
    public var healthCheckInterval: Double
    /// How many models may be loaded at a time; `nil` leaves it to the policy: 2, or what fits.
    public var maxLoadedModels: Int?
    /// How each kind of server is reached.
    public var providerConfigs: [ModelProvider: ProviderConfiguration]

    /// A configuration; management is off unless it is switched on.
    public init(
        enabled: Bool = false, defaultProvider: ModelProvider = .ollama, autoUnload: Bool = true,
        healthCheckInterval: Double = 300, maxLoadedModels: Int? = nil,
        providerConfigs: [ModelProvider: ProviderConfiguration] = [:]
    ) {
        self.enabled = enabled
        self.defaultProvider = defaultProvider
        self.autoUnload = autoUnload
        self.healthCheckInterval = healthCheckInterval
        self.maxLoadedModels = maxLoadedModels
        self.providerConfigs = providerConfigs
    }

    private static let shared = Mutex(ModelManagementConfig())

    /// The configuration of all chains that have none of their own.
    public static var global: ModelManagementConfig {
        get { shared.withLock { $0 } }
        set { shared.withLock { $0 = newValue } }
    }
}

/// How one kind of server is reached.
public struct ProviderConfiguration: Equatable, Sendable {
    /// The server's address, in any form that `ServerAddress` reads; `nil` for the usual one.
    public var baseURL: String?
    /// The time limit of control calls, in seconds. Loads and generations have none.
    public var timeout: Double
    /// How often a call is tried again when no connection comes about or the server is too busy.
    public var maxRetries: Int
    /// Whether loads and unloads are told at level info.
    public var verbose: Bool

    /// How a kind of server is reached.
    public init(baseURL: String? = nil, timeout: Double = 30, maxRetries: Int = 3, verbose: Bool = false) {
        self.baseURL = baseURL
        self.timeout = timeout
        self.maxRetries = maxRetries
        self.verbose = verbose
    }
}

/// Sets the configuration of all chains that have none of their own.
public func setGlobalConfig(_ config: ModelManagementConfig) {
    ModelManagementConfig.global = config
}

/// The configuration of all chains that have none of their own.
public func getGlobalConfig() -> ModelManagementConfig {
    ModelManagementConfig.global
}
