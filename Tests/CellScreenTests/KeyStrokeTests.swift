import CellScreen
import Testing

@Suite("KeyStroke")
struct KeyStrokeTests {
    @Test(
        "keys are read and written as people write them",
        arguments: [
            ("u", KeyStroke("u")), ("U", KeyStroke("U")), ("Ctrl-L", KeyStroke(.character("l"), modifiers: .control)),
            ("PgDn", KeyStroke(.pageDown)), ("F5", KeyStroke(.function(5))), ("F12", KeyStroke(.function(12))),
            ("Alt-x", KeyStroke(.character("x"), modifiers: .alt)), ("Space", KeyStroke(" ")),
            ("Shift-Tab", KeyStroke(.tab, modifiers: .shift)), ("Esc", KeyStroke(.escape)), ("?", KeyStroke("?")),
            ("-", KeyStroke("-")), ("Ctrl--", KeyStroke(.character("-"), modifiers: .control)), ("F", KeyStroke("F")),
            ("Ctrl-Alt-Del", KeyStroke(.delete, modifiers: [.control, .alt])), ("é", KeyStroke("é")),
        ])
    func spelling(text: String, key: KeyStroke) {
        #expect(KeyStroke(parsing: text) == key)
        #expect(key.description == text)
    }

    @Test("names and modifiers may be written in any case", arguments: ["ctrl-pgup", "CTRL-PGUP", "Ctrl-PgUp"])
    func anyCase(text: String) {
        #expect(KeyStroke(parsing: text) == KeyStroke(.pageUp, modifiers: .control))
    }

    @Test("what is no key is refused", arguments: ["", "xy", "F0", "F64", "Fx", "Ctrl-", "Hyper-x", "PageDownish"])
    func refused(text: String) {
        #expect(KeyStroke(parsing: text) == nil)
    }

    @Test("every key is read back as it was written")
    func roundTrip() {
        var keys: [Key] = [
            .enter, .tab, .backspace, .escape, .delete, .insert, .up, .down, .left, .right, .home, .end, .pageUp,
            .pageDown,
        ]
        keys += (1...63).map { .function($0) }
        keys += (0x20..<0x7F).map { .character(Character(Unicode.Scalar(UInt8($0)))) }
        for key in keys {
            for bits in UInt8(0)..<8 {
                let modifiers = KeyModifiers(rawValue: bits)
                // With Control, a terminal does not tell capital letters from small ones.
                if modifiers.contains(.control), case .character(let character) = key, character.isUppercase {
                    continue
                }
                let stroke = KeyStroke(key, modifiers: modifiers)
                #expect(KeyStroke(parsing: stroke.description) == stroke, "\(stroke.description)")
            }
        }
    }
}
