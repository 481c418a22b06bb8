import PromptChainCore

/// The newest lines of the log, and how they are looked at.
struct LogState: Equatable, Sendable {
    /// The lines; the same count as the lines of `text`.
    private(set) var entries: [LogLine] = []
    var text = TextBuffer(byteLimit: 512 * 1024)
    var scroll = ScrollState()
    var search = TextSearch()

    mutating func add(_ line: LogLine) {
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
