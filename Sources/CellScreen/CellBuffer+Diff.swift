/// Neighbouring cells of one row that have to be written anew.
public struct CellRun: Equatable, Sendable {
    /// Where the run begins.
    public var origin: Point
    /// The cells, from left to right.
    public var cells: ArraySlice<Cell>

    /// A run of cells.
    public init(origin: Point, cells: ArraySlice<Cell>) {
        self.origin = origin
        self.cells = cells
    }
}

extension CellBuffer {
    /// Finds the runs that turn `previous` into this buffer, row by row, from left to right, and hands each on before it
    /// looks for the next; everything when there is none or its size differs.
    public func forEachChange(from previous: CellBuffer?, _ body: (CellRun) -> Void) {
        guard let previous, previous.size == size else {
            guard size.width > 0 else { return }
            for y in 0..<size.height { body(run(0..<size.width, row: y)) }
            return
        }
        cells.withUnsafeBufferPointer { new in
            previous.cells.withUnsafeBufferPointer { old in
                for y in 0..<size.height { forEachChange(row: y, from: old, to: new, body) }
            }
        }
    }

    private func forEachChange(
        row y: Int, from old: UnsafeBufferPointer<Cell>, to new: UnsafeBufferPointer<Cell>, _ body: (CellRun) -> Void
    ) {
        let row = y * size.width
        guard Self.differ(old, new, row..<row + size.width) else { return }
        var x = 0
        while x < size.width {
            guard old[row + x] != new[row + x] else {
                x += 1
                continue
            }
            let start = new[row + x].isContinuation && x > 0 ? x - 1 : x
            var end = x + 1
            while end < size.width, old[row + end] != new[row + end] || new[row + end].isContinuation { end += 1 }
            body(run(start..<end, row: y))
            x = end
        }
    }

    /// Whether any cell of a range differs; without a way out between, so that many are compared at once.
    private static func differ(
        _ old: UnsafeBufferPointer<Cell>, _ new: UnsafeBufferPointer<Cell>, _ range: Range<Int>
    ) -> Bool {
        var bits: UInt64 = 0
        for index in range { bits |= old[index].differingBits(new[index]) }
        return bits != 0
    }

    private func run(_ columns: Range<Int>, row y: Int) -> CellRun {
        let row = y * size.width
        return CellRun(
            origin: Point(x: columns.lowerBound, y: y),
            cells: cells[row + columns.lowerBound..<row + columns.upperBound])
    }
}
