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
            runs.append(run(start..<end, row: y))
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
