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
        let room = limit - point.x
        if point.x >= area.x, let end = writeASCII(text, at: point, room: room, style: style) { return end }
        var x = point.x
        for (piece, columns) in Self.pieces(of: text, room: room, ellipsis: ellipsis) {
            if x >= area.x {
                lay(piece, columns: columns, style: style, x: x, y: point.y)
            } else if x + columns > area.x {
                // The right half of a wide character whose left half is cut off.
                lay(" ", columns: 1, style: style, x: area.x, y: point.y)
            }
            x += columns
        }
        return x
    }

    /// Writes a text of printable ASCII that fits, which nearly all are; `nil`, with nothing written, for every other.
    private mutating func writeASCII(_ text: String, at point: Point, room: Int, style: Style) -> Int? {
        let length = text.utf8.count
        guard length <= room, DisplayWidth.isPlain(text) else { return nil }
        var x = point.x
        for byte in text.utf8 {
            let below = cells[point.y * size.width + x].style
            put(Cell(Unicode.Scalar(byte), style: below.patched(with: style)), x: x, y: point.y)
            x += 1
        }
        return x
    }

    /// The printable pieces of a text that fit into `room` columns, with the ellipsis when not all fit.
    private static func pieces(of text: String, room: Int, ellipsis: Character?) -> [(Character, Int)] {
        var pieces: [(Character, Int)] = []
        pieces.reserveCapacity(min(text.utf8.count, room + 1))
        var used = 0
        for character in text {
            DisplayWidth.forEachPiece(of: character) { piece, columns in
                pieces.append((piece, columns))
                used += columns
            }
            guard used > room else { continue }
            let ellipsisColumns = ellipsis == nil ? 0 : 1
            while used > room - ellipsisColumns, let last = pieces.popLast() { used -= last.1 }
            if let ellipsis { pieces.append((ellipsis, 1)) }
            break
        }
        return pieces
    }
}
