import Foundation
import PromptChainCore

/// A moment that the log may tell of: when something happened, and the words by which its line is known.
public struct LogMoment: Equatable, Sendable {
    /// How far the line may be from the time, in seconds.
    private static let slack = 2.0

    /// When it happened, in seconds since 1970.
    public var time: Double
    /// A line about it holds one of these; empty when time alone has to do.
    public var words: [String]

    /// A moment.
    public init(time: Double, words: [String] = []) {
        self.time = time
        self.words = words
    }

    /// The line that tells of it: the nearest one that holds one of the words, or else the first one from then on.
    public func line(in entries: some Sequence<LogEntry>) -> LogEntry? {
        let patterns = words.map { TextPattern($0.lowercased()) }
        var nearest: (entry: LogEntry, distance: Double)?
        var next: LogEntry?
        for entry in entries {
            let distance = abs(entry.line.time.timeIntervalSince1970 - time)
            if distance <= Self.slack, distance < nearest?.distance ?? .infinity,
                patterns.contains(where: { $0.isFound(in: entry.line.message) })
            {
                nearest = (entry, distance)
            }
            // Clocks of lines and events differ in their last digits.
            if next == nil, entry.line.time.timeIntervalSince1970 >= time - 0.001 { next = entry }
        }
        return nearest?.entry ?? next
    }
}
