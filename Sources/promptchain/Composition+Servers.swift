import DashboardRuntime
import ModelManagement

extension Composition {
    /// Makes sure that what `--server` says means a server, before anything is begun.
    /// - Throws: `CommandFailure`.
    func checkServer(_ text: String) throws {
        do {
            _ = try ServerResolver(configuration: configuration, environment: [:], option: text).resolve()
        } catch let error as ModelManagementError {
            throw CommandFailure(server: text, error)
        }
    }

    /// Does something with one server and ends its connections; failures become sentences and an exit status.
    /// - Parameters:
    ///   - text: the server's name or address; the standard one without.
    ///   - waiting: what is waited for, told on a terminal when it takes long.
    func withServer<Value: Sendable>(
        _ text: String?, waiting: String? = nil, _ work: @escaping @Sendable (WatchedServer) async throws -> Value
    ) throws -> Value {
        let server = try chainServers.watched(text)
        return try withConnections(waiting: waiting ?? "waiting for \(server.name)") { try await work(server) }
    }

    /// Does something and ends all connections; failures become sentences and an exit status.
    func withConnections<Value: Sendable>(
        waiting: String, _ work: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let status = StatusLine(waiting)
        defer { status.end() }
        let directory = chainServers
        do {
            return try waitFor {
                do {
                    let value = try await work()
                    await directory.shutdown()
                    return value
                } catch {
                    await directory.shutdown()
                    throw error
                }
            }
        } catch let error as ModelManagementError {
            throw CommandFailure(error)
        }
    }
}
