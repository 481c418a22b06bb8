import CellScreen

/// Breaks lines at blanks, by the columns that characters take.
enum TextWrap {
    /// The rows of the part of a line that begins at a UTF-8 offset, as ranges of UTF-8 offsets.
    ///
    /// A row does not depend on the rows before it, so that a line that grew has to be broken anew only from the
    /// start of its last row. Blanks at a break hang over the edge. There is always at least one row.
    static func rows(of text: String, from offset: Int = 0, width: Int) -> [Range<Int>] {
        let limit = max(1, width)
        let tail = text.utf8.dropFirst(offset)
        if tail.count <= limit { return [offset..<offset + tail.count] }
        var breaker = LineBreaker(start: offset, limit: limit)
        if tail.allSatisfy({ $0 < 0x80 }) {
            for byte in tail { breaker.take(columns: 1, length: 1, isBlank: byte == 0x20) }
        } else {
            for character in text[tail.startIndex...] {
                breaker.take(
                    columns: DisplayWidth.columns(of: character), length: character.utf8.count,
                    isBlank: character == " ")
            }
        }
        return breaker.finish()
    }

    /// The rows of a text of several lines, as strings.
    static func lines(of text: String, width: Int) -> [String] {
        // Most have one row: then nothing has to be taken apart.
        if text.utf8.count <= width, !text.utf8.contains(0x0A) { return [text] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { part -> [String] in
            let line = String(part)
            return rows(of: line, width: width).map { row($0, of: line) }
        }
    }

    /// One row of a line. The blank at which it was broken belongs to it, may stand beyond its edge, and is left out.
    static func row(_ range: Range<Int>, of line: String) -> String {
        let text = slice(line, range)
        return range.upperBound < line.utf8.count && text.last == " " ? String(text.dropLast()) : text
    }

    /// The part of a line between two UTF-8 offsets that lie between characters.
    static func slice(_ text: String, _ range: Range<Int>) -> String {
        let utf8 = text.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: min(range.lowerBound, utf8.count))
        let end = utf8.index(utf8.startIndex, offsetBy: min(range.upperBound, utf8.count))
        return String(text[start..<end])
    }
}

/// Finds the rows of one line, character by character.
private struct LineBreaker {
    private let limit: Int
    private var rows: [Range<Int>] = []
    private var start: Int
    private var position: Int
    private var used = 0
    private var breakAt: (offset: Int, used: Int)?
    private var sawWord = false

    init(start: Int, limit: Int) {
        self.start = start
        self.limit = limit
        position = start
    }

    mutating func take(columns: Int, length: Int, isBlank: Bool) {
        if isBlank {
            position += length
            used += 1
            // A break after the indentation would leave an empty row.
            if sawWord { breakAt = (position, used) }
            return
        }
        while used + columns > limit, position > start { endRow() }
        sawWord = true
        used += columns
        position += length
    }

    private mutating func endRow() {
        let end = breakAt?.offset ?? position
        rows.append(start..<end)
        used -= breakAt?.used ?? used
        sawWord = end < position
        start = end
        breakAt = nil
    }

    consuming func finish() -> [Range<Int>] { rows + [start..<position] }
}
