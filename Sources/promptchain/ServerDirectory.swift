import ChainEngine
import DashboardRuntime
import Foundation
import Logging
import ModelManagement
import PromptChainCore
import Synchronization

/// The servers of this program: one manager for each, shared by the dashboard and by runs.
final class ServerDirectory: ChainServers {
    private let configuration: AppConfiguration
    private let environment: [String: String]
    private let log: LogHub
    private let managers = Mutex<[String: any ChainServer]>([:])

    init(configuration: AppConfiguration, environment: [String: String], log: LogHub) {
        self.configuration = configuration
        self.environment = environment
        self.log = log
    }

    func manager(for step: ServerRequest) async throws -> any ChainServer {
        let resolver = ServerResolver(
            configuration: configuration, environment: environment, option: step.optionServer)
        var server = try resolver.resolve(
            modelBase: step.apiBase, step: step.stepServer, chain: step.baseURL, provider: step.provider)
        server.timeout = step.timeout ?? server.timeout
        server.maxRetries = step.maxRetries ?? server.maxRetries
        server.verbose = step.verbose || server.verbose
        return try manager(of: server, isGuess: step.provider == nil && step.choice != nil)
    }

    /// Makes sure that a name or an address means a server.
    /// - Throws: `CommandFailure`.
    func check(_ text: String) throws {
        do {
            _ = try ServerResolver(configuration: configuration, environment: environment, option: text).resolve()
        } catch let error as ModelManagementError {
            throw Self.failure(error, text)
        }
    }

    private static func failure(_ error: ModelManagementError, _ text: String?) -> CommandFailure {
        guard error.kind == .badRequest, let text else { return CommandFailure(error) }
        return CommandFailure(message: "--server \(text): \(error.reason)", hint: error.hint, status: ExitStatus.usage)
    }

    /// A server by its name or address; the standard one without.
    func watched(_ text: String?, named name: String? = nil) throws -> WatchedServer {
        let resolver = ServerResolver(configuration: configuration, environment: environment, option: text)
        do {
            var server = try resolver.resolve()
            if let name { server.name = name }
            let manager = try manager(of: server, isGuess: text != nil)
            return WatchedServer(
                name: server.name, url: server.url.description, provider: server.provider, manager: manager,
                capacityBytes: server.vramBytes)
        } catch let error as ModelManagementError {
            throw Self.failure(error, text)
        }
    }

    /// The servers to watch when none is named: OLLAMA_HOST alone, else all of the configuration.
    func standardServers() throws -> [WatchedServer] {
        let host = environment["OLLAMA_HOST"] ?? ""
        guard host.isEmpty, !configuration.servers.isEmpty else { return [try watched(nil)] }
        return try configuration.servers.map { try watched($0.name) }
    }

    /// Ends all connections.
    func shutdown() async {
        for manager in managers.withLock({ Array($0.values) }) {
            await (manager as? any ServerInspector)?.shutdown()
        }
    }

    private func manager(of server: ServerConfiguration, isGuess: Bool) throws -> any ChainServer {
        let key = server.url.description
        if let manager = managers.withLock({ $0[key] }) { return manager }
        let log = log
        let isConfigured = configuration.servers.contains { $0.url == server.url }
        let made: any ModelManager =
            isGuess && !isConfigured
            ? ProbedManager(configuration: server, logger: { log.logger($0) })
            : try ModelManagerFactory.createManager(for: server, logger: { log.logger($0) })
        guard let manager = made as? any ChainServer else {
            throw ModelManagementError(
                kind: .notSupported, action: "run chains", server: server.name,
                reason: "its manager cannot generate text")
        }
        return managers.withLock { managers in
            if let known = managers[key] { return known }
            managers[key] = manager
            return manager
        }
    }
}
