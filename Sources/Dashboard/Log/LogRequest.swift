import Foundation

/// What the log asks of the file in which its older lines are.
public enum LogRequest: Equatable, Sendable {
    /// Take lines that memory lets go. Answered by `stored`, or by `failed`.
    case store([LogEntry])
    /// Read lines. Answered by `read`.
    case read(LogReading)
    /// Search. Answered by `found`, unless something else is searched for meanwhile.
    case search(LogSearch)
}

/// Lines that are to be read.
public struct LogReading: Equatable, Sendable {
    /// Which lines.
    public enum Place: Equatable, Sendable {
        /// The first ones that there are.
        case first
        /// Those before a number, or after one.
        case before(Int), after(Int)
        /// A line and its neighbours.
        case around(Int)
        /// The line that a moment is about, and its neighbours.
        case at(LogMoment)
    }

    /// Which lines.
    public var place: Place
    /// What they have to be like.
    public var filter: LogFilter

    /// Lines to read.
    public init(_ place: Place, filter: LogFilter) {
        self.place = place
        self.filter = filter
    }
}

/// A text that is searched for.
public struct LogSearch: Equatable, Sendable {
    /// What is searched for, in messages.
    public var text: String
    /// What the lines have to be like.
    public var filter: LogFilter
    /// The number of the line from which it is gone on.
    public var from: Int

    /// A search.
    public init(_ text: String, filter: LogFilter, from: Int) {
        self.text = text
        self.filter = filter
        self.from = from
    }
}

/// What a search has found in the file.
public struct LogFinding: Equatable, Sendable {
    /// A line that holds the text.
    public struct Hit: Equatable, Sendable {
        /// Its number among all lines.
        public var number: Int
        /// Which one of those that hold the text it is, from 1.
        public var place: Int

        /// A hit.
        public init(number: Int, place: Int) {
            self.number = number
            self.place = place
        }
    }

    /// How many lines hold the text.
    public var count: Int
    /// The hits at both ends, and those next to where the search came from.
    public var first: Hit?, last: Hit?, next: Hit?, previous: Hit?

    /// A finding.
    public init(count: Int = 0, first: Hit? = nil, last: Hit? = nil, next: Hit? = nil, previous: Hit? = nil) {
        self.count = count
        self.first = first
        self.last = last
        self.next = next
        self.previous = previous
    }
}

/// What the file of older lines answers.
public enum LogAnswer: Equatable, Sendable {
    /// The numbers of the lines that can be read from now on.
    case stored(Range<Int>)
    /// The file cannot be written, why, and holds nothing any more.
    case failed(String)
    /// Lines, in order, and the number of the one that was looked for. With a filter they have gaps.
    case read(LogReading, [LogEntry], target: Int?)
    /// What was found.
    case found(LogSearch, LogFinding)
}
