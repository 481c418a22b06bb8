import PromptChainCore
import Testing

@Suite struct CleanTextTests {
    @Test("Control characters become spaces, and nothing else changes")
    func controls() {
        #expect("a\u{1B}[2J\tb\r\nc\u{9B}d\u{7F}".withoutControls == "a [2J b  c d ")
        #expect("日本 é 👩‍💻".withoutControls == "日本 é 👩‍💻")
        #expect("".withoutControls.isEmpty)
    }
}
