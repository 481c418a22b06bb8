/// Which rows of a text are in view: its end, or those from a row on.
struct ScrollState: Equatable, Sendable {
    /// The first row in view; `nil` follows the end.
    private(set) var top: Int?

    var isFollowing: Bool { top == nil }

    /// The rows in view, of those that there are.
    func visible(in text: TextBuffer, height: Int) -> Range<Int> {
        guard height > 0 else { return text.firstRow..<text.firstRow }
        let last = max(text.firstRow, text.endRow - height)
        let first = min(max(top ?? last, text.firstRow), last)
        return first..<min(first + height, text.endRow)
    }

    mutating func move(by rows: Int, in text: TextBuffer, height: Int) {
        go(to: visible(in: text, height: height).lowerBound + rows, in: text, height: height)
    }

    mutating func go(to row: Int, in text: TextBuffer, height: Int) {
        let last = text.endRow - height
        top = row >= last ? nil : max(text.firstRow, row)
    }

    mutating func follow() { top = nil }

    /// Keeps a place of the text in view when rows are broken anew.
    mutating func keep(_ place: TextBuffer.Row?, in text: TextBuffer) {
        guard top != nil, let place else { return }
        top = text.row(showing: place)
    }
}

/// What is searched for in a text, and where it was last found.
struct TextSearch: Equatable, Sendable {
    var query = ""
    /// The line of the match that is current.
    var line: Int?
    /// Which of the lines that hold the query is current, from 1, and how many there were when it was found.
    private(set) var place: Int?
    private(set) var count = 0

    /// Forgets what was found, but not what is searched for: the text is another one.
    mutating func forget() {
        line = nil
        place = nil
        count = 0
    }

    /// Goes to a line that was found.
    mutating func go(to found: Int, in text: TextBuffer) {
        line = found
        let needle = query.lowercased()
        place = 0
        count = 0
        for (index, line) in text.lines.enumerated() where line.text.lowercased().contains(needle) {
            count += 1
            if text.firstLine + index == found { place = count }
        }
    }

    /// `/text 3 of 17`; the text alone while nothing is found.
    var words: String { "/\(query)" + (place.map { " \($0) of \(count)" } ?? "") }

    /// The next line that holds the query, in a direction, past the current one and round the end.
    func next(in text: TextBuffer, forward: Bool) -> Int? {
        guard !query.isEmpty, !text.isEmpty else { return nil }
        let count = text.lines.count
        let needle = query.lowercased()
        let start = line.map { $0 - text.firstLine } ?? (forward ? -1 : count)
        for step in 1...count {
            let index = ((start + (forward ? step : -step)) % count + count) % count
            if text.lines[index].text.lowercased().contains(needle) { return text.firstLine + index }
        }
        return nil
    }

    /// How many lines hold the query.
    func count(in text: TextBuffer) -> Int {
        guard !query.isEmpty else { return 0 }
        let needle = query.lowercased()
        return text.lines.reduce(0) { $0 + ($1.text.lowercased().contains(needle) ? 1 : 0) }
    }
}
