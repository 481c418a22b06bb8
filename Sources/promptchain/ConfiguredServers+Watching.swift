import ChainEngine
import DashboardRuntime
import ModelManagement
import PromptChainCore

extension ConfiguredServers {
    /// A server by its name or address, for watching; the standard one without.
    /// - Parameter name: the name under which it is shown, in place of its own.
    /// - Throws: `CommandFailure`.
    func watched(_ choice: String?, named name: String? = nil) throws -> WatchedServer {
        do {
            let (server, manager) = try server(choice)
            return WatchedServer(
                name: name ?? server.name, url: server.url.description, provider: server.provider, manager: manager,
                capacityBytes: server.vramBytes,
                readGPUs: { await CapacityReader.host.gpus(of: server) },
                readActivities: activityReader(of: server, manager),
                readClients: { await CapacityReader.host.clients(of: server) },
                log: ServerLog(server: server, find: { await CapacityReader.host.log(of: server) }))
        } catch let error as ModelManagementError {
            throw CommandFailure(server: choice, error)
        }
    }

    // Ollama hides what its models do in processes of its own; others tell it themselves, or not at all.
    private func activityReader(
        of server: ServerConfiguration, _ manager: any ModelManager
    ) -> @Sendable ([ModelInfo]) async -> [ModelActivity] {
        guard let generator = manager as? any TextGenerator else { return { _ in [] } }
        let probe = RunnerProbe(
            server: server, describe: { try await generator.describe($0) },
            installed: { try await (manager as? any ModelLibrary)?.installedModels() ?? [] })
        return { models in
            guard (manager as? any ServerInspector)?.provider ?? server.provider == .ollama else {
                return await (manager as? any ActivityTeller)?.activities(of: models) ?? []
            }
            return await probe.activities(of: models)
        }
    }

    /// The servers to watch when none is named: all of the configuration, or the standard one.
    func standardServers() throws -> [WatchedServer] {
        names.isEmpty ? [try watched(nil)] : try names.map { try watched($0) }
    }
}

extension WatchedServer {
    /// A watch over what the server has on disk; `nil` for one that cannot list it.
    /// - Parameter measurements: what was measured until now.
    func watchingLibrary(_ measurements: @escaping @Sendable () -> Measurements?) -> ServerLibraryWatch? {
        guard let library = manager as? any ModelLibrary else { return nil }
        let server = self
        return ServerLibraryWatch(
            address: (manager as? any ServerInspector)?.address ?? url, measurements: measurements,
            installed: { try await library.installedModels() }, describe: { try await server.describe($0) },
            now: Timekeeper.system.elapsed)
    }
}
