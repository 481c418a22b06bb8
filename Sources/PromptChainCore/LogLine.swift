import Foundation

/// One line of the log, as the Log pane and the log file show it.
public struct LogLine: Equatable, Sendable {
    /// How grave a line is, from the least to the most.
    public enum Level: String, CaseIterable, Sendable, Codable, Comparable {
        /// Everything.
        case trace
        /// What helps to find a fault.
        case debug
        /// What a user wants to know.
        case info
        /// Unusual, and fine.
        case notice
        /// Something may be wrong.
        case warning
        /// Something failed.
        case error
        /// Nothing works any more.
        case critical

        /// Whether one level is less grave than another.
        public static func < (left: Level, right: Level) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// When it was written.
    public var time: Date
    /// How grave it is.
    public var level: Level
    /// Who wrote it: `promptchain.ollama_model_manager`.
    public var component: String
    /// What it says.
    public var message: String

    /// A line.
    public init(time: Date, level: Level, component: String, message: String) {
        self.time = time
        self.level = level
        self.component = component
        self.message = message
    }
}
