import Synchronization

/// Open connections, and what is to be done when one closes.
final class ConnectionRegistry: Sendable {
    private struct Entry {
        var close: @Sendable () -> Void
        var actions: [Int: @Sendable () -> Void] = [:]
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var nextAction = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Remembers a connection from its first request on.
    func adopt(_ context: ConnectionContext) {
        let id = context.connectionID
        let (isNew, mustClose) = state.withLock { state in
            guard !state.isClosed else { return (false, true) }
            guard state.entries[id] == nil else { return (false, false) }
            state.entries[id] = Entry(close: context.closeConnection)
            return (true, false)
        }
        if isNew { context.whenClosed { [weak self] in self?.closed(id) } }
        if mustClose { context.closeConnection() }
    }

    /// Does something when a connection closes; at once when it is closed already.
    ///
    /// - Returns: a number for ``forget(_:on:)``.
    func onClose(of id: ObjectIdentifier, _ action: @escaping @Sendable () -> Void) -> Int {
        let number: Int? = state.withLock { state in
            guard state.entries[id] != nil else { return nil }
            state.nextAction += 1
            state.entries[id]?.actions[state.nextAction] = action
            return state.nextAction
        }
        if number == nil { action() }
        return number ?? 0
    }

    /// Takes back an action.
    func forget(_ number: Int, on id: ObjectIdentifier) {
        state.withLock { $0.entries[id]?.actions[number] = nil }
    }

    /// Closes every connection, and those that still come.
    func closeAll() {
        let entries = state.withLock { state in
            state.isClosed = true
            return Array(state.entries.values)
        }
        for entry in entries { entry.close() }
    }

    private func closed(_ id: ObjectIdentifier) {
        let entry = state.withLock { $0.entries.removeValue(forKey: id) }
        for action in entry?.actions.values.map(\.self) ?? [] { action() }
    }
}
