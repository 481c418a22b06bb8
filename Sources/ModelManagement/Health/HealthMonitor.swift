import Logging
import PromptChainCore
import Synchronization

/// Looks after servers while a long run or a dashboard lives: asks each of them for its health at an interval, and tells
/// when one goes away and when it comes back, once each.
public final class HealthMonitor: Sendable {
    /// A server to look after.
    public struct Server: Sendable {
        /// The name by which it is told.
        public var name: String
        /// Asks it for its health.
        public var manager: any ModelManager

        /// A server.
        public init(name: String, manager: any ModelManager) {
            self.name = name
            self.manager = manager
        }
    }

    /// What became of a server.
    public enum Change: Equatable, Sendable, CustomStringConvertible {
        /// It does not answer any more, or did not when it was asked first.
        case wentAway(server: String)
        /// It answers again, after a number of seconds, counted from the check that found it away.
        case cameBack(server: String, after: Double)

        /// The change in one sentence.
        public var description: String {
            switch self {
            case .wentAway(let server): "\(server) does not answer its health check"
            case .cameBack(let server, let seconds): "\(server) answers again, after \(Seconds.text(seconds))"
            }
        }
    }

    private let servers: [Server]
    private let interval: Double
    private let timekeeper: Timekeeper
    private let tell: @Sendable (Change) -> Void
    // The servers that are away, with the time since when.
    private let away = Mutex<[String: Double]>([:])

    /// A monitor; `run()` starts it.
    /// - Parameters:
    ///   - servers: the servers, each under a name of its own.
    ///   - interval: seconds between two checks of a server: `health_check_interval`. 0 checks nothing.
    ///   - timekeeper: the clock to wait by.
    ///   - tell: takes each change, from several tasks.
    public init(
        servers: [Server], interval: Double, timekeeper: Timekeeper = .system,
        tell: @escaping @Sendable (Change) -> Void
    ) {
        self.servers = servers
        self.interval = interval
        self.timekeeper = timekeeper
        self.tell = tell
    }

    /// A monitor that writes to the log: a warning when a server goes away, a notice when it comes back.
    /// - Parameter logger: the log of the component `promptchain.model_management`.
    public convenience init(
        servers: [Server], interval: Double, timekeeper: Timekeeper = .system,
        logger: Logger = Logger(label: ManagerLog.management)
    ) {
        self.init(servers: servers, interval: interval, timekeeper: timekeeper) { change in
            switch change {
            case .wentAway: logger.warning("\(change)")
            case .cameBack: logger.notice("\(change)")
            }
        }
    }

    /// The names of the servers that are away now, sorted.
    public var absent: [String] { away.withLock { $0.keys.sorted() } }

    /// Checks all servers now and then at every interval, until the task is cancelled. A server that takes its time
    /// holds up no other one.
    public func run() async {
        guard interval > 0 else { return }
        await withTaskGroup(of: Void.self) { group in
            for server in servers { group.addTask { await self.watch(server) } }
        }
    }

    private func watch(_ server: Server) async {
        while !Task.isCancelled {
            let isHealthy = await server.manager.healthCheck()
            // A check that was cancelled says nothing about the server.
            guard !Task.isCancelled else { return }
            note(server.name, isHealthy: isHealthy)
            do { try await timekeeper.sleep(interval) } catch { return }
        }
    }

    private func note(_ name: String, isHealthy: Bool) {
        let now = timekeeper.elapsed()
        let change: Change? = away.withLock { away in
            guard isHealthy else {
                return away.updateValue(away[name] ?? now, forKey: name) == nil ? .wentAway(server: name) : nil
            }
            return away.removeValue(forKey: name).map { .cameBack(server: name, after: now - $0) }
        }
        if let change { tell(change) }
    }
}
