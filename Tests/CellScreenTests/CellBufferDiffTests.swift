import CellScreen
import Testing

@Suite("Differences of buffers")
struct CellBufferDiffTests {
    private func buffer(_ lines: String...) -> CellBuffer {
        var buffer = CellBuffer(size: Size(width: 8, height: lines.count))
        for (y, line) in lines.enumerated() { buffer.write(line, at: Point(x: 0, y: y)) }
        return buffer
    }

    @Test("equal buffers have no difference")
    func equal() {
        #expect(buffer("abc", "日本").changes(from: buffer("abc", "日本")).isEmpty)
    }

    @Test("only what differs is in a run")
    func single() {
        let changes = buffer("abXdef").changes(from: buffer("abcdef"))
        #expect(changes == [CellRun(origin: Point(x: 2, y: 0), cells: [Cell("X")])])
    }

    @Test("a style alone is a difference")
    func style() {
        var styled = buffer("abc")
        styled.apply(Style(attributes: .bold), to: Rect(x: 1, y: 0, width: 1, height: 1))
        #expect(styled.changes(from: buffer("abc")).map(\.origin) == [Point(x: 1, y: 0)])
    }

    @Test("a run never begins or ends within a wide character")
    func wide() {
        var base = buffer("ab日cd")
        var changed = base
        changed.apply(Style(attributes: .bold), to: Rect(x: 3, y: 0, width: 1, height: 1))
        for run in changed.changes(from: base) + base.changes(from: changed) {
            #expect(run.cells.first?.isContinuation == false)
            if let last = run.cells.last { #expect(last.width != 2) }
        }
        base.put(Cell("x"), x: 2, y: 0)
        #expect(!changed.changes(from: base).isEmpty)
    }

    @Test("everything differs from nothing, and from another size")
    func everything() {
        let small = buffer("abc")
        #expect(small.changes(from: nil).map(\.cells.count) == [8])
        #expect(small.changes(from: buffer("abc", "def")).map(\.cells.count) == [8])
        #expect(CellBuffer(size: Size(width: 0, height: 0)).changes(from: small).isEmpty)
        #expect(CellBuffer(size: Size(width: 1, height: 1)).changes(from: nil).count == 1)
    }

    @Test("the runs turn the old buffer into the new one")
    func roundTrip() {
        var numbers = SeededNumbers(seed: 3)
        let size = Size(width: 11, height: 3)
        var previous = CellBuffer(size: size)
        for _ in 0..<1500 {
            var next = previous
            for _ in 0..<Int.random(in: 0...4, using: &numbers) {
                let cell =
                    Bool.random(using: &numbers)
                    ? Cell("日", width: 2) : Cell("ab·".randomElement(using: &numbers) ?? "a")
                let point = Point(x: Int.random(in: 0..<11, using: &numbers), y: Int.random(in: 0..<3, using: &numbers))
                next.put(cell, x: point.x, y: point.y)
                let rect = Rect(x: point.x, y: point.y, width: Int.random(in: 0...3, using: &numbers), height: 1)
                next.apply(Style(foreground: .ansi(UInt8.random(in: 0...2, using: &numbers))), to: rect)
            }
            var patched = Array(previous.cells)
            for run in next.changes(from: previous) {
                let start = run.origin.y * size.width + run.origin.x
                patched.replaceSubrange(start..<start + run.cells.count, with: run.cells)
            }
            #expect(patched == next.cells)
            previous = next
        }
    }
}

extension CellBuffer {
    /// All runs that turn another buffer into this one.
    fileprivate func changes(from previous: CellBuffer?) -> [CellRun] {
        var runs: [CellRun] = []
        forEachChange(from: previous) { runs.append($0) }
        return runs
    }
}
