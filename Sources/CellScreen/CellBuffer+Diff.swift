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
        let base = previous?.size == size ? previous : nil
        var runs: [CellRun] = []
        for y in 0..<size.height {
            var x = 0
            while x < size.width {
                let index = y * size.width + x
                guard base == nil || base?.cells[index] != cells[index] else {
                    x += 1
                    continue
                }
                let start = cells[index].isContinuation && x > 0 ? x - 1 : x
                var end = x + 1
                while end < size.width {
                    let next = y * size.width + end
                    guard base == nil || base?.cells[next] != cells[next] || cells[next].isContinuation else { break }
                    end += 1
                }
                let row = y * size.width
                runs.append(CellRun(origin: Point(x: start, y: y), cells: Array(cells[row + start..<row + end])))
                x = end
            }
        }
        return runs
    }
}
