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
        /// What the latest look at a port showed, and until when that is good.
        var looks: [Int: (connections: [ProcessTable.Connection], end: Double)] = [:]
    }

    /// How long nobody looks again for the owners of sockets, in seconds.
    static let patience = 3.0
    /// How long a look at the kernel's connections may take to be repeated whenever somebody asks, in seconds.
    static let cheapLook = 0.001
    /// How long one that takes more is good for, as a multiple of what it took: half a thousandth of a processor at most.
    static let rest = 2000.0

    private let table: ProcessTable
    private let elapsed: @Sendable () -> Double
    private let state = Mutex(State())

    /// A watch.
    /// - Parameters:
    ///   - table: what the kernel tells of processes and connections.
    ///   - elapsed: seconds on a clock that nobody sets.
    init(table: ProcessTable, elapsed: @escaping @Sendable () -> Double = Timekeeper.system.elapsed) {
        self.table = table
        self.elapsed = elapsed
    }

    /// The clients of a port but this process, sorted; `nil` when the kernel's table cannot be read.
    func clients(ofPort port: Int) -> [ServerClient]? {
        let now = elapsed()
        guard let connections = connections(toPort: port, now: now) else { return nil }
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

    private func connections(toPort port: Int, now: Double) -> [ProcessTable.Connection]? {
        if let look = state.withLock({ $0.looks[port] }), now < look.end { return look.connections }
        guard let connections = table.connections(toPort: port) else { return nil }
        let cost = elapsed() - now
        let end = cost > Self.cheapLook ? now + cost * Self.rest : now
        state.withLock { $0.looks[port] = (connections, end) }
        return connections
    }
}
