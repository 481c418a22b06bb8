import CellScreen
import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: a command") struct CommandJourney {
    private static func begin(isReadOnly: Bool = false) -> JourneyDriver {
        var journey = JourneyDriver(isReadOnly: isReadOnly)
        journey.poll([.llama, .nomic])
        journey.wait(60)
        return journey
    }

    @Test("A line is written, completed and carried out")
    func theme() {
        var journey = Self.begin()
        journey.press(":")
        journey.type("th")
        #expect(journey.lines.last?.contains(":th") == true)
        #expect(journey.lines.contains { $0.contains("theme") })
        journey.press("Tab")
        journey.type(" mid")
        #expect(journey.shows("theme midnight"))
        journey.press("Tab")
        #expect(journey.lines.last?.contains(":theme midnight") == true)
        #expect(journey.press("Enter") == [.selectTheme("midnight")])
        #expect(journey.lines.last?.contains("? help") == true)
    }

    @Test("Tab goes round, Shift-Tab goes back, and a letter begins anew")
    func round() {
        var journey = Self.begin()
        journey.press(":")
        journey.type("theme ")
        journey.press("Tab")
        #expect(journey.lines.last?.contains(":theme daylight") == true)
        journey.press("Tab Tab")
        #expect(journey.lines.last?.contains(":theme daylight") == true)
        journey.press("Shift-Tab")
        #expect(journey.lines.last?.contains(":theme midnight") == true)
        journey.press("Esc")
        #expect(journey.lines.last?.contains("? help") == true)
        journey.press(": Backspace")
        #expect(journey.lines.last?.contains("? help") == true)
    }

    @Test(
        "What is asked for",
        arguments: [
            ("interval 2s", [DashboardEffect.setInterval(2)]),
            ("interval 250ms", [.setInterval(0.25)]),
            ("unload llama3.1:8b", [.unloadModel(server: "gpu-box", model: "llama3.1:8b")]),
            ("load mistral-small:22b", [.loadModel(server: "gpu-box", model: "mistral-small:22b", context: nil)]),
            ("quit", [.quit(stopRun: false)]),
            ("redraw", [.redraw]),
            ("toggle mouse", [.mouse(true)]),
            ("toggle_pause", [.pausePolling(true)]),
            ("", []),
        ] as [(String, [DashboardEffect])])
    func asked(line: String, expected: [DashboardEffect]) {
        var journey = Self.begin()
        journey.press(":")
        journey.type(line)
        #expect(journey.press("Enter") == expected)
    }

    @Test("Panes are gone to by name and number, and an action of another pane goes there")
    func focus() {
        var journey = Self.begin()
        for (line, pane) in [("focus log", PaneID.log), ("focus 4", .chain), ("sort", .models)] {
            journey.press(":")
            journey.type(line)
            journey.press("Enter")
            #expect(journey.state.focus == pane)
        }
        journey.press(":")
        journey.type("unload all")
        journey.press("Enter")
        #expect(journey.shows("Unload 2 models from gpu-box?"))
    }

    @Test(
        "What cannot be is said, with what was probably meant",
        arguments: [
            ("them nord", "there is no command “them”", "did you mean “theme”?"),
            ("theme midnigt", "there is no theme “midnigt”", "did you mean “midnight”?"),
            ("interval soon", "“soon” is no time from 100ms to 1h", "write it as 500ms, 2s or 1m"),
            ("unload llama3.1:9b", "no model “llama3.1:9b” is in memory", "did you mean “llama3.1:8b”?"),
            ("focus lgo", "there is no pane “lgo”", "did you mean “log”?"),
            ("interval", "“interval” needs a word behind it", "interval TIME"),
            ("replay end", "that works in a replay only", "promptchain replay RUN"),
        ])
    func faulty(line: String, sentence: String, hint: String) {
        var journey = Self.begin()
        journey.press(":")
        journey.type(line)
        #expect(journey.press("Enter").isEmpty)
        #expect(journey.shows(sentence) && journey.shows(hint), "\(journey.screen)")
    }

    @Test("Read-only offers no command that changes something, and carries none out")
    func readOnly() {
        var journey = Self.begin(isReadOnly: true)
        journey.press(":")
        journey.type("u")
        #expect(!journey.shows("unload"))
        for line in ["unload llama3.1:8b", "load x", "run x.yaml", "unload all", "pull", "delete"] {
            journey.press("Esc :")
            journey.type(line)
            #expect(
                journey.press("Enter").allSatisfy { $0 == .listChainFiles || $0 == .listInstalled(server: "gpu-box") })
            #expect(journey.shows("read-only"))
        }
    }

    @Test("A table of every command: read-only completes none that changes something, and says that it is off")
    func readOnlyTable() {
        var journey = Self.begin(isReadOnly: true)
        journey.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        let files = [ChainFileSummary(path: "a.yaml", name: "a", steps: ["a"], models: [], faults: [])]
        journey.send(.chainFiles(files))
        let actions = KeyMap.bindings.filter { $0.changes && $0.context.isChoosable }.map { $0.action.name }
        let words = Set(actions.map { $0.replacing("_", with: " ").replacing(".", with: " ") })
        #expect(words.isSuperset(of: ["load", "unload", "unload all", "keep alive", "pull", "delete", "run", "stop"]))
        let verbs = ["load llama3.1:8b", "unload llama3.1:8b", "run a.yaml"]
        #expect(Set(CommandVerb.allCases.filter(\.changes).map(\.rawValue)) == ["load", "unload", "run"])
        for line in words.sorted() + verbs {
            for count in 1...line.count {
                let stem = String(line.prefix(count))
                let offered = CommandLineText.suggestions(for: stem, in: journey.state)
                #expect(!offered.contains { words.contains($0) || verbs.contains($0) }, "\(stem): \(offered)")
            }
            let before = journey.effects
            journey.press("Esc :")
            journey.type(line)
            journey.press("Enter")
            #expect(journey.shows("read-only: "), "\(line)")
            #expect(journey.effects == before && journey.state.dialogs.isEmpty, "\(line)")
        }
    }

    @Test("A chain is chosen by its file")
    func run() {
        var journey = Self.begin()
        journey.press(":")
        journey.type("run")
        #expect(journey.effects.contains(.listChainFiles))
        journey.send(
            .chainFiles([
                ChainFileSummary(path: "examples/research.yaml", name: "research", steps: ["a"], models: [], faults: [])
            ]))
        journey.type(" rese")
        journey.press("Tab")
        #expect(journey.lines.last?.contains(":run examples/research.yaml") == true)
        journey.press("Enter")
        #expect(journey.shows("Input for research"))
    }

    @Test("A paste goes into the line")
    func paste() {
        var journey = Self.begin()
        journey.press(":")
        journey.input(.paste("theme nord"))
        #expect(journey.press("Enter") == [.selectTheme("nord")])
    }
}
