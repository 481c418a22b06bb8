import CellScreen

/// Borders that are shared between neighbours: lines are collected first, so that corners and joins come out right.
struct BorderGrid {
    /// The sides to which a line leaves a place, and whether a focused border runs through it.
    private static let sides: UInt8 = 0b1111
    private static let focus: UInt8 = 0b10000

    private var size: Size
    private var places: [UInt8]
    /// The places that have a line: nearly all have none.
    private var marked: [Int] = []

    init(size: Size) {
        self.size = size
        places = Array(repeating: 0, count: size.width * size.height)
    }

    /// Adds the border of a rectangle, which is its outermost cells.
    mutating func add(_ rect: Rect, focused: Bool = false) {
        guard rect.width > 1, rect.height > 1 else { return }
        let (left, right, top, bottom) = (rect.x, rect.maxX - 1, rect.y, rect.maxY - 1)
        for x in left...right {
            let sides: UInt8 = (x > left ? 4 : 0) | (x < right ? 8 : 0)
            mark(x, top, sides, focused)
            mark(x, bottom, sides, focused)
        }
        for y in top...bottom {
            let sides: UInt8 = (y > top ? 1 : 0) | (y < bottom ? 2 : 0)
            mark(left, y, sides, focused)
            mark(right, y, sides, focused)
        }
    }

    func draw(on canvas: inout Canvas) {
        let lines = (UInt8(0)...Self.sides).map { Cell(canvas.glyphs.line($0)) }
        let (style, focused) = (canvas.theme[.border], canvas.theme[.borderFocused])
        for index in marked {
            let place = places[index]
            canvas.buffer.lay(
                lines[Int(place & Self.sides)], x: index % size.width, y: index / size.width,
                style: place & Self.focus == 0 ? style : focused)
        }
    }

    private mutating func mark(_ x: Int, _ y: Int, _ sides: UInt8, _ focused: Bool) {
        guard x >= 0, y >= 0, x < size.width, y < size.height else { return }
        let index = y * size.width + x
        if places[index] == 0 { marked.append(index) }
        places[index] |= sides | (focused ? Self.focus : 0)
    }
}
