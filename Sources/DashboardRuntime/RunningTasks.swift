import Synchronization

/// Tasks under way, by what they are for, so that one can be ended and the end of all can be waited for.
final class RunningTasks: Sendable {
    private struct State {
        var tasks: [String: Task<Void, Never>] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Starts work under a key, unless work under that key is under way or everything is being closed.
    /// - Returns: whether it was started.
    @discardableResult
    func start(_ key: String, _ work: @escaping @Sendable () async -> Void) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.tasks[key] == nil else { return false }
            state.tasks[key] = Task { [self] in
                await work()
                self.state.withLock { _ = $0.tasks.removeValue(forKey: key) }
            }
            return true
        }
    }

    /// Whether work under a key is under way.
    func isRunning(_ key: String) -> Bool {
        state.withLock { $0.tasks[key] != nil }
    }

    /// Cancels everything, accepts nothing more, and waits until all of it has ended.
    func close() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
