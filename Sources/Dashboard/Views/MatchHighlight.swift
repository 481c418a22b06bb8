import CellScreen

/// Marks what a search has found in a row that is drawn.
enum MatchHighlight {
    static func draw(_ search: TextSearch, in text: String, x: Int, y: Int, on canvas: inout Canvas) {
        guard !search.query.isEmpty else { return }
        for range in TextPattern(search.query).ranges(in: text) {
            let start = DisplayWidth.columns(of: TextWrap.slice(text, 0..<range.lowerBound))
            let width = DisplayWidth.columns(of: TextWrap.slice(text, range))
            canvas.highlight(Rect(x: x + start, y: y, width: max(1, width), height: 1), role: .match)
        }
    }
}
