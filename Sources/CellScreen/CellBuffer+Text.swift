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
                lay(piece, x: x, y: point.y, style: style)
            } else if x + columns > area.x {
                // The right half of a wide character whose left half is cut off.
                lay(Cell(" "), x: area.x, y: point.y, style: style)
            }
            x += columns
        }
        return x
    }

    /// Puts a cell over what is there, in another style, through which shows what it leaves open.
    public mutating func lay(_ cell: Cell, x: Int, y: Int, style: Style) {
        guard x >= 0, x < size.width, y >= 0, y < size.height else { return }
        var cell = cell
        cell.style = cells[y * size.width + x].style.patched(with: style)
        put(cell, x: x, y: y)
    }

    /// Writes a text of printable ASCII that fits, which nearly all are; `nil`, with nothing written, for every other.
    private mutating func writeASCII(_ text: String, at point: Point, room: Int, style: Style) -> Int? {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count <= room, DisplayWidth.isPlain(bytes) else { return nil }
            guard !bytes.isEmpty else { return point.x }
            let end = point.x + bytes.count
            var place = 0
            overwrite(columns: point.x..<end, row: point.y) { cell in
                cell = Cell(scalar: Unicode.Scalar(bytes[place]), style: cell.style.patched(with: style))
                place += 1
            }
            return end
        }
    }

    /// The cells of a text that fit into `room` columns, with the ellipsis when not all fit; and the columns of each.
    private static func pieces(of text: String, room: Int, ellipsis: Character?) -> [(Cell, Int)] {
        var pieces: [(Cell, Int)] = []
        pieces.reserveCapacity(min(text.utf8.count, room + 1))
        var used = 0
        DisplayWidth.forEachPiece(of: text) { piece, columns in
            pieces.append((piece, columns))
            used += columns
            return used <= room
        }
        guard used > room else { return pieces }
        let ellipsisColumns = ellipsis == nil ? 0 : 1
        while used > room - ellipsisColumns, let last = pieces.popLast() { used -= last.1 }
        if let ellipsis { pieces.append((Cell(ellipsis), 1)) }
        return pieces
    }
}
