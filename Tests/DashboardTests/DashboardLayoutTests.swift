import CellScreen
import Testing

@testable import Dashboard

@Suite("Layout") struct DashboardLayoutTests {
    @Test("Panes lie on the screen, overlap in borders only, and leave no gap", arguments: [false, true])
    func sound(zoomed: Bool) {
        for width in stride(from: 0, through: 220, by: 3) {
            for height in 0...60 {
                for focus in PaneID.allCases {
                    let size = Size(width: width, height: height)
                    let layout = DashboardLayout(size: size, zoomed: zoomed, focus: focus)
                    if layout.isTooSmall { continue }
                    #expect(layout.panes[focus] != nil)
                    check(layout)
                }
            }
        }
    }

    private func check(_ layout: DashboardLayout) {
        var owners = [Int](repeating: 0, count: layout.size.width * layout.size.height)
        for pane in PaneID.allCases {
            guard let rect = layout.panes[pane] else { continue }
            #expect(rect.clipped(to: Rect(size: layout.size)) == rect, "\(layout.size) \(pane)")
            let content = layout.content(of: pane)
            #expect(content.height >= 1 && content.width >= 1, "\(layout.size) \(pane)")
            for y in content.y..<content.maxY {
                for x in content.x..<content.maxX { owners[y * layout.size.width + x] += 1 }
            }
            for x in rect.x..<rect.maxX {
                owners[rect.y * layout.size.width + x] += 1000
                owners[(rect.maxY - 1) * layout.size.width + x] += 1000
            }
            for y in rect.y..<rect.maxY {
                owners[y * layout.size.width + rect.x] += 1000
                owners[y * layout.size.width + rect.maxX - 1] += 1000
            }
        }
        let body = layout.verdict.maxY
        for y in body..<layout.size.height {
            for x in 0..<layout.size.width {
                let count = owners[y * layout.size.width + x]
                #expect(count == 1 || (count >= 1000 && count % 1000 == 0), "\(layout.size) at \(x),\(y)")
                if count != 1, count % 1000 != 0 { return }
            }
        }
    }

    @Test("Every pane is there at 80x24, 110x30 and 200x50", arguments: [(80, 24), (110, 30), (200, 50)])
    func complete(width: Int, height: Int) {
        let layout = DashboardLayout(size: Size(width: width, height: height), zoomed: false, focus: .models)
        #expect(Set(layout.panes.keys) == Set(PaneID.allCases))
        #expect(layout.content(of: .models).height >= 6)
        #expect(layout.content(of: .output).width >= 50)
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
