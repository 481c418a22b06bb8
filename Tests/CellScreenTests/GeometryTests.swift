import CellScreen
import Testing

@Suite("Geometry")
struct GeometryTests {
    @Test("sizes and rectangles are never negative")
    func negativeExtents() {
        #expect(Size(width: -3, height: -1) == Size(width: 0, height: 0))
        #expect(Rect(x: 1, y: 2, width: -5, height: 3).isEmpty)
    }

    @Test("an inset that eats the rectangle leaves an empty one")
    func inset() {
        let rect = Rect(x: 2, y: 3, width: 10, height: 4)
        #expect(rect.inset(dx: 1, dy: 1) == Rect(x: 3, y: 4, width: 8, height: 2))
        #expect(rect.inset(dx: 6, dy: 0).isEmpty)
    }

    @Test("clipping keeps the common part, and nothing when there is none")
    func clipped() {
        let rect = Rect(x: 0, y: 0, width: 10, height: 10)
        #expect(rect.clipped(to: Rect(x: 5, y: -2, width: 20, height: 4)) == Rect(x: 5, y: 0, width: 5, height: 2))
        #expect(rect.clipped(to: Rect(x: 20, y: 0, width: 2, height: 2)).isEmpty)
        #expect(rect.clipped(to: rect) == rect)
    }

    @Test("a split takes no more than there is, and both parts make up the whole")
    func split() {
        let rect = Rect(x: 1, y: 1, width: 8, height: 5)
        let (top, rest) = rect.split(top: 2)
        #expect(top == Rect(x: 1, y: 1, width: 8, height: 2))
        #expect(rest == Rect(x: 1, y: 3, width: 8, height: 3))
        #expect(rect.split(top: 9).rest.isEmpty)
        #expect(rect.split(left: -1).left.isEmpty)
        #expect(rect.split(left: 3).rest == Rect(x: 4, y: 1, width: 5, height: 5))
    }

    @Test("a rectangle contains its corners but not what is beside it")
    func contains() {
        let rect = Rect(x: 1, y: 1, width: 2, height: 2)
        #expect(rect.contains(Point(x: 1, y: 1)) && rect.contains(Point(x: 2, y: 2)))
        #expect(!rect.contains(Point(x: 3, y: 1)) && !rect.contains(Point(x: 0, y: 1)))
        #expect(!Rect(size: Size(width: 0, height: 0)).contains(Point(x: 0, y: 0)))
    }
}
