import Foundation
import PromptChainCore

/// The newest lines of the log, and how they are looked at.
struct LogState: Equatable, Sendable {
    /// The lines; the same count as the lines of `text`.
    private(set) var entries: [LogLine] = []
    var text = TextBuffer(byteLimit: 512 * 1024)
    var scroll = ScrollState()
    var search = TextSearch()

    /// Adds a line, unless it stands there already: what a run tells may come as an event and through the log.
    mutating func add(_ line: LogLine) {
        let isKnown = entries.suffix(8).contains {
            $0.message == line.message && abs($0.time.timeIntervalSince(line.time)) < 1
        }
        guard !isKnown else { return }
        entries.append(line)
        let before = text.firstLine
        text.appendLine(line.message)
        let gone = text.firstLine - before
        if gone > 0 { entries.removeFirst(gone) }
    }

    func entry(_ line: Int) -> LogLine? {
        let index = line - text.firstLine
        return entries.indices.contains(index) ? entries[index] : nil
    }
}
