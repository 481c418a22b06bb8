extension CellBuffer {
    /// Writes one line of text, at most `width` columns wide and never over the edge of `clip`.
    ///
    /// Control characters and everything else that could drive a terminal become visible replacements. A text that is
    /// too long ends in an ellipsis. The background below shows through where the style names none.
    /// - Parameters:
    ///   - text: what to write; line breaks are shown as blanks.
    ///   - point: where it begins.
    ///   - width: the columns it may take; to the edge when left out.
    ///   - style: how it looks.
    ///   - ellipsis: what stands at the end of a text that was cut; empty for none.
    ///   - clip: the rectangle outside which nothing is drawn; the whole buffer when left out.
    /// - Returns: the column after the last one written.
    @discardableResult
    public mutating func write(
        _ text: String, at point: Point, width: Int? = nil, style: Style = .plain, ellipsis: Character? = "…",
        clip: Rect? = nil
    ) -> Int {
        let area = (clip ?? bounds).clipped(to: bounds)
        let limit = min(width.map { point.x + max(0, $0) } ?? area.maxX, area.maxX)
        guard point.y >= area.y, point.y < area.maxY, point.x < limit else { return point.x }
        let fitted = DisplayWidth.truncate(text, to: limit - point.x, ellipsis: ellipsis)
        var x = point.x
        for character in DisplayWidth.printable(fitted) {
            let columns = DisplayWidth.columns(of: character)
            guard x + columns <= limit else { break }
            if x >= area.x {
                put(
                    Cell(character, width: columns, style: self[x, point.y].style.patched(with: style)), x: x,
                    y: point.y)
            }
            x += columns
        }
        return x
    }
}
