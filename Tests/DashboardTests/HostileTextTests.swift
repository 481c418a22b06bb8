import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

/// Texts of servers, models and tools, as the Log and Output show them.
@Suite("Hostile text in Log and Output") struct HostileTextTests {
    private static let texts = [
        "\u{1B}]0;title\u{7}\u{1B}[2J", "\u{9B}31m \u{9D}0;x\u{9C}", "\u{202E}abc\u{202C} \u{2066}d\u{2069}\u{200F}",
        "nul \u{0} del \u{7F}", "tab\tand\ttabs", "return\rover", String(repeating: "x", count: 100_000),
        String(repeating: "日本", count: 9000), "👩‍👩‍👧👨‍👩‍👦" + String(repeating: "e\u{301}\u{302}\u{303}", count: 500),
        "\u{300}\u{301} begins with marks", "several\nlines\n\nof text", " ", "", String(repeating: " ", count: 500),
    ]

    private func check(_ journey: JourneyDriver, _ what: Comment) {
        let picture = journey.picture
        for y in 0..<journey.size.height {
            let line = picture.lines[y]
            for scalar in line.unicodeScalars {
                let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
                let isBidirectional =
                    (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
                #expect(!isControl && !isBidirectional && scalar != "\u{200E}" && scalar != "\u{200F}", what)
            }
            #expect(DisplayWidth.columns(of: line) <= journey.size.width, what)
        }
    }

    @Test(
        "The Log shows it harmlessly, whatever is pressed",
        arguments: [Size(width: 80, height: 24), Size(width: 200, height: 50), Size(width: 20, height: 8)])
    func log(size: Size) {
        var journey = JourneyDriver(size: size)
        for (index, text) in Self.texts.enumerated() {
            journey.wait(1)
            journey.log(index % 2 == 0 ? .info : .error, text)
        }
        journey.press("6 z")
        for keys in ["g", "PgDn", "PgDn", "G", "k k k", "f", "f", "Esc", "n", "y", "S", "Esc", "e", "Tab", "Shift-Tab"]
        {
            journey.press(keys)
            check(journey, "\(keys)")
        }
        for text in Self.texts {
            journey.press("g /")
            journey.type(String(text.prefix(20)))
            check(journey, "/\(text.prefix(20))")
            journey.press("Enter n N Esc Esc &")
            journey.type("!" + text.prefix(20))
            check(journey, "&!\(text.prefix(20))")
            journey.press("Esc")
        }
        #expect(journey.state.log.entries.count == journey.state.log.text.lines.count)
    }

    @Test("Output shows it harmlessly, and keeps its lines apart")
    func output() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.beginRun()
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: Self.texts[0]))
        for text in Self.texts {
            journey.events(.token(step: 1, text: text + "\n", thinking: text.utf8.count % 2 == 0))
            check(journey, "\(text.prefix(20))")
        }
        journey.press("5 z g")
        for keys in ["PgDn", "PgDn", "/", "x", "Enter", "n", "N", "i", "i", "G", "y", "e"] {
            journey.press(keys)
            check(journey, "\(keys)")
        }
    }

    @Test("Matches are marked where they stand, also behind wide characters")
    func matches() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.log(.info, "日本 ÜBER 日本")
        journey.press("6 z /")
        journey.type("über")
        let row = journey.lines.firstIndex { $0.contains("ÜBER") } ?? 0
        let marked = (0..<110).filter { journey.picture[$0, row].style.attributes.contains(.reverse) }
        #expect(marked.map { journey.picture[$0, row].character } == Array("ÜBER"))
    }
}
