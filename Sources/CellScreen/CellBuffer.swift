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
        cells.withUnsafeMutableBufferPointer { $0.update(repeating: cell) }
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

    /// Puts a character over what is there: the background shows through where the style names none.
    mutating func lay(_ character: Character, columns: Int, style: Style, x: Int, y: Int) {
        let below = cells[y * size.width + x].style
        put(Cell(character, width: columns, style: below.patched(with: style)), x: x, y: y)
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
            // At the edges, wide characters may be cut in two.
            put(cell, x: area.x, y: y)
            put(cell, x: area.maxX - 1, y: y)
            let row = y * size.width
            for index in row + area.x..<row + area.maxX { cells[index] = cell }
        }
    }

    /// Lays a style over the cells of a rectangle, leaving their characters.
    public mutating func apply(_ style: Style, to rect: Rect) {
        let area = rect.clipped(to: bounds)
        for y in area.y..<area.maxY {
            for x in area.x..<area.maxX {
                let index = y * size.width + x
                cells[index].style = cells[index].style.patched(with: style)
            }
        }
    }
}
