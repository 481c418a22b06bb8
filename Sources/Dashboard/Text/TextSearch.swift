/// What is searched for in a text, and where it was last found.
struct TextSearch: Equatable, Sendable {
    var query = ""
    /// The line of the match that is current.
    private(set) var line: Int?
    /// Which of the lines that hold the query is current, from 1, and how many there were when it was found.
    private(set) var place: Int?
    private(set) var count = 0

    init(query: String = "") {
        self.query = query
    }

    /// Forgets what was found, but not what is searched for: the text is another one.
    mutating func forget() {
        line = nil
        place = nil
        count = 0
    }

    /// Notes a line that was found; `place` is `nil` while it is not known which one it is.
    mutating func found(_ line: Int, place: Int?, of count: Int) {
        self.line = line
        self.place = place
        self.count = count
    }

    /// Goes to the next line that holds the query, in a direction, past the current one and round the end.
    /// - Returns: the line; `nil` when no line holds it.
    mutating func find(in text: TextBuffer, forward: Bool) -> Int? {
        let pattern = TextPattern(query)
        let hits = text.lines.indices.filter { pattern.isFound(in: text.lines[$0].text) }
        let start = line.map { $0 - text.firstLine } ?? (forward ? -1 : .max)
        let next = forward ? hits.firstIndex { $0 > start } : hits.lastIndex { $0 < start }
        guard let place = next ?? (forward ? hits.indices.first : hits.indices.last) else {
            forget()
            return nil
        }
        found(text.firstLine + hits[place], place: place + 1, of: hits.count)
        return line
    }

    /// `/text 3 of 17`; the text alone while nothing is found.
    var words: String { "/\(query)" + (place.map { " \($0) of \(count)" } ?? line.map { _ in " …" } ?? "") }
}
