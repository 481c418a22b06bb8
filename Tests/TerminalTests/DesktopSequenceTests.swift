import Testing

@testable import Terminal

@Suite("Messages on the desktop")
struct DesktopSequenceTests {
    @Test(
        "Only terminals that are known to understand it are asked, and none inside tmux or screen",
        arguments: [
            (["TERM_PROGRAM": "iTerm.app"], .osc9), (["TERM_PROGRAM": "WezTerm"], .osc9),
            (["TERM_PROGRAM": "ghostty"], .osc9), (["TERM": "xterm-kitty"], .osc9), (["TERM": "foot"], .osc777),
            (["TERM": "xterm-256color"], nil), ([:], nil), (["TERM": "linux"], nil),
            (["TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/x,1,0"], nil), (["TERM": "foot", "STY": "1.x"], nil),
        ] as [([String: String], DesktopSequence?)])
    func known(environment: [String: String], expected: DesktopSequence?) {
        #expect(DesktopSequence.known(in: environment) == expected)
    }

    @Test("Nothing in a message can end or change the sequence")
    func bytes() {
        let nasty = "a\u{1B}]0;x\u{7}b\u{9C}c\nd;e"
        let one = DesktopSequence.osc9.bytes(title: "t", text: nasty, insideTmux: false)
        #expect(one == Array("\u{1B}]9;PromptChain: t: a ]0;x b c d;e\u{7}".utf8))
        let two = DesktopSequence.osc777.bytes(title: "t;u", text: "x", insideTmux: false)
        #expect(two == Array("\u{1B}]777;notify;t,u;x\u{7}".utf8))
        let wrapped = DesktopSequence.osc777.bytes(title: "t", text: "x", insideTmux: true)
        #expect(wrapped == Array("\u{1B}Ptmux;\u{1B}\u{1B}]777;notify;t;x\u{7}\u{1B}\\".utf8))
    }
}
