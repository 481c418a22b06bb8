import Foundation
import Logging
import PromptChainCore
import Synchronization

/// Where all log lines of the program meet: it decides by component which are kept, hands them to whoever listens (the
/// Log pane, standard error), and writes them to a file. It never writes to the screen by itself.
public final class LogHub: Sendable {
    private struct State {
        var defaultLevel: LogLine.Level
        var levels: [String: LogLine.Level]
        /// Levels that were asked for later, by a component's name in the Log pane or what its whole name begins with;
        /// the empty name stands for all.
        var wishes: [String: LogLine.Level] = [:]
        var listeners: [Int: @Sendable (LogLine) -> Void] = [:]
        var nextListener = 0
    }

    private let state: Mutex<State>
    private let file: LogFile?

    /// A hub.
    /// - Parameters:
    ///   - defaultLevel: the least grave level that is kept.
    ///   - levels: levels of single components and of what lies below them (`promptchain.ollama_model_manager`).
    ///   - file: where lines are written; `nil` for nowhere.
    public init(defaultLevel: LogLine.Level = .info, levels: [String: LogLine.Level] = [:], file: LogFile? = nil) {
        state = Mutex(State(defaultLevel: defaultLevel, levels: levels))
        self.file = file
    }

    /// Makes this hub the place where every `Logger` of the process writes. Once per process.
    public func bootstrap() {
        LoggingSystem.bootstrap { LogHubHandler(label: $0, hub: self) }
    }

    /// A logger that writes here, for whoever is handed one.
    public func logger(_ component: String) -> Logger {
        Logger(label: component) { LogHubHandler(label: $0, hub: self) }
    }

    /// Hands every line that is kept to a closure, from the thread that writes it. The closure must not block.
    /// - Returns: what `removeListener` takes.
    @discardableResult
    public func addListener(_ listener: @escaping @Sendable (LogLine) -> Void) -> Int {
        state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = listener
            return state.nextListener
        }
    }

    /// Ends what `addListener` began.
    public func removeListener(_ token: Int) {
        state.withLock { _ = $0.listeners.removeValue(forKey: token) }
    }

    /// Lets a component write lines of a level, by its name in the Log pane or what its whole name begins with; `nil`
    /// means all of them. What it writes anyway, it goes on writing.
    public func wish(_ level: LogLine.Level, of component: String?) {
        state.withLock { $0.wishes[component ?? ""] = level }
    }

    /// The least grave level that a component writes.
    public func level(of component: String) -> LogLine.Level {
        state.withLock { state in
            let level = LogLine.level(of: component, in: state.levels) ?? state.defaultLevel
            return min(level, LogLine.level(of: component, in: state.wishes) ?? level)
        }
    }

    /// Takes a line, unless its component keeps quieter.
    public func write(_ line: LogLine) {
        guard line.level >= level(of: line.component) else { return }
        file?.write(line)
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener(line) }
    }

    /// Takes a line that reaches its readers by another way, for the file alone.
    public func record(_ line: LogLine) {
        guard line.level >= level(of: line.component) else { return }
        file?.write(line)
    }

    /// Writes what is still on its way to the file.
    public func flush() { file?.flush() }
}

/// swift-log's side of a `LogHub`.
struct LogHubHandler: LogHandler {
    let label: String
    let hub: LogHub
    var metadata: Logger.Metadata = [:]
    private var ownLevel: Logger.Level?

    init(label: String, hub: LogHub) {
        self.label = label
        self.hub = hub
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? Logger.Level(rawValue: hub.level(of: label).rawValue) ?? .info }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let level = LogLine.Level(rawValue: event.level.rawValue) ?? .info
        hub.write(LogLine(time: Date(), level: level, component: label, message: "\(event.message)"))
    }
}
