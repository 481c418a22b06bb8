import PromptChainCore

/// A line of the log, and which one of all lines it is.
public struct LogEntry: Equatable, Sendable {
    /// How many lines came before it.
    public var number: Int
    /// The line.
    public var line: LogLine

    /// A line with its number.
    public init(number: Int, line: LogLine) {
        self.number = number
        self.line = line
    }
}
