import CellScreen
import Testing

@testable import Terminal

@Suite("InputDecoder")
struct InputDecoderTests {
    private func decode(_ text: String, flushed: Bool = true) -> [InputEvent] {
        var decoder = InputDecoder()
        let events = decoder.feed(text.utf8)
        return flushed ? events + decoder.flush() : events
    }

    @Test(
        "keys",
        arguments: [
            ("a", "a"), ("é", "é"), ("日", "日"), ("👍", "👍"), ("\r", "Enter"), ("\n", "Enter"), ("\t", "Tab"),
            ("\u{7F}", "Backspace"), ("\u{8}", "Backspace"), ("\u{3}", "Ctrl-C"), ("\u{1A}", "Ctrl-Z"),
            ("\u{C}", "Ctrl-L"),
            ("\u{0}", "Ctrl-Space"), ("\u{1C}", "Ctrl-\\"), ("\u{1B}", "Esc"), ("\u{1B}x", "Alt-x"),
            ("\u{1B}é", "Alt-é"),
            ("\u{1B}\r", "Alt-Enter"), ("\u{1B}\u{1}", "Ctrl-Alt-A"), ("\u{1B}[A", "Up"), ("\u{1B}OA", "Up"),
            ("\u{1B}[1;5C", "Ctrl-Right"),
            ("\u{1B}[1;3D", "Alt-Left"), ("\u{1B}[1;2B", "Shift-Down"), ("\u{1B}[H", "Home"), ("\u{1B}[4~", "End"),
            ("\u{1B}[7~", "Home"), ("\u{1B}[5~", "PgUp"), ("\u{1B}[6;5~", "Ctrl-PgDn"), ("\u{1B}[2~", "Ins"),
            ("\u{1B}[3~", "Del"),
            ("\u{1B}OP", "F1"), ("\u{1B}[[B", "F2"), ("\u{1B}[15~", "F5"), ("\u{1B}[24~", "F12"),
            ("\u{1B}[1;2P", "Shift-F1"),
            ("\u{1B}[Z", "Shift-Tab"), ("\u{1B}OM", "Enter"), ("\u{1B}[108;5u", "Ctrl-L"),
            ("\u{1B}[27;5;108~", "Ctrl-L"),
            ("\u{1B}[27u", "Esc"), ("\u{1B}[97:65;2u", "a"), ("\u{1B}[", "Alt-["), ("\u{1B}O", "Alt-O"),
            ("\u{1B}]", "Alt-]"),
        ])
    func keys(bytes: String, key: String) {
        #expect(decode(bytes) == [.key(KeyStroke(parsing: key) ?? KeyStroke("!"))], "\(key)")
    }

    @Test("keys are the same however their bytes are cut")
    func pieces() {
        let text = "aé日\u{1B}[1;5A\u{1B}[200~x\ry\u{1B}[201~\u{1B}OP\u{1B}[<0;3;4Mz"
        let whole = decode(text)
        #expect(whole.count == 8)
        var decoder = InputDecoder()
        #expect(text.utf8.flatMap { decoder.feed([$0]) } == whole)
    }

    @Test(
        "sequences that mean nothing are swallowed as a whole",
        arguments: [
            "\u{1B}[99;99q", "\u{1B}[?1;2c", "\u{1B}[>0;276;0c", "\u{1B}[12;34R".replacingR,
            "\u{1B}]11;rgb:1e1e/1e1e/2e2e\u{7}",
            "\u{1B}]52;c;aGk=\u{1B}\\", "\u{1B}P1$r0m\u{1B}\\", "\u{1B}_Gi=1;OK\u{1B}\\", "\u{1B}[I", "\u{1B}[O",
            "\u{1B}OX",
            "\u{1B}[200", "\u{1B}[1;99999999999999999999A", "\u{1B}[<0;1;1m", "\u{1B}[<35;1;1M", "\u{1B}[57441u",
            "\u{1B}[M@!!",
        ])
    func swallowed(bytes: String) {
        #expect(decode(bytes + "\u{1B}\\").filter { $0 != .key(KeyStroke(.escape)) } == [], "\(bytes.debugDescription)")
        var decoder = InputDecoder()
        #expect(decoder.feed(bytes.utf8) + decoder.flush() + decoder.feed("k".utf8) == [.key(KeyStroke("k"))])
    }

    @Test("broken UTF-8 and C1 controls type nothing, and the next key is read")
    func brokenCharacters() {
        var decoder = InputDecoder()
        #expect(decoder.feed([0xFF, 0x80, 0xC3, 0x28]) == [.key(KeyStroke("("))])
        #expect(decoder.feed([0xC2, 0x9B, 0xED, 0xA0, 0x80, 0xE6, 0x97]) == [])
        #expect(decoder.flush() == [])
        #expect(decoder.feed([UInt8(ascii: "k")]) == [.key(KeyStroke("k"))])
    }

    @Test("only time tells Escape from a sequence")
    func patience() {
        var decoder = InputDecoder()
        #expect(decoder.patience == nil)
        #expect(decoder.feed([0x1B]) == [] && decoder.patience == 25)
        #expect(decoder.flush() == [.key(KeyStroke(.escape))] && decoder.patience == nil)
        #expect(decoder.feed("\u{1B}[1".utf8) == [] && decoder.patience == 100)
        #expect(decoder.feed([0x1B]) == [] && decoder.patience == 25)
        #expect(decoder.feed("\u{1B}[A".utf8) == [.key(KeyStroke(.escape)), .key(KeyStroke(.up))])
    }

    @Test("mouse reports, new and old")
    func mouse() {
        #expect(decode("\u{1B}[<0;5;6M") == [.mouse(MouseEvent(kind: .press, point: Point(x: 4, y: 5)))])
        #expect(decode("\u{1B}[<64;1;1M") == [.mouse(MouseEvent(kind: .wheelUp, point: Point(x: 0, y: 0)))])
        #expect(decode("\u{1B}[<69;300;200M") == [.mouse(MouseEvent(kind: .wheelDown, point: Point(x: 299, y: 199)))])
        #expect(decode("\u{1B}[M !!") == [.mouse(MouseEvent(kind: .press, point: Point(x: 0, y: 0)))])
        #expect(decode("\u{1B}[<2;1;1M") == [])
    }

    @Test("the terminal's own keys are known beside the common ones")
    func typeKeys() {
        var decoder = InputDecoder(typeKeys: [Array("\u{1B}[224z".utf8): KeyStroke(.function(1))])
        #expect(decoder.feed("\u{1B}[224z".utf8) == [.key(KeyStroke(.function(1)))])
    }

    @Test("whatever comes, nothing traps, and a key afterwards is read")
    func noise() {
        var seed: UInt64 = 7
        for _ in 0..<2000 {
            var decoder = InputDecoder()
            var bytes: [UInt8] = []
            for _ in 0..<30 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let pick = UInt8(seed >> 56)
                bytes.append(
                    pick < 90 ? Array("\u{1B}[]O<;~M0123456789u".utf8)[Int(pick) % 19] : UInt8(seed >> 48 & 0xFF))
            }
            _ = decoder.feed(bytes)
            while decoder.patience != nil, decoder.patience != 500 { _ = decoder.flush() }
            let isPasting = decoder.patience == 500
            let events = decoder.feed("k".utf8)
            #expect(isPasting || events == [.key(KeyStroke("k"))])
        }
    }
}

extension String {
    /// A cursor report, whose last letter is also that of F3: the form with a question mark is the one that is no key.
    fileprivate var replacingR: String { "\u{1B}[?12;34R" }
}
