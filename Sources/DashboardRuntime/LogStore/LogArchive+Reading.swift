import Dashboard
import PromptChainCore

extension LogArchive {
    /// What is read at once, in bytes of messages.
    private static let portion = 64 * 1024

    /// Reads lines. With a filter that shows few of them it may have to go through all.
    /// - Parameter isOutdated: asked now and then whether anybody waits for them.
    /// - Returns: the lines in order, and the number of the one that was looked for; `nil` when nobody waits.
    /// - Throws: `SystemError`.
    mutating func read(
        _ reading: LogReading, isOutdated: () -> Bool = { false }
    ) throws -> (lines: [LogEntry], target: Int?)? {
        do {
            return try found(reading, isOutdated)
        } catch is Outdated {
            return nil
        }
    }

    private struct Outdated: Error {}

    private mutating func found(
        _ reading: LogReading, _ isOutdated: () -> Bool
    ) throws -> (lines: [LogEntry], target: Int?) {
        switch reading.place {
        case .first: return (try lines(from: numbers.lowerBound, reading.filter, bytes: Self.portion, isOutdated), nil)
        case .after(let number):
            return (try lines(from: number + 1, reading.filter, bytes: Self.portion, isOutdated), nil)
        case .before(let number):
            return (try lines(before: number, reading.filter, bytes: Self.portion, isOutdated), nil)
        case .around(let number): return try lines(around: number, reading.filter, isOutdated)
        case .at(let moment):
            guard let number = try line(of: moment) else { return ([], nil) }
            return try lines(around: number, reading.filter, isOutdated)
        }
    }

    /// Hands out the lines before a number that a filter shows, from the oldest on.
    mutating func forEach(before number: Int, _ filter: LogFilter, _ body: (LogLine) throws -> Void) throws {
        for block in blocks where block.numbers.lowerBound < number {
            for entry in try entries(of: block) where entry.number < number && filter.shows(entry.line) {
                try body(entry.line)
            }
        }
    }

    private mutating func lines(
        around number: Int, _ filter: LogFilter, _ isOutdated: () -> Bool
    ) throws -> ([LogEntry], Int?) {
        guard numbers.contains(number) else { return ([], nil) }
        let before = try lines(before: number, filter, bytes: Self.portion / 2, isOutdated)
        return (before + (try lines(from: number, filter, bytes: Self.portion, isOutdated)), number)
    }

    private mutating func lines(
        from number: Int, _ filter: LogFilter, bytes: Int, _ isOutdated: () -> Bool
    ) throws -> [LogEntry] {
        var found: [LogEntry] = []
        var left = bytes
        for block in blocks where block.numbers.upperBound > number {
            if isOutdated() { throw Outdated() }
            guard try mayShow(block, filter) else { continue }
            for entry in try entries(of: block) where entry.number >= number && filter.shows(entry.line) {
                found.append(entry)
                left -= entry.line.message.utf8.count + 1
                if left <= 0 { return found }
            }
        }
        return found
    }

    private mutating func lines(
        before number: Int, _ filter: LogFilter, bytes: Int, _ isOutdated: () -> Bool
    ) throws -> [LogEntry] {
        var found: [LogEntry] = []
        var left = bytes
        for block in blocks.reversed() where block.numbers.lowerBound < number {
            if isOutdated() { throw Outdated() }
            guard try mayShow(block, filter) else { continue }
            for entry in try entries(of: block).reversed() where entry.number < number && filter.shows(entry.line) {
                found.append(entry)
                left -= entry.line.message.utf8.count + 1
                if left <= 0 { return found.reversed() }
            }
        }
        return found.reversed()
    }

    /// The line that tells of a moment: in the block of that time, or right behind it.
    private mutating func line(of moment: LogMoment) throws -> Int? {
        guard let index = blocks.firstIndex(where: { $0.times.upperBound >= moment.time }) else { return nil }
        // A clock that was set back leaves blocks out of order; the first one has to do.
        var near = try entries(of: blocks[index])
        if index > 0 { near = try entries(of: blocks[index - 1]) + near }
        if index + 1 < blocks.count { near += try entries(of: blocks[index + 1]) }
        return moment.line(in: near)?.number
    }
}
