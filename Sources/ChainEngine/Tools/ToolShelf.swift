import PromptChainCore
import Synchronization

/// Keeps the tools of chains between their runs, so that a server that is slow to start is started once.
///
/// Chains that name the same servers share them. A server that has ended is started again with the next run.
public final class ToolShelf: Sendable {
    private struct State {
        var boxes: [(servers: [ToolServer], box: ToolBox)] = []
        var isClosed = false
    }

    private let log: @Sendable (_ server: String, _ line: String) -> Void
    private let state = Mutex(State())

    /// An empty shelf.
    /// - Parameter log: takes what a server tells, by its identifier.
    public init(log: @escaping @Sendable (_ server: String, _ line: String) -> Void) {
        self.log = log
    }

    /// The tools of a chain, those of chains in it included; `nil` for a chain that names no servers, and when the shelf
    /// is closed.
    public func box(for chain: Chain) -> ToolBox? {
        let servers = FlatChain(chain).chain.toolServers
        guard !servers.isEmpty else { return nil }
        return state.withLock { state in
            if state.isClosed { return nil }
            if let known = state.boxes.first(where: { $0.servers == servers }) { return known.box }
            let box = ToolBox(servers: servers, log: log)
            state.boxes.append((servers, box))
            return box
        }
    }

    /// Ends all servers. They are gone when this returns.
    public func close() async {
        let boxes = state.withLock { state in
            state.isClosed = true
            defer { state.boxes = [] }
            return state.boxes.map(\.box)
        }
        await withTaskGroup(of: Void.self) { group in
            for box in boxes { group.addTask { await box.close() } }
        }
    }
}
