import CellScreen
import DashboardTestSupport
import Testing

@testable import Dashboard

@Suite("The key table") struct KeyMapTests {
    @Test("No key means two things in one place")
    func conflicts() {
        for context in KeyContext.allCases {
            let strokes = KeyMap.bindings.filter { $0.context == context }.flatMap(\.strokes)
            #expect(Set(strokes).count == strokes.count, "\(context)")
        }
    }

    @Test("Every key is readable, and says in one short line what it does")
    func wellFormed() {
        for binding in KeyMap.bindings {
            #expect(!binding.strokes.isEmpty, "\(binding.help)")
            #expect(!binding.help.isEmpty && binding.help.count <= 64, "\(binding.help)")
            for stroke in binding.strokes { #expect(KeyStroke(parsing: stroke.description) == stroke) }
        }
    }

    @Test("The keys of the design are there")
    func complete() {
        let anywhere = Set(KeyMap.bindings.filter(\.context.isPaneOrAnywhere).flatMap(\.strokes).map(\.description))
        let wanted = [
            "j", "k", "Up", "Down", "g", "G", "PgUp", "PgDn", "Tab", "Shift-Tab", "Enter", "l", "u", "U", "K", "p", "d",
            "r", "s", "o", "/", "n", "N", "t", "m", "z", "+", "-", "Space", "?", "q", "Ctrl-C", "Ctrl-L", "Ctrl-Z",
            "Esc",
            "1", "2", "3", "4", "5", "6",
        ]
        #expect(wanted.filter { !anywhere.contains($0) }.isEmpty)
    }

    @Test("docs/keys.md is what the table says")
    func manual() throws {
        #expect(try TestFiles.text("docs/keys.md") == KeyReference.markdown)
    }

    @Test("Read-only shows no key that changes something, and runs none")
    func readOnly() {
        var journey = JourneyDriver(isReadOnly: true)
        journey.poll([.llama])
        let footer = journey.lines.last ?? ""
        #expect(!footer.contains("load") && !footer.contains("run") && footer.contains("? help"))
        for binding in KeyMap.bindings where binding.changes && binding.context.isPaneOrAnywhere {
            #expect(journey.press(binding.keys).isEmpty, "\(binding.help)")
            #expect(journey.shows("read-only"))
        }
        journey.press("?")
        #expect(!journey.shows("load a model"))
    }

    @Test("The footer always ends with help, at every width that has a footer", arguments: 24...200)
    func footer(width: Int) {
        var journey = JourneyDriver(size: Size(width: width, height: 24))
        journey.poll([.llama])
        #expect(journey.lines.last?.contains("? help") == true)
    }
}

extension KeyContext {
    fileprivate var isPaneOrAnywhere: Bool { isPane || self == .anywhere }
}
