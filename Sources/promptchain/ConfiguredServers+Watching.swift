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
                readActivities: activityReader(of: server, manager))
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
