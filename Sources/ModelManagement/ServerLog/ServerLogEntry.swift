import Foundation
import PromptChainCore

/// One line of a server's log, taken apart.
struct ServerLogEntry: Equatable, Sendable {
    /// A request that the line tells of.
    struct Request: Equatable, Sendable {
        /// `GET`, `POST` and the like.
        var method: String
        /// The path, without what follows a question mark.
        var path: String
        /// The answer's status.
        var status: Int
        /// The client's address without its port, where it is told.
        var client: String?
    }

    /// When it was written, where the line says so.
    var time: Date?
    /// How grave it is, where the line says so.
    var level: LogLine.Level?
    /// What it says, without time and level.
    var message: String
    var request: Request?

    /// The level of a word or letter that servers use for it.
    static func level(of word: some StringProtocol) -> LogLine.Level? {
        switch word.uppercased() {
        case "TRACE", "TRC": .trace
        case "DEBUG", "DBG", "DEBU", "D": .debug
        case "INFO", "INF", "I": .info
        case "NOTICE": .notice
        case "WARNING", "WARN", "WRN", "W": .warning
        case "ERROR", "ERR", "ERRO", "E": .error
        case "CRITICAL", "FATAL", "FTL", "PANIC", "PNC", "CRIT", "F": .critical
        // Go writes levels between two names as a distance: DEBUG-4.
        case let word where word.hasPrefix("DEBUG-"): .trace
        case let word where word.hasPrefix("DEBUG+"): .debug
        case let word where word.hasPrefix("INFO+"): .notice
        case let word where word.hasPrefix("WARN+"): .warning
        case let word where word.hasPrefix("ERROR+"): .critical
        default: nil
        }
    }
}
