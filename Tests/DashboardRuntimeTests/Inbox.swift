import ChainEngine
import Dashboard
import ModelManagement
import PromptChainCore
import Synchronization

/// What a runner of effects or a feed tells the dashboard.
final class Inbox: Sendable {
    private let messages = Mutex<[DashboardMessage]>([])
    var all: [DashboardMessage] { messages.withLock { $0 } }
    func take(_ message: DashboardMessage) { messages.withLock { $0.append(message) } }

    /// The events of a run among it.
    var records: [ChainEventRecord] {
        all.flatMap { if case .runEvents(let records) = $0 { records } else { [ChainEventRecord]() } }
    }

    /// Waits for a message; the test's own time limit ends a wait for one that never comes.
    @discardableResult
    func first(_ fits: (DashboardMessage) -> Bool) async -> DashboardMessage {
        await first { fits($0) ? $0 : nil }
    }

    /// Waits for a message of which something can be made.
    func first<Value>(_ value: (DashboardMessage) -> Value?) async -> Value {
        while true {
            if let found = all.lazy.compactMap(value).first { return found }
            await Task.yield()
        }
    }

    func until(_ condition: (Inbox) -> Bool) async throws {
        while !condition(self) { try await Task.sleep(for: .milliseconds(2)) }
    }
}

/// Every step's server is the same.
struct OneServer: ChainServers {
    var server: FakeServer
    func manager(for step: ServerRequest) async throws -> any ChainServer { server }
}
