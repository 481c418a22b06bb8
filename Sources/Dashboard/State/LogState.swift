import Foundation
import PromptChainCore

/// The newest lines of the log, and how they are looked at.
struct LogState: Equatable, Sendable {
    /// What is kept, in bytes of messages.
    private static let byteLimit = 512 * 1024
    /// A message longer than this is cut here; the log file has all of it.
    private static let longestMessage = 16_384

    /// All lines that are kept, shown or not.
    private(set) var kept: [LogLine] = []
    private var keptBytes = 0
    /// The lines that the filter shows; the same count as the lines of `text`.
    private(set) var entries: [LogLine] = []
    private(set) var filter = LogFilter()
    var text = TextBuffer(byteLimit: byteLimit)
    var scroll = ScrollState()
    var search = TextSearch()

    /// Adds a line, unless it stands there already: what a run tells may come as an event and through the log.
    mutating func add(_ line: LogLine) {
        let isKnown = kept.suffix(8).contains {
            $0.message == line.message && abs($0.time.timeIntervalSince(line.time)) < 1
        }
        guard !isKnown else { return }
        var line = line
        let length = line.message.utf8.count
        if length > Self.longestMessage {
            let start = String(line.message.prefix(Self.longestMessage / 4))
            line.message = "\(start)… (\(Count.text(length, "byte")) in all)"
        }
        kept.append(line)
        keptBytes += line.message.utf8.count + 1
        letGo()
        if filter.shows(line) { show(line) }
    }

    /// Shows what another filter shows, from its end.
    mutating func use(_ newFilter: LogFilter) {
        guard newFilter != filter else { return }
        filter = newFilter
        let width = text.width
        entries = []
        text = TextBuffer(byteLimit: Self.byteLimit)
        text.wrap(to: width)
        for line in kept where filter.shows(line) { show(line) }
        search.forget()
        scroll.follow()
    }

    func entry(_ line: Int) -> LogLine? {
        let index = line - text.firstLine
        return entries.indices.contains(index) ? entries[index] : nil
    }

    /// Brings the first line into view that was written at a time or later.
    /// - Returns: whether there is one.
    mutating func jump(to time: Date, height: Int) -> Bool {
        guard let index = entries.firstIndex(where: { $0.time >= time }) else { return false }
        let row = text.row(showing: TextBuffer.Row(line: text.firstLine + index, range: 0..<0))
        scroll.go(to: row, in: text, height: height)
        return true
    }

    private mutating func show(_ line: LogLine) {
        entries.append(line)
        let before = text.firstLine
        text.appendLine(line.message)
        let gone = text.firstLine - before
        if gone > 0 { entries.removeFirst(gone) }
    }

    private mutating func letGo() {
        // In bulk, since taking from the front moves all the rest.
        guard keptBytes > Self.byteLimit + Self.byteLimit / 8 else { return }
        var count = 0
        while count < kept.count - 1, keptBytes > Self.byteLimit {
            keptBytes -= kept[count].message.utf8.count + 1
            count += 1
        }
        kept.removeFirst(count)
    }
}
