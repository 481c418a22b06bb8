import CellScreen
import Terminal
import Testing

@Suite("AnsiText")
struct AnsiTextTests {
    private func buffer(_ text: String, _ style: Style = .plain) -> CellBuffer {
        var buffer = CellBuffer(size: Size(width: 8, height: 1))
        buffer.write(text, at: Point(x: 0, y: 0), style: style)
        return buffer
    }

    @Test("plain text has no sequences and no trailing blanks")
    func plain() {
        #expect(AnsiText.render(buffer("a 日"), depth: .trueColor) == "a 日\n")
        #expect(AnsiText.render(CellBuffer(size: Size(width: 0, height: 0)), depth: .trueColor) == "")
        #expect(AnsiText.render(CellBuffer(size: Size(width: 1, height: 2)), depth: .trueColor) == "\n\n")
    }

    @Test(
        "a colour is written as deep as asked for",
        arguments: [
            (ColorDepth.trueColor, "38;2;255;136;0"), (.palette256, "38;5;208"), (.ansi16, "91"),
        ])
    func depths(depth: ColorDepth, code: String) {
        let style = Style(foreground: .rgb(red: 255, green: 136, blue: 0))
        #expect(AnsiText.render(buffer("x", style), depth: depth) == "\u{1B}[0;\(code)mx\u{1B}[0m\n")
    }

    @Test("without colours the attributes stay")
    func noColor() {
        let style = Style(foreground: .ansi(1), background: .ansi(12), attributes: [.bold, .reverse])
        #expect(AnsiText.render(buffer("x", style), depth: .none) == "\u{1B}[0;1;7mx\u{1B}[0m\n")
        #expect(AnsiText.render(buffer("x", style), depth: .ansi16) == "\u{1B}[0;1;7;31;104mx\u{1B}[0m\n")
    }

    @Test("blanks with a background are shown, and one sequence serves a whole run")
    func background() {
        var buffer = buffer("ab", Style(attributes: .underline))
        buffer.apply(Style(background: .ansi(4)), to: Rect(x: 3, y: 0, width: 2, height: 1))
        #expect(AnsiText.render(buffer, depth: .ansi16) == "\u{1B}[0;4mab\u{1B}[0m \u{1B}[0;44m  \u{1B}[0m\n")
    }

    @Test("the terminal's own colours need no sequence")
    func terminalDefault() {
        let style = Style(foreground: .terminalDefault, background: .terminalDefault)
        #expect(AnsiText.render(buffer("x", style), depth: .trueColor) == "x\n")
    }

    @Test("what was put into a cell cannot drive the terminal")
    func hostile() {
        var buffer = buffer("")
        buffer.put(Cell("\u{1B}"), x: 0, y: 0)
        buffer.put(Cell("\u{202E}"), x: 1, y: 0)
        #expect(AnsiText.render(buffer, depth: .none) == "␛\n")
    }
}
