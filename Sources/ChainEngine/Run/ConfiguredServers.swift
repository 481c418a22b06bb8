import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// Gives a run its servers by the configuration and the environment, one manager for each server.
public final class ConfiguredServers: ChainServers {
    private struct Key: Hashable {
        var provider: ModelProvider
        var name: String
        var address: String
    }

    private let configuration: AppConfiguration
    private let environment: [String: String]
    private let managers = Mutex<[Key: any ChainServer]>([:])
    private let kinds = Mutex<[String: ModelProvider]>([:])

    /// Servers by a configuration.
    /// - Parameter environment: for `OLLAMA_HOST`.
    public init(configuration: AppConfiguration, environment: [String: String]) {
        self.configuration = configuration
        self.environment = environment
    }

    /// The manager of the server that a step wants.
    /// - Throws: `ModelManagementError` when the server is not known, or cannot run chains.
    public func manager(for step: ServerRequest) async throws -> any ChainServer {
        let resolver = ServerResolver(
            configuration: configuration, environment: environment, option: step.optionServer)
        var server = try resolver.resolve(
            modelBase: step.apiBase, step: step.stepServer, chain: step.baseURL, provider: step.provider)
        if step.choice != nil, step.provider == nil, !configuration.servers.contains(server) {
            server.provider = await kind(of: server)
        }
        if let timeout = step.timeout { server.timeout = timeout }
        if let retries = step.maxRetries { server.maxRetries = retries }
        if step.verbose { server.verbose = true }

        let key = Key(provider: server.provider, name: server.name, address: server.url.description)
        if let known = managers.withLock({ $0[key] }) { return known }
        guard let made = try ModelManagerFactory.createManager(for: server) as? any ChainServer else {
            throw ModelManagementError(
                kind: .notSupported, action: "run a chain", server: server.name,
                reason: "the manager for servers of kind “\(server.provider.rawValue)” cannot generate text",
                hint: "Let it conform to TextGenerator.")
        }
        // Whoever was faster wins, so that there is one manager for a server.
        return managers.withLock { managers in
            if let known = managers[key] { return known }
            managers[key] = made
            return made
        }
    }

    /// Ends all connections.
    public func shutdown() async {
        let all = managers.withLock { managers in
            defer { managers = [:] }
            return Array(managers.values)
        }
        for manager in all { await (manager as? any ServerInspector)?.shutdown() }
    }

    // An address of which nobody said what listens there is asked once. One that does not answer is taken for what the
    // configuration takes it for: its manager says best what is wrong.
    private func kind(of server: ServerConfiguration) async -> ModelProvider {
        let address = server.url.description
        if let known = kinds.withLock({ $0[address] }) { return known }
        guard let found = try? await ProviderProbe(configuration: server).find() else { return server.provider }
        kinds.withLock { $0[address] = found.provider }
        return found.provider
    }
}
