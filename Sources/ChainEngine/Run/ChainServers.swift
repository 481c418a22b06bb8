import ModelManagement
import PromptChainCore

/// All that a chain needs from a server: it manages models and generates text with them.
public typealias ChainServer = ModelManager & TextGenerator

/// Which server a step wants, as the step, the options and the chain say it, and how it is to be spoken to.
public struct ServerRequest: Hashable, Sendable {
    /// The address of the model's own server (`params.api_base`).
    public var apiBase: String?
    /// The server that the step names.
    public var stepServer: String?
    /// The server that the options name (`--server`).
    public var optionServer: String?
    /// The address that the chain names (`base_url`).
    public var baseURL: String?
    /// The kind of server, where the model's name or the chain says it.
    public var provider: ModelProvider?
    /// The longest that a control call may take, in seconds.
    public var timeout: Double?
    /// How often a control call is tried again.
    public var maxRetries: Int?
    /// Whether the manager logs in detail.
    public var verbose: Bool

    /// A request for a server.
    public init(
        apiBase: String? = nil, stepServer: String? = nil, optionServer: String? = nil, baseURL: String? = nil,
        provider: ModelProvider? = nil, timeout: Double? = nil, maxRetries: Int? = nil, verbose: Bool = false
    ) {
        self.apiBase = apiBase
        self.stepServer = stepServer
        self.optionServer = optionServer
        self.baseURL = baseURL
        self.provider = provider
        self.timeout = timeout
        self.maxRetries = maxRetries
        self.verbose = verbose
    }

    /// The request of one call of a chain.
    public init(call: ModelCall, of chain: Chain, options: ChainRunOptions) {
        let management = chain.management
        self.init(
            apiBase: call.apiBase, stepServer: call.server, optionServer: options.server, baseURL: management.baseURL,
            provider: call.model.provider ?? management.provider, timeout: management.timeout,
            maxRetries: call.maxRetries ?? management.maxRetries, verbose: management.verbose || options.verbose)
    }

    /// The name or address that goes before the others; `nil` leaves it to the environment and the configuration.
    public var choice: String? { apiBase ?? stepServer ?? optionServer ?? baseURL }
}

/// Gives a run its servers. Whoever puts a program together supplies it; a test supplies its own.
public protocol ChainServers: Sendable {
    /// The manager of the server that a step wants: the same instance for the same server. It may conform to
    /// `ModelLibrary` and `ServerInspector` as well, and the run then makes use of that.
    func manager(for step: ServerRequest) async throws -> any ChainServer

    /// The name of the server that a step wants, without asking it anything; `nil` when it is not known.
    func name(for step: ServerRequest) -> String?

    /// The memory of the server that a step wants; `nil` when it is not known.
    /// - Parameter option: what the user says that it is, in bytes (`--vram`); it goes before everything else.
    func capacity(for step: ServerRequest, option: Int64?) async -> ServerCapacity?

    /// The GPUs that the server of a step can use, where they can be read; empty where not.
    func gpus(for step: ServerRequest) async -> [GPUReading]
}

extension ChainServers {
    /// No name is known.
    public func name(for step: ServerRequest) -> String? { nil }

    /// No GPUs are known.
    public func gpus(for step: ServerRequest) async -> [GPUReading] { [] }

    /// The memory as far as the user says it.
    public func capacity(for step: ServerRequest, option: Int64?) async -> ServerCapacity? {
        option.map { ServerCapacity(devices: [.init(totalBytes: $0)], source: .option) }
    }
}
