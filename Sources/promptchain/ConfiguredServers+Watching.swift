import ChainEngine
import DashboardRuntime
import ModelManagement

extension ConfiguredServers {
    /// Makes sure that a name or an address means a server.
    /// - Throws: `CommandFailure`.
    func check(_ choice: String) throws { _ = try watched(choice) }

    /// A server by its name or address, for watching; the standard one without.
    /// - Parameters:
    ///   - choice: what `--server` says.
    ///   - name: the name under which it is shown, in place of its own.
    /// - Throws: `CommandFailure`.
    func watched(_ choice: String?, named name: String? = nil) throws -> WatchedServer {
        do {
            let (server, manager) = try server(choice)
            return WatchedServer(
                name: name ?? server.name, url: server.url.description, provider: server.provider, manager: manager,
                capacityBytes: server.vramBytes)
        } catch let error as ModelManagementError {
            guard error.kind == .badRequest, let choice else { throw CommandFailure(error) }
            throw CommandFailure(
                message: "--server \(choice): \(error.reason)", hint: error.hint, status: ExitStatus.usage)
        }
    }

    /// The servers to watch when none is named: all of the configuration, or the standard one.
    func standardServers() throws -> [WatchedServer] {
        names.isEmpty ? [try watched(nil)] : try names.map { try watched($0) }
    }
}
