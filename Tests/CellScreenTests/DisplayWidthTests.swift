import CellScreen
import Testing

@Suite("DisplayWidth")
struct DisplayWidthTests {
    @Test(
        "known widths",
        arguments: [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("─", 1), ("█", 1), ("…", 1), ("✓", 1), ("日", 2), ("ｆ", 2), ("한", 2),
            ("\u{1112}\u{1161}\u{11AB}", 2), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤\u{FE0F}", 1),
            ("1\u{FE0F}\u{20E3}", 1), ("क्षि", 3), ("\u{E0B0}", 1), ("\u{200D}", 0), ("\u{301}", 0), ("\u{202E}", 0),
            ("\u{AD}", 0), ("\r\n", 1), ("\u{1B}", 1), ("", 0), ("日本 ✓ ok", 9),
        ])
    func known(text: String, columns: Int) {
        #expect(DisplayWidth.columns(of: text) == columns)
    }

    @Test("a text is cut to its width, with an ellipsis")
    func truncate() {
        #expect(DisplayWidth.truncate("mistral", to: 7) == "mistral")
        #expect(DisplayWidth.truncate("mistral", to: 6) == "mistr…")
        #expect(DisplayWidth.truncate("mistral", to: 1) == "…")
        #expect(DisplayWidth.truncate("mistral", to: 0) == "")
        #expect(DisplayWidth.truncate("mistral", to: -4) == "")
        #expect(DisplayWidth.truncate("日本語", to: 5) == "日本…")
        #expect(DisplayWidth.truncate("日本語", to: 4) == "日…")
        #expect(DisplayWidth.truncate("日本語", to: 3, ellipsis: nil) == "日")
        #expect(DisplayWidth.truncate("日本語", to: 6) == "日本語")
    }

    @Test("a cut text fits, and a text that fits is not cut")
    func truncateProperty() {
        var numbers = SeededNumbers(seed: 4)
        for _ in 0..<3000 {
            let text = numbers.text(upTo: 12)
            let width = Int.random(in: 1...14, using: &numbers)
            let cut = DisplayWidth.truncate(text, to: width)
            #expect(DisplayWidth.columns(of: cut) <= width)
            if DisplayWidth.columns(of: text) <= width { #expect(cut == text) }
        }
    }

    @Test("the width of a text is the width of what is shown of it")
    func widthOfPrintable() {
        var numbers = SeededNumbers(seed: 5)
        for _ in 0..<3000 {
            let text = numbers.text(upTo: 12)
            let shown = DisplayWidth.printable(text)
            for character in shown { #expect((1...2).contains(DisplayWidth.columns(of: character))) }
            #expect(DisplayWidth.columns(of: text) == shown.reduce(0) { $0 + DisplayWidth.columns(of: $1) })
        }
    }

    @Test("nothing that drives a terminal gets through, whatever the text")
    func printable() {
        var numbers = SeededNumbers(seed: 6)
        for _ in 0..<5000 {
            let text = numbers.text(upTo: 12)
            for character in DisplayWidth.printable(text) { expectHarmless(character, in: text) }
        }
    }

    @Test("no single scalar gets through that could drive a terminal")
    func everyScalar() {
        for value in UInt32(0)..<0x110000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let shown = DisplayWidth.printable(String(Character(scalar)))
            if shown.count == 1, isHarmless(shown[0]) { continue }
            #expect(shown.isEmpty, "U+\(String(value, radix: 16))")
        }
    }

    @Test("marks are kept on their base, at most four of them")
    func marks() {
        let zalgo = "a" + String(repeating: "\u{301}", count: 40)
        #expect(DisplayWidth.printable(zalgo) == [Character("a" + String(repeating: "\u{301}", count: 4))])
        #expect(DisplayWidth.printable("\u{301}x") == ["x"])
    }

    @Test("flags and spacing marks stand in columns of their own")
    func pieces() {
        #expect(DisplayWidth.printable("🇩🇪") == ["\u{1F1E9}", "\u{1F1EA}"])
        #expect(DisplayWidth.printable("का") == ["क", "\u{93E}"])
        #expect(DisplayWidth.printable("👨‍👩‍👧") == ["👨"])
    }

    private func expectHarmless(_ character: Character, in text: String) {
        #expect(isHarmless(character), "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
    }

    private func isHarmless(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first, character.unicodeScalars.count <= 5 else { return false }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return false
        default: break
        }
        return character.unicodeScalars.allSatisfy { scalar in
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            let separates = scalar.value == 0x2028 || scalar.value == 0x2029
            return !isControl && !separates && !scalar.properties.isBidiControl
                && !scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}
