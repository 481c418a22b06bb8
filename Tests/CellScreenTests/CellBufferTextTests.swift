import CellScreen
import Testing

@Suite("Writing text")
struct CellBufferTextTests {
    private func buffer(_ width: Int) -> CellBuffer { CellBuffer(size: Size(width: width, height: 1)) }

    @Test("a text that is too long ends in an ellipsis")
    func ellipsis() {
        var narrow = buffer(20)
        let end = narrow.write("mistral-small", at: Point(x: 1, y: 0), width: 8)
        #expect(narrow.text == " mistral…" && end == 9)

        var exact = buffer(20)
        exact.write("mistral", at: Point(x: 0, y: 0), width: 7)
        #expect(exact.text == "mistral")

        var bare = buffer(20)
        bare.write("mistral", at: Point(x: 0, y: 0), width: 3, ellipsis: nil)
        #expect(bare.text == "mis")
    }

    @Test("plain text over what is there keeps its background, and takes the other half of a wide character away")
    func plainOverOthers() {
        var buffer = buffer(6)
        buffer.write("日本語", at: Point(x: 0, y: 0), style: Style(background: .ansi(4)))
        let end = buffer.write("ab", at: Point(x: 1, y: 0), style: Style(foreground: .ansi(1)))
        #expect(end == 3 && buffer.text == " ab 語")
        #expect(buffer[1, 0].style == Style(foreground: .ansi(1), background: .ansi(4)))
    }

    @Test("an ellipsis never splits a wide character")
    func wideEllipsis() {
        var odd = buffer(9)
        odd.write("日本語", at: Point(x: 0, y: 0), width: 4)
        #expect(odd.text == "日…")
        var even = buffer(9)
        even.write("日本語", at: Point(x: 0, y: 0), width: 5)
        #expect(even.text == "日本…")
        var tiny = buffer(9)
        tiny.write("日本語", at: Point(x: 0, y: 0), width: 1)
        #expect(tiny.text == "…")
    }

    @Test("nothing is drawn outside the clip, and half a wide character becomes a blank")
    func clip() {
        var buffer = buffer(10)
        buffer.fill(buffer.bounds, with: ".")
        let clip = Rect(x: 3, y: 0, width: 4, height: 1)
        buffer.write("abcdefghij", at: Point(x: 0, y: 0), ellipsis: nil, clip: clip)
        #expect(buffer.text == "...defg...")
        buffer.fill(buffer.bounds, with: ".")
        buffer.write("日日日日日", at: Point(x: 0, y: 0), ellipsis: nil, clip: clip)
        #expect(buffer.text == "... 日....")
        #expect(buffer.isWhole)
        buffer.write("x", at: Point(x: 0, y: 5), clip: clip)
        buffer.write("x", at: Point(x: 8, y: 0), clip: clip)
        #expect(!buffer.text.contains("x"))
    }

    @Test("the background below shows through where the style names none")
    func background() {
        var buffer = buffer(4)
        buffer.fill(buffer.bounds, style: Style(background: .ansi(4)))
        buffer.write("ab", at: Point(x: 0, y: 0), style: Style(foreground: .ansi(1)))
        #expect(buffer[0, 0].style == Style(foreground: .ansi(1), background: .ansi(4)))
    }

    @Test("controls become visible, line breaks become blanks")
    func controls() {
        var buffer = buffer(20)
        buffer.write("a\u{1B}[31m\n\tb\u{7F}\r\nc\u{9B}", at: Point(x: 0, y: 0))
        #expect(buffer.text == "a␛[31m  b␡ c\u{FFFD}")
    }

    @Test("a text is written as its characters are, scalar by scalar or not")
    func characters() {
        // All scalars up to the Chinese ones, each beside letters, a wide one, a line and its neighbour.
        for value in UInt32(0)..<0x3500 {
            guard let scalar = Unicode.Scalar(value), let next = Unicode.Scalar(value + 1) else { continue }
            let text = "a\(scalar)日\(scalar)\(next)─\(scalar)"
            var buffer = buffer(20)
            let end = buffer.write(text, at: Point(x: 0, y: 0))
            let shown = DisplayWidth.printable(text)
            #expect((0..<end).map { buffer[$0, 0] }.filter { !$0.isContinuation }.map(\.character) == shown)
            #expect(end == shown.reduce(0) { $0 + DisplayWidth.columns(of: $1) })
            #expect(end == DisplayWidth.columns(of: text))
        }
    }

    @Test("whatever is written, it stays within its width, whole, and in as many columns as it says")
    func property() {
        var numbers = SeededNumbers(seed: 2)
        for _ in 0..<2000 {
            var buffer = buffer(12)
            let text = numbers.text(upTo: 20)
            let x = Int.random(in: -3...12, using: &numbers)
            let width = Int.random(in: 0...14, using: &numbers)
            let end = buffer.write(text, at: Point(x: x, y: 0), width: width)
            #expect(end <= min(max(x, x + width), 12) || end == x)
            #expect(buffer.isWhole)
            for index in 0..<12 where index >= end || index < x { #expect(buffer[index, 0] == .blank) }
            if x >= 0, DisplayWidth.columns(of: text) <= min(width, 12 - x) {
                #expect(end - x == DisplayWidth.columns(of: text))
            }
        }
    }
}
