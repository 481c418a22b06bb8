import CellScreen
import Testing

@Suite("Style")
struct StyleTests {
    @Test("a style laid over another wins where it says something, and attributes add up")
    func patched() {
        let below = Style(foreground: .ansi(1), background: .ansi(2), attributes: .bold)
        let over = Style(foreground: .rgb(red: 1, green: 2, blue: 3), attributes: .underline)
        let both = below.patched(with: over)
        #expect(both.foreground == .rgb(red: 1, green: 2, blue: 3))
        #expect(both.background == .ansi(2))
        #expect(both.attributes == [.bold, .underline])
        #expect(below.patched(with: .plain) == below)
    }

    @Test("colour depths are ordered by what they can show")
    func depths() {
        #expect(ColorDepth.allCases.sorted() == [.none, .ansi16, .palette256, .trueColor])
    }
}
