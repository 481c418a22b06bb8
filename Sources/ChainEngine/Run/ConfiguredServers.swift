import Foundation
import Logging
import ModelManagement
import PromptChainCore
import Synchronization

/// The servers of a program by its configuration and environment: one manager for each, shared by everybody who asks.
public final class ConfiguredServers: ChainServers {
    private struct Key: Hashable {
        /// The kind that somebody named; `nil` for a server that is asked for its kind.
        var provider: ModelProvider?
        var address: String
        /// How often a call is tried again: a model may say so for itself.
        var maxRetries: Int
    }

    private let configuration: AppConfiguration
    private let environment: [String: String]
    private let logger: @Sendable (String) -> Logger
    private let readCapacity: CapacityReading
    private let readGPUs: @Sendable (ServerConfiguration) async -> [GPUReading]
    private let managers = Mutex<[Key: any ModelManager]>([:])

    /// Reads the memory of a server; the second parameter is what the user says that it is, in bytes.
    public typealias CapacityReading = @Sendable (ServerConfiguration, Int64?) async -> ServerCapacity?

    /// Servers by a configuration.
    /// - Parameters:
    ///   - capacity: reads the memory of a server; without it, what the option and the configuration say counts.
    ///   - gpus: reads the GPUs that a server can use.
    ///   - environment: for `OLLAMA_HOST`.
    ///   - logger: makes the managers' loggers by their labels.
    public init(
        configuration: AppConfiguration, environment: [String: String],
        capacity: @escaping CapacityReading = ConfiguredServers.saidCapacity,
        gpus: @escaping @Sendable (ServerConfiguration) async -> [GPUReading] = { _ in [] },
        logger: @escaping @Sendable (String) -> Logger = { Logger(label: $0) }
    ) {
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        readCapacity = capacity
        readGPUs = gpus
    }

    /// The capacity that the option or the configuration gives.
    public static let saidCapacity: CapacityReading = { server, option in
        if let option { return ServerCapacity(devices: [.init(totalBytes: option)], source: .option) }
        return server.vramBytes.map { ServerCapacity(devices: [.init(totalBytes: $0)], source: .configuration) }
    }

    /// The memory of the server that a step wants.
    public func capacity(for step: ServerRequest, option: Int64?) async -> ServerCapacity? {
        guard let server = try? configuration(for: step) else { return nil }
        return await readCapacity(server, option)
    }

    /// The GPUs that the server of a step can use.
    public func gpus(for step: ServerRequest) async -> [GPUReading] {
        guard let server = try? configuration(for: step) else { return [] }
        return await readGPUs(server)
    }

    private func configuration(for step: ServerRequest) throws -> ServerConfiguration {
        try resolver(step.optionServer).resolve(
            modelBase: step.apiBase, step: step.stepServer, chain: step.baseURL, provider: step.provider)
    }

    /// The manager of the server that a step wants.
    /// - Throws: `ModelManagementError` when the server is not known, or cannot run chains.
    public func manager(for step: ServerRequest) async throws -> any ChainServer {
        var server = try configuration(for: step)
        server.timeout = step.timeout ?? server.timeout
        server.maxRetries = step.maxRetries ?? server.maxRetries
        server.verbose = step.verbose || server.verbose
        let found = try manager(of: server, kindIsGuessed: step.provider == nil && step.choice != nil)
        guard let manager = found as? any ChainServer else {
            throw ModelManagementError(
                kind: .notSupported, action: "run a chain", server: server.name,
                reason: "the manager for servers of kind “\(server.provider.rawValue)” cannot generate text",
                hint: "Let it conform to TextGenerator.")
        }
        // A run decides by what the server can do whether models are unloaded. One that does not answer now says so at
        // the first call.
        try? await (manager as? any CapabilityLearner)?.learnCapabilities()
        return manager
    }

    /// The name in the configuration or made of the address. What is wrong with a server is told by the step that needs it.
    public func name(for step: ServerRequest) -> String? { try? configuration(for: step).name }

    /// The server that a name of the configuration or an address means, and its manager; the standard server without.
    /// - Throws: `ModelManagementError` when there is no server of this name.
    public func server(_ choice: String?) throws -> (configuration: ServerConfiguration, manager: any ModelManager) {
        let server = try resolver(choice).resolve()
        return (server, try manager(of: server, kindIsGuessed: choice != nil))
    }

    /// The names of the configured servers; empty when `OLLAMA_HOST` names the only one that counts.
    public var names: [String] {
        (environment["OLLAMA_HOST"] ?? "").isEmpty ? configuration.servers.map(\.name) : []
    }

    /// Ends all connections.
    public func shutdown() async {
        let all = managers.withLock { managers in
            defer { managers = [:] }
            return Array(managers.values)
        }
        for manager in all { await (manager as? any ServerInspector)?.shutdown() }
    }

    private func resolver(_ option: String?) -> ServerResolver {
        ServerResolver(configuration: configuration, environment: environment, option: option)
    }

    // An address of which nobody said what listens there is asked, with the first call.
    private func manager(of server: ServerConfiguration, kindIsGuessed: Bool) throws -> any ModelManager {
        let isGuess = kindIsGuessed && !configuration.servers.contains { $0.url == server.url }
        let key = Key(
            provider: isGuess ? nil : server.provider, address: server.url.description, maxRetries: server.maxRetries)
        return try managers.withLock { managers in
            if let known = managers[key] { return known }
            if let probed = managers[Key(provider: nil, address: key.address, maxRetries: key.maxRetries)],
                (probed as? any ServerInspector)?.provider == server.provider
            {
                return probed
            }
            let made = try make(server, isGuess: isGuess)
            managers[key] = made
            return made
        }
    }

    private func make(_ server: ServerConfiguration, isGuess: Bool) throws -> any ModelManager {
        if isGuess { return ProbedManager(configuration: server, logger: logger) }
        return try ModelManagerFactory.createManager(for: server, logger: logger)
    }
}
