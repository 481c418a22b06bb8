import CellScreen
import Testing

@testable import Dashboard

@Suite("Layout") struct DashboardLayoutTests {
    @Test("Panes lie on the screen, overlap in borders only, and leave no gap", arguments: [false, true])
    func sound(zoomed: Bool) {
        for width in stride(from: 0, through: 220, by: 5) {
            for height in stride(from: 0, through: 60, by: width % 2 + 1) {
                for focus in PaneID.allCases {
                    let size = Size(width: width, height: height)
                    let layout = DashboardLayout(size: size, zoomed: zoomed, focus: focus)
                    if layout.isTooSmall { continue }
                    #expect(layout.panes[focus] != nil)
                    #expect(firstFault(in: layout) == nil)
                }
            }
        }
    }

    /// The first cell that belongs to no pane or to two, or the first pane that does not fit.
    private func firstFault(in layout: DashboardLayout) -> String? {
        let width = layout.size.width
        var owners = [Int](repeating: 0, count: width * layout.size.height)
        for pane in PaneID.allCases {
            guard let rect = layout.panes[pane] else { continue }
            let content = layout.content(of: pane)
            guard rect.clipped(to: Rect(size: layout.size)) == rect, content.height >= 1, content.width >= 1 else {
                return "\(layout.size) \(pane)"
            }
            for y in rect.y..<rect.maxY {
                for x in rect.x..<rect.maxX {
                    owners[y * width + x] += content.contains(Point(x: x, y: y)) ? 1 : 1000
                }
            }
        }
        for y in layout.verdict.maxY..<layout.size.height {
            for x in 0..<width {
                let count = owners[y * width + x]
                if count != 1, count == 0 || count % 1000 != 0 { return "\(layout.size) at \(x),\(y)" }
            }
        }
        return nil
    }

    @Test("Every pane is there at 80x24, 110x30 and 200x50", arguments: [(80, 24), (110, 30), (200, 50)])
    func complete(width: Int, height: Int) {
        let layout = DashboardLayout(size: Size(width: width, height: height), zoomed: false, focus: .models)
        // Eighty columns are for what an operator needs first; the timeline is seen when it is asked for.
        let left: Set<PaneID> = width >= 100 ? [] : [.residency]
        #expect(Set(layout.panes.keys) == Set(PaneID.allCases).subtracting(left))
        #expect(layout.content(of: .models).height >= 6)
        #expect(layout.content(of: .output).width >= 50)
    }

    @Test("The timeline takes the output's place where there is no room for both")
    func timelineAtEightyColumns() {
        let size = Size(width: 80, height: 24)
        let layout = DashboardLayout(size: size, zoomed: false, focus: .residency)
        #expect(layout.panes[.output] == nil)
        #expect(layout.panes[.residency] == DashboardLayout(size: size, zoomed: false, focus: .chain).panes[.output])
    }

    @Test("A point belongs to the pane that is drawn there")
    func points() {
        let layout = DashboardLayout(size: Size(width: 80, height: 24), zoomed: false, focus: .models)
        #expect(layout.pane(at: Point(x: 5, y: 4)) == .models)
        #expect(layout.pane(at: Point(x: 70, y: 4)) == .chain)
        #expect(layout.pane(at: Point(x: 40, y: 21)) == .log)
        #expect(layout.pane(at: Point(x: 40, y: 0)) == nil)
    }
}
