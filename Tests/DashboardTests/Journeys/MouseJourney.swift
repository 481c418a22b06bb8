import CellScreen
import DashboardTestSupport
import Testing

@testable import Dashboard

@Suite("Journey: the mouse") struct MouseJourney {
    private static func begin() -> JourneyDriver {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.poll([.llama, .nomic])
        journey.press("m")
        journey.press("Esc")
        return journey
    }

    /// Presses the first cell of a text on the screen.
    @discardableResult
    private static func click(_ text: String, row: Int? = nil, _ journey: inout JourneyDriver) -> [DashboardEffect] {
        let lines = journey.lines
        for (y, line) in lines.enumerated() where row == nil || row == y {
            guard let range = line.range(of: text) else { continue }
            let x = DisplayWidth.columns(of: line[..<range.lowerBound])
            return journey.input(.mouse(MouseEvent(kind: .press, point: Point(x: x, y: y))))
        }
        Issue.record("“\(text)” is not on the screen")
        return []
    }

    @Test("Off, it does nothing; m switches it on")
    func off() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.poll([.llama])
        Self.click("? help", &journey)
        #expect(!journey.shows("every key"))
        #expect(journey.press("m") == [.mouse(true)])
        #expect(journey.press("m") == [.mouse(false)])
    }

    @Test("A press on a key of the footer presses it")
    func footer() {
        var journey = Self.begin()
        Self.click("? help", row: 29, &journey)
        #expect(journey.shows("MODELS") && journey.shows("one row down"))
        journey.press("Esc")
        Self.click("q quit", row: 29, &journey)
        #expect(journey.effects.last == .quit(stopRun: false))
    }

    @Test("A press on the verdict opens what is behind it, one on a row selects it")
    func verdict() {
        var journey = Self.begin()
        journey.input(.mouse(MouseEvent(kind: .press, point: Point(x: 10, y: 1))))
        guard case .why? = journey.state.dialogs.last else {
            Issue.record("nothing opened")
            return
        }
        journey.press("Esc")
        Self.click("nomic-embed-text", &journey)
        #expect(journey.state.models.selection?.model == "nomic-embed-text")
    }

    @Test("In a list, a press selects and shows, one more chooses, and one beside it closes")
    func picker() {
        var journey = Self.begin()
        journey.press("t")
        #expect(Self.click("midnight", &journey) == [.selectTheme("midnight")])
        Self.click("midnight", &journey)
        #expect(journey.state.dialogs.isEmpty)
        journey.press("t")
        journey.input(.mouse(MouseEvent(kind: .press, point: Point(x: 0, y: 0))))
        #expect(journey.state.dialogs.isEmpty)
    }
}
