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

    @Test("a style gives back what it was made of, and each part changes alone")
    func parts() {
        let colors: [Color?] = [
            nil, .terminalDefault, .ansi(0), .ansi(15), .rgb(red: 0, green: 0, blue: 0),
            .rgb(red: 255, green: 254, blue: 253),
        ]
        for foreground in colors {
            for background in colors {
                for attributes in [TextAttributes(), .bold, [.bold, .dim, .italic, .underline, .reverse]] {
                    var style = Style(foreground: foreground, background: background, attributes: attributes)
                    #expect(style.foreground == foreground && style.background == background)
                    #expect(style.attributes == attributes)
                    style.foreground = .ansi(3)
                    style.attributes = .dim
                    #expect(style == Style(foreground: .ansi(3), background: background, attributes: .dim))
                    style.background = nil
                    #expect(style == Style(foreground: .ansi(3), attributes: .dim))
                    #expect(Style(background: .ansi(1)).patched(with: style).background == .ansi(1))
                }
            }
        }
    }

    @Test("colour depths are ordered by what they can show")
    func depths() {
        #expect(ColorDepth.allCases.sorted() == [.none, .ansi16, .palette256, .trueColor])
    }
}
