import CellScreen

/// Borders that are shared between neighbours: lines are collected first, so that corners and joins come out right.
struct BorderGrid {
    private var size: Size
    private var directions: [UInt8]
    private var isFocused: [Bool]

    init(size: Size) {
        self.size = size
        directions = Array(repeating: 0, count: size.width * size.height)
        isFocused = Array(repeating: false, count: size.width * size.height)
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
        let lines = (UInt8(0)..<16).map { Cell(canvas.glyphs.line($0)) }
        let (style, focused) = (canvas.theme[.border], canvas.theme[.borderFocused])
        // Nearly all places have none.
        directions.withUnsafeBufferPointer { directions in
            for index in directions.indices where directions[index] != 0 {
                canvas.buffer.lay(
                    lines[Int(directions[index])], x: index % size.width, y: index / size.width,
                    style: isFocused[index] ? focused : style)
            }
        }
    }

    private mutating func mark(_ x: Int, _ y: Int, _ sides: UInt8, _ focused: Bool) {
        guard x >= 0, y >= 0, x < size.width, y < size.height else { return }
        directions[y * size.width + x] |= sides
        if focused { isFocused[y * size.width + x] = true }
    }
}
