import CellScreen
import Testing

@testable import Dashboard

@Suite("Text broken into rows") struct TextBufferTests {
    @Test("Lines break at blanks, long words anywhere, wide characters by their columns")
    func breaks() {
        #expect(TextWrap.lines(of: "one two three", width: 8).map(\.trimmed) == ["one two", "three"])
        #expect(TextWrap.lines(of: "abcdefgh", width: 3) == ["abc", "def", "gh"])
        #expect(TextWrap.lines(of: "日本語テキスト", width: 5) == ["日本", "語テ", "キス", "ト"])
        #expect(TextWrap.lines(of: "", width: 5) == [""])
        #expect(TextWrap.lines(of: "a\n\nb", width: 5) == ["a", "", "b"])
        #expect(TextWrap.lines(of: "    indented text", width: 12).map(\.trimmed) == ["indented", "text"])
        #expect(TextWrap.lines(of: "日", width: 1) == ["日"])
    }

    @Test("No row is wider than the width, and rows together are the line", arguments: 1...12)
    func complete(width: Int) {
        var random = SeededRandom(seed: UInt64(width))
        for _ in 0..<60 {
            let line = RandomText.line(&random)
            let rows = TextWrap.rows(of: line, width: width)
            #expect(rows.map { TextWrap.slice(line, $0) }.joined() == line)
            for row in rows {
                let text = TextWrap.slice(line, row).trimmed
                #expect(DisplayWidth.columns(of: text) <= max(width, 2), "“\(text)” in \(width)")
            }
        }
    }

    @Test("Text that grows piece by piece has the rows of the whole text", arguments: 0..<40)
    func incremental(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed + 1))
        let width = Int.random(in: 1...30, using: &random)
        var grown = TextBuffer(byteLimit: 1 << 20)
        grown.wrap(to: width)
        var whole = TextBuffer(byteLimit: 1 << 20)
        for _ in 0..<80 {
            let piece = RandomText.piece(&random)
            let kind: TextBuffer.Kind = Int.random(in: 0..<9, using: &random) == 0 ? .thinking : .answer
            grown.append(piece, kind: kind)
            whole.append(piece, kind: kind)
        }
        whole.wrap(to: width)
        #expect(grown.lines == whole.lines)
        #expect(grown.rows == whole.rows)
        grown.wrap(to: width + 3)
        whole.wrap(to: width + 3)
        #expect(grown == whole)
    }

    @Test("What is too much goes from the front, and numbers of lines and rows stay true")
    func bounded() {
        var text = TextBuffer(byteLimit: 1000)
        text.wrap(to: 10)
        for number in 0..<500 { text.append("line \(number)\n", kind: .answer) }
        #expect(text.byteCount <= 1125)
        #expect(text.droppedBytes > 0)
        #expect(text.line(490)?.text == "line 490")
        #expect(text.row(showing: TextBuffer.Row(line: 490, range: 0..<0)) == 490)
        #expect(text.line(3) == nil)
        #expect(text.endRow == 501)
    }

    @Test("A line without any break is kept bounded too")
    func endless() {
        var text = TextBuffer(byteLimit: 50_000)
        text.append(String(repeating: "x", count: 400_000), kind: .answer)
        #expect(text.byteCount <= 57_000)
    }

    @Test("The reader's place stays when rows are broken anew, and when the front goes")
    func scrolling() {
        var text = TextBuffer(byteLimit: 1 << 20)
        text.wrap(to: 20)
        for number in 0..<50 { text.append("number \(number) of a text that wraps\n", kind: .answer) }
        var scroll = ScrollState()
        #expect(scroll.visible(in: text, height: 5).upperBound == text.endRow)
        scroll.go(to: 30, in: text, height: 5)
        let place = text.row(30)
        text.wrap(to: 60)
        scroll.keep(place, in: text)
        let first = scroll.visible(in: text, height: 5).lowerBound
        #expect(text.row(first)?.line == place?.line)
        scroll.move(by: 1000, in: text, height: 5)
        #expect(scroll.isFollowing)
    }

    @Test("A row that is full to its edge does not end in the blank at which it was broken")
    func fullRows() {
        var text = TextBuffer(byteLimit: 1 << 20)
        text.wrap(to: 9)
        text.append("one three five seven", kind: .answer)
        let rows = (0..<4).compactMap { text.row($0) }.map { text.text(of: $0) }
        #expect(rows == ["one three", "five", "seven"])
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.last == " " { text.removeLast() }
        while text.first == " " { text.removeFirst() }
        return String(text)
    }
}

/// Random text of the kinds that models write.
enum RandomText {
    private static let words = [
        "a", "the", "and", "measurement", "日本語", "é", "e\u{301}", "👩‍👩‍👧", "→", "x", "\u{1B}[31m", "emoji✅", "longer-word",
        "שלום",
    ]

    static func line(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 0...8, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
            .joined(separator: String(repeating: " ", count: Int.random(in: 1...3, using: &random)))
    }

    static func piece(_ random: inout SeededRandom) -> String {
        let separators = ["", " ", " ", "\n", "\n\n", "\t", "\r\n", "\u{301}"]
        return (words.randomElement(using: &random) ?? "") + (separators.randomElement(using: &random) ?? "")
    }
}

/// Randomness that is the same in every run.
struct SeededRandom: RandomNumberGenerator {
    private var value: UInt64

    init(seed: UInt64) {
        value = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next() -> UInt64 {
        value ^= value << 13
        value ^= value >> 7
        value ^= value << 17
        return value
    }
}
