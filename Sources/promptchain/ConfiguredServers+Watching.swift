import ChainEngine
import DashboardRuntime
import ModelManagement

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
                readGPUs: { await CapacityReader.host.gpus(of: server) })
        } catch let error as ModelManagementError {
            throw CommandFailure(server: choice, error)
        }
    }

    /// The servers to watch when none is named: all of the configuration, or the standard one.
    func standardServers() throws -> [WatchedServer] {
        names.isEmpty ? [try watched(nil)] : try names.map { try watched($0) }
    }
}
