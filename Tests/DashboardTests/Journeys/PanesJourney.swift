import CellScreen
import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: choosing panes") struct PanesJourney {
    private func journey(size: Size = Size(width: 110, height: 30)) -> JourneyDriver {
        var journey = JourneyDriver(size: size)
        journey.poll([.llama, .nomic])
        return journey
    }

    @Test("Panes are hidden and shown, and what is left fills the screen; Enter keeps it")
    func hide() {
        var journey = journey()
        journey.press("v")
        #expect(journey.shows("Panes") && journey.shows("[x] 3 Residency"))
        journey.press("j Space")
        #expect(!journey.shows("2 VRAM ─") && journey.shows("[ ] 2 VRAM") && journey.shows("not shown"))
        #expect(journey.press("Enter") == [.saveLayout(PaneLayout(hidden: ["vram"]))])
        #expect(journey.state.dialogs.isEmpty && !journey.shows("2 VRAM"))
        journey.press("2")
        #expect(journey.state.focus == .models && journey.shows("VRAM is not among the panes that are shown"))
        journey.press("Tab")
        #expect(journey.state.focus == .residency)
        journey.press("v k Space Enter")
        #expect(journey.state.panes == PaneLayout() && journey.shows("2 VRAM"))
    }

    @Test("Sizes change by arrows and signs, seen at once; Esc goes back")
    func sizes() throws {
        var journey = journey()
        let usual = journey.state.layout.panes
        journey.press("v Right Right -")
        let models = try #require(journey.state.layout.panes[.models])
        #expect(models.width == (usual[.models]?.width ?? 0) + 4)
        #expect(models.height == (usual[.models]?.height ?? 0) - 1)
        #expect(journey.shows("+4 columns, -1 row"))
        journey.press("Esc")
        #expect(
            journey.state.layout.panes == usual
                && journey.effects.contains { if case .saveLayout = $0 { true } else { false } } == false)
        journey.press("v + Enter v R Enter")
        #expect(journey.effects.suffix(2) == [.saveLayout(PaneLayout(rows: ["models": 1])), .saveLayout(PaneLayout())])
    }

    @Test("What cannot be is said")
    func limits() {
        var journey = journey()
        journey.press("v")
        for _ in 0..<200 { journey.press("+") }
        #expect(journey.shows("there is no room for that"))
        for pane in PaneID.allCases where pane != .log { journey.press(pane == .models ? "Space" : "Down Space") }
        journey.press("Down Space")
        #expect(journey.shows("one pane has to stay") && journey.state.focus == .log)
        journey.press("Up Right")
        #expect(journey.shows("Output is not shown"))
    }

    @Test(
        "The set of panes is kept at every size, and there is no gap",
        arguments: [
            ["vram"], ["chain", "output"], ["models", "log"], ["output"], ["models", "vram", "chain", "log"],
        ])
    func everySize(hidden: [String]) {
        let choices = [
            PaneLayout(hidden: Set(hidden)),
            PaneLayout(
                hidden: Set(hidden), rows: ["models": 5, "log": -3, "residency": 40],
                columns: ["chain": 60, "vram": -90]),
        ]
        for choice in choices {
            for width in stride(from: 1, through: 400, by: 13) {
                for height in stride(from: 1, through: 120, by: 7) {
                    for focus in PaneID.allCases where !hidden.contains(focus.name) {
                        let layout = DashboardLayout(
                            size: Size(width: width, height: height), zoomed: false, focus: focus, choice: choice)
                        guard !layout.isTooSmall else { continue }
                        #expect(layout.panes.keys.allSatisfy { !hidden.contains($0.name) })
                        #expect(layout.panes[focus] != nil)
                        let cells = layout.panes.values.reduce(0) { $0 + ($1.width - 1) * ($1.height - 1) }
                        // Neighbours share a line, so that the insides and two of their lines fill everything.
                        #expect(
                            cells == (width - 1) * (height - 1 - layout.verdict.maxY),
                            "\(width)x\(height) \(focus) \(choice)")
                        #expect(layout.panes.values.allSatisfy { $0.width >= 3 && $0.height >= 2 })
                    }
                }
            }
        }
    }

    @Test(
        "Who leaves other panes out sees the timeline on small screens too", arguments: [(80, 24), (110, 24), (70, 20)])
    func room(width: Int, height: Int) {
        let layout = DashboardLayout(
            size: Size(width: width, height: height), zoomed: false, focus: .models,
            choice: PaneLayout(hidden: ["vram", "log"]))
        #expect(layout.content(of: .residency).height >= 3 && layout.content(of: .models).height >= 3)
    }

    @Test("A layout that was saved is the one that is begun with")
    func begins() {
        let state = DashboardState(
            servers: [.gpuBox], panes: PaneLayout(hidden: ["models", "log"]), size: Size(width: 110, height: 30))
        #expect(state.focus == .vram)
        var buffer = CellBuffer(size: state.size)
        DashboardProgram().draw(state, into: &buffer)
        #expect(!buffer.text.contains("1 Models") && !buffer.text.contains("6 Log"))
    }
}
