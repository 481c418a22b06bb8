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

    /// Stays where it is, also at the end.
    mutating func hold(in text: TextBuffer, height: Int) {
        if top == nil { top = visible(in: text, height: height).lowerBound }
    }

    /// Keeps a place of the text in view when rows are broken anew.
    mutating func keep(_ place: TextBuffer.Row?, in text: TextBuffer) {
        guard top != nil, let place else { return }
        top = text.row(showing: place)
    }
}
