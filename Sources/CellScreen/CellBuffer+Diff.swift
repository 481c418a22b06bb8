/// Neighbouring cells of one row that have to be written anew.
public struct CellRun: Equatable, Sendable {
    /// Where the run begins.
    public var origin: Point
    /// The cells, from left to right.
    public var cells: [Cell]

    /// A run of cells.
    public init(origin: Point, cells: [Cell]) {
        self.origin = origin
        self.cells = cells
    }
}

extension CellBuffer {
    /// The runs that turn `previous` into this buffer; everything when there is none or its size differs.
    public func changes(from previous: CellBuffer?) -> [CellRun] {
        guard let previous, previous.size == size else {
            return (0..<size.height).compactMap { size.width > 0 ? run(0..<size.width, row: $0) : nil }
        }
        var runs: [CellRun] = []
        cells.withUnsafeBufferPointer { new in
            previous.cells.withUnsafeBufferPointer { old in
                for y in 0..<size.height { addChanges(row: y, from: old, to: new, &runs) }
            }
        }
        return runs
    }

    private func addChanges(
        row y: Int, from old: UnsafeBufferPointer<Cell>, to new: UnsafeBufferPointer<Cell>, _ runs: inout [CellRun]
    ) {
        let row = y * size.width
        var x = 0
        while x < size.width {
            guard old[row + x] != new[row + x] else {
                x += 1
                continue
            }
            let start = new[row + x].isContinuation && x > 0 ? x - 1 : x
            var end = x + 1
            while end < size.width, old[row + end] != new[row + end] || new[row + end].isContinuation { end += 1 }
            runs.append(run(start..<end, row: y))
            x = end
        }
    }

    private func run(_ columns: Range<Int>, row y: Int) -> CellRun {
        let row = y * size.width
        return CellRun(
            origin: Point(x: columns.lowerBound, y: y),
            cells: Array(cells[row + columns.lowerBound..<row + columns.upperBound]))
    }
}
