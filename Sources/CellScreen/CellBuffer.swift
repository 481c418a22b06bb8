/// A grid of cells that a program draws into. Everything drawn outside is clipped; nothing traps.
public struct CellBuffer: Equatable, Sendable {
    /// The extent of the grid.
    public let size: Size
    /// The cells, row after row.
    public private(set) var cells: [Cell]
    /// Where the text cursor is shown; `nil` hides it.
    public var cursor: Point?

    /// An empty buffer.
    public init(size: Size, filledWith cell: Cell = .blank) {
        self.size = size
        cells = Array(repeating: cell, count: size.width * size.height)
    }

    /// Begins anew with the same memory: every cell becomes the given one, and the cursor is hidden.
    public mutating func reset(to cell: Cell) {
        cells.withUnsafeMutableBufferPointer { cells in
            guard let start = cells.baseAddress, !cells.isEmpty else { return }
            // Row by row: what was written before is copied faster than it is made.
            start.update(repeating: cell, count: size.width)
            for y in 1..<size.height { (start + y * size.width).update(from: start, count: size.width) }
        }
        cursor = nil
    }

    /// The whole grid as a rectangle.
    public var bounds: Rect { Rect(size: size) }

    /// The cell at a position; a blank one outside.
    public subscript(x: Int, y: Int) -> Cell {
        guard bounds.contains(Point(x: x, y: y)) else { return .blank }
        return cells[y * size.width + x]
    }

    /// Puts one cell, keeping wide characters whole: what would leave half of one turns that half into a blank.
    public mutating func put(_ cell: Cell, x: Int, y: Int) {
        guard bounds.contains(Point(x: x, y: y)) else { return }
        guard cell.width < 2 || x + 1 < size.width else {
            return put(Cell(" ", style: cell.style), x: x, y: y)
        }
        let index = y * size.width + x
        if cell.width == 1, cells[index].width == 1 {
            cells[index] = cell
            return
        }
        clearHalves(x: x, y: y)
        cells[index] = cell
        if cell.width == 2 {
            clearHalves(x: x + 1, y: y)
            // clearHalves may have blanked the cell just written, if it stood over an older wide one.
            cells[index] = cell
            cells[index + 1] = .continuation(style: cell.style)
        }
    }

    private mutating func clearHalves(x: Int, y: Int) {
        let index = y * size.width + x
        let old = cells[index]
        if old.isContinuation, x > 0 {
            cells[index - 1] = Cell(" ", style: cells[index - 1].style)
        }
        if old.width == 2, x + 1 < size.width {
            cells[index + 1] = Cell(" ", style: cells[index + 1].style)
        }
    }

    /// Fills a rectangle with one character and style.
    public mutating func fill(_ rect: Rect, with character: Character = " ", style: Style = .plain) {
        let area = rect.clipped(to: bounds)
        guard !area.isEmpty else { return }
        let cell = Cell(character, style: style)
        for y in area.y..<area.maxY {
            overwrite(columns: area.x..<area.maxX, row: y) { $0 = cell }
        }
    }

    /// Lays a style over the cells of a rectangle, leaving their characters.
    public mutating func apply(_ style: Style, to rect: Rect) {
        let area = rect.clipped(to: bounds)
        guard !area.isEmpty else { return }
        for y in area.y..<area.maxY {
            changeEach(columns: area.x..<area.maxX, row: y) { $0.style = $0.style.patched(with: style) }
        }
    }

    /// Replaces neighbouring cells by others of one column; the columns and the row have to lie in the buffer.
    mutating func overwrite(columns: Range<Int>, row: Int, _ body: (inout Cell) -> Void) {
        // At the edges, wide characters may be cut in two.
        clearHalves(x: columns.lowerBound, y: row)
        clearHalves(x: columns.upperBound - 1, y: row)
        changeEach(columns: columns, row: row, body)
    }

    private mutating func changeEach(columns: Range<Int>, row: Int, _ body: (inout Cell) -> Void) {
        let first = row * size.width
        cells.withUnsafeMutableBufferPointer { cells in
            for index in first + columns.lowerBound..<first + columns.upperBound { body(&cells[index]) }
        }
    }
}
