import Foundation
import Testing

@testable import Terminal

@Suite("Sequences and descriptions")
struct TerminalSequenceTests {
    @Test(
        "Base64 is that of Foundation", arguments: ["", "a", "ab", "abc", "日本 ✓", String(repeating: "x", count: 1001)])
    func base64(text: String) {
        #expect(TerminalSequence.base64(Array(text.utf8)) == Array(Data(text.utf8).base64EncodedString().utf8))
    }

    @Test("the clipboard is set plainly, and inside tmux also through it")
    func clipboard() {
        let plain = "\u{1B}]52;c;aGk=\u{7}"
        #expect(TerminalSequence.clipboard("hi", insideTmux: false) == Array(plain.utf8))
        #expect(
            TerminalSequence.clipboard("hi", insideTmux: true)
                == Array((plain + "\u{1B}Ptmux;\u{1B}\u{1B}]52;c;aGk=\u{7}\u{1B}\\").utf8))
    }

    @Test("delays are taken out of a description's strings")
    func padding() {
        #expect(TerminalType.withoutPadding(Array("\u{1B}[H$<5/>x$y$<2*>".utf8)) == Array("\u{1B}[Hx$y".utf8))
        #expect(TerminalType.withoutPadding(Array("$<5".utf8)) == Array("$<5".utf8))
    }

    @Test("a description is compiled as term(5) says")
    func compiled() {
        var entry = TerminfoEntry(name: "t|test")
        entry.flags = [("bw", false), ("am", true), ("xsb", false)]
        entry.numbers = [("cols", 80), ("it", -1)]
        entry.strings = [("cbt", nil), ("bel", [7])]
        entry.extendedFlags = ["AX", "RGB"]
        let expected: [UInt8] =
            [0x1E, 0x02, 7, 0, 3, 0, 2, 0, 2, 0, 2, 0] + Array("t|test".utf8) + [0, 0, 1, 0]
            + [80, 0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 7, 0]
            + [2, 0, 0, 0, 0, 0, 2, 0, 7, 0, 1, 1, 0, 0, 3, 0] + Array("AX\0RGB\0".utf8)
        #expect(entry.compiled == expected)
        #expect(entry.variable.hasPrefix("hex:1E0207000300"))
    }

    @Test("a direct-colour variant keeps everything else")
    func direct() {
        var entry = TerminfoEntry(name: "t")
        entry.flags = [("ccc", true), ("am", true)]
        entry.numbers = [("colors", 256), ("pairs", 64)]
        entry.strings = [("setaf", Array("x".utf8)), ("initc", Array("y".utf8)), ("bel", [7])]
        let direct = entry.withDirectColor(name: "d")
        #expect(direct.flags.map(\.value) == [false, true])
        #expect(direct.numbers.map(\.value) == [0x100_0000, 0x7FFFF])
        #expect(direct.strings[1].value == nil && direct.strings[2].value == [7])
        #expect(direct.extendedFlags == ["RGB"])
    }
}
