import CellScreen
import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Keys that the user chose") struct KeyChoiceTests {
    private static func read(_ lines: [(String, String)]) -> (keys: KeyMap, faults: [String]) {
        let choices = lines.enumerated().map { index, line in
            KeyChoice(
                action: line.0, keys: line.1.split(separator: " ").map(String.init), line: index + 2, column: 3,
                keysLine: index + 2, keysColumn: 5 + line.0.count)
        }
        let reading = KeyMap.reading(choices, file: "c.yaml")
        return (reading.keys, reading.faults.map(\.description))
    }

    @Test("Every action has a name, and no two have the same")
    func names() {
        #expect(KeyAction.unloadAll.name == "unload_all")
        #expect(KeyAction.focus(.log).name == "focus.log")
        #expect(KeyMap.choosable.contains("choose_theme") && KeyMap.choosable.contains("replay_next_step"))
        #expect(Set(KeyMap.choosable).count == KeyMap.choosable.count)
        #expect(!KeyMap.choosable.contains("accept"))
    }

    @Test("Without choices the table is the standard one")
    func nothing() {
        #expect(Self.read([]).keys == .standard)
    }

    @Test("A chosen key works, in footer and help too, and the old one does not")
    func chosen() {
        let (keys, faults) = Self.read([("unload", "x"), ("focus.log", "6 F6")])
        #expect(faults.isEmpty)
        var journey = JourneyDriver(keys: keys)
        journey.poll([.llama])
        #expect(journey.lines.last?.contains("x unload") == true)
        #expect(journey.press("u").isEmpty)
        #expect(journey.press("x").count == 1)
        journey.press("F6")
        #expect(journey.state.focus == .log)
        journey.press("1 6")
        #expect(journey.state.focus == .log)
        journey.press("1 ?")
        #expect(journey.lines.contains { $0.contains(" x ") && $0.contains("unload the selected model") })
    }

    @Test("A key that is chosen for something else leaves the action that had it, and that is told")
    func robbed() {
        let (keys, faults) = Self.read([("choose_theme", "r")])
        #expect(
            faults == [
                """
                c.yaml:2:17: warning: “choose_theme” takes r from “run”, which has no key any more
                    Give “run” a key of its own, or none: “run: none”.
                """
            ])
        #expect(keys.binding(for: KeyStroke("r"), in: .chain)?.action == .chooseTheme)
        #expect(keys.key(of: .run) == ":run")
        // Two keys that change places leave nobody without one.
        #expect(Self.read([("choose_theme", "r"), ("run", "t")]).faults.isEmpty)
        #expect(Self.read([("choose_theme", "r"), ("run", "")]).faults.isEmpty)
        // One of two keys may go without a word.
        #expect(Self.read([("choose_theme", "j")]).faults.isEmpty)
    }

    @Test("A pane's key over one that works anywhere is told as well")
    func shadowed() {
        let (keys, faults) = Self.read([("unload", "t")])
        #expect(faults.first?.hasPrefix("c.yaml:2:11: warning: “unload” takes t from “choose_theme”, which") == true)
        #expect(keys.binding(for: KeyStroke("t"), in: .models)?.action == .unload)
        #expect(keys.binding(for: KeyStroke("t"), in: .text)?.action == .chooseTheme)
    }

    @Test(
        "What cannot be is said with line and column",
        arguments: [
            ([("unlaod", "u")], ["c.yaml:2:3: error: no action is called “unlaod”\n    Did you mean “unload”?"]),
            (
                [("unload", "Strg-X")],
                [
                    "c.yaml:2:11: error: “Strg-X” is no key\n    "
                        + "Write u, U, Ctrl-L, Alt-x, F5, Enter, Tab, Space, PgDn or Left; several with blanks between."
                ]
            ),
            (
                [("load", "q"), ("pull", "Ctrl-C")],
                [
                    "c.yaml:2:9: error: q always quits\n    Choose another key for “load”.",
                    "c.yaml:3:9: error: Ctrl-C always quits\n    Choose another key for “pull”.",
                ]
            ),
            ([("quit", "")], ["c.yaml:2:9: error: the way out cannot be without a key\n    Remove the line."]),
            (
                [("load", "c"), ("pull", "c")],
                [
                    "c.yaml:3:9: error: c is chosen for “load” already, in line 2\n    Give one of them another key."
                ]
            ),
        ] as [([(String, String)], [String])])
    func faulty(lines: [(String, String)], expected: [String]) {
        let (keys, faults) = Self.read(lines)
        #expect(faults == expected)
        #expect(keys.binding(for: KeyStroke("q"), in: .models)?.action == .quit)
    }

    @Test("q and Ctrl-C always quit, beside whatever is chosen")
    func leaving() {
        let (keys, faults) = Self.read([("quit", "X")])
        #expect(faults.isEmpty)
        for key in ["X", "q", "Ctrl-C"] {
            var journey = JourneyDriver(keys: keys)
            journey.poll([.llama])
            #expect(journey.press(key) == [.quit(stopRun: false)])
        }
    }
}
