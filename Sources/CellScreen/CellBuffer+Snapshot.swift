extension CellBuffer {
    /// The rows as plain text without trailing blanks.
    public var lines: [String] {
        (0..<size.height).map { y in
            var line = ""
            for x in 0..<size.width where !self[x, y].isContinuation {
                line.append(self[x, y].character)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// The screen as plain text, one line a row.
    public var text: String { lines.joined(separator: "\n") }
}
