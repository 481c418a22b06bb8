import PromptChainCore
import Synchronization

/// Tells who is connected to ports of this host, and remembers whose sockets those are: to find that out, the open files
/// of all processes are read. The calls belong on a thread of their own.
final class ClientWatch: Sendable {
    private struct State {
        /// Whose a socket is; `nil` when nobody was found.
        var owners: [String: Int32?] = [:]
        /// The sockets of this very process, which is no client worth telling of.
        var own: Set<String> = []
        var lastSearch: Double?
    }

    /// How long nobody looks again for the owners of sockets, in seconds.
    static let patience = 3.0

    private let table: ProcessTable
    private let state = Mutex(State())

    init(table: ProcessTable) {
        self.table = table
    }

    /// The clients of a port but this process, sorted; `nil` when the kernel's table cannot be read.
    /// - Parameter now: seconds of any clock.
    func clients(ofPort port: Int, now: Double) -> [ServerClient]? {
        guard let connections = table.connections(toPort: port) else { return nil }
        let sockets = Set(connections.compactMap(\.socket))
        let (owners, own) = state.withLock { state -> ([String: Int32?], Set<String>) in
            var unknown = sockets.filter { state.owners[$0] == nil && !state.own.contains($0) }
            if !unknown.isEmpty {
                state.own = table.ownSockets()
                unknown.subtract(state.own)
            }
            if !unknown.isEmpty, state.lastSearch.map({ now - $0 >= Self.patience }) ?? true {
                state.lastSearch = now
                let found = table.owners(of: unknown)
                for socket in unknown { state.owners[socket] = .some(found[socket]) }
            }
            state.owners = state.owners.filter { sockets.contains($0.key) }
            return (state.owners, state.own)
        }
        var clients: [ServerClient] = []
        for connection in connections where connection.socket.map({ !own.contains($0) }) ?? true {
            let process = connection.socket.flatMap { owners[$0] ?? nil }
            let place = clients.firstIndex { $0.address == connection.address && $0.processID == process }
            if let place {
                clients[place].connections += 1
            } else {
                clients.append(
                    ServerClient(
                        address: connection.address, processID: process, name: process.flatMap { table.name(of: $0) }))
            }
        }
        return clients.sorted { ($0.address, $0.processID ?? 0) < ($1.address, $1.processID ?? 0) }
    }
}
