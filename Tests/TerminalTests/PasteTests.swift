import CellScreen
import Testing

@testable import Terminal

@Suite("Pasting")
struct PasteTests {
    private let begin = Array("\u{1B}[200~".utf8)
    private let end = Array("\u{1B}[201~".utf8)

    private func text(_ events: [InputEvent]) -> String {
        events.map { if case .paste(let text) = $0 { text } else { "!" } }.joined()
    }

    @Test("a paste is one event, with its line breaks and without keys")
    func simple() {
        var decoder = InputDecoder()
        let events = decoder.feed(begin + "two\rlines\r\n\u{1B}[A\u{3}é".utf8 + end + "k".utf8)
        #expect(events == [.paste("two\nlines\n\u{1B}[A\u{3}é"), .key(KeyStroke("k"))])
        #expect(decoder.patience == nil)
    }

    @Test("an empty paste is nothing")
    func empty() {
        var decoder = InputDecoder()
        #expect(decoder.feed(begin + end).isEmpty)
    }

    @Test("a huge paste comes in pieces that are whole characters, and nothing is lost")
    func huge() {
        let content = String(repeating: "日本 text\n", count: 300_000)
        var decoder = InputDecoder()
        let events = decoder.feed(begin + Array(content.utf8) + end)
        #expect(events.count > 1)
        #expect(text(events) == content)
    }

    @Test("a paste that stands still is handed on, and goes on when more comes")
    func stalled() {
        var decoder = InputDecoder()
        #expect(decoder.feed(begin + Array("half a \u{E9}".utf8).dropLast()).isEmpty)
        #expect(decoder.patience == 500)
        #expect(decoder.flush() == [.paste("half a ")])
        #expect(decoder.feed([0xA9] + Array("q\u{1B}[20".utf8)).isEmpty)
        #expect(decoder.flush() == [.paste("éq")])
        #expect(decoder.feed(Array("1~".utf8) + Array("k".utf8)) == [.key(KeyStroke("k"))])
    }

    @Test(
        "Ctrl-C or Escape, and then nothing, ends a paste without an end",
        arguments: [("\u{3}", "Ctrl-C"), ("\u{1B}", "Esc")])
    func unterminated(byte: String, key: String) {
        var decoder = InputDecoder()
        _ = decoder.feed(begin + Array("text".utf8))
        #expect(decoder.flush() == [.paste("text")])
        _ = decoder.feed(byte.utf8)
        #expect(decoder.flush() == [.key(KeyStroke(parsing: key) ?? KeyStroke("!"))])
        #expect(decoder.feed("k".utf8) == [.key(KeyStroke("k"))])
    }
}
