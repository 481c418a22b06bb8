import CellScreen
import Testing

@testable import Dashboard

@Suite("Writing text") struct TextEditorTests {
    private func press(_ keys: String, _ editor: inout TextEditor) {
        for key in keys.split(separator: " ") {
            if let stroke = KeyStroke(parsing: String(key)) { _ = editor.handle(stroke) }
        }
    }

    @Test("Typing, moving and deleting over several lines")
    func lines() {
        var editor = TextEditor(isMultiline: true)
        press("a b Enter c d", &editor)
        #expect(editor.text == "ab\ncd")
        press("Home Backspace", &editor)
        #expect(editor.text == "abcd" && editor.column == 2)
        press("Enter Up End x Down Del", &editor)
        #expect(editor.text == "abx\ncd")
        press("Home Del Left Del", &editor)
        #expect(editor.text == "abxd")
        press("Ctrl-U", &editor)
        #expect(editor.text == "d")
    }

    @Test("Pasting keeps lines where there are lines, and the cursor behind what was pasted")
    func paste() {
        var page = TextEditor(isMultiline: true, text: "begin end")
        press("Left Left Left", &page)
        page.insert("one\r\ntwo\nthree ")
        #expect(page.text == "begin one\ntwo\nthree end")
        #expect(page.line == 2 && page.column == 6)
        var line = TextEditor(isMultiline: false)
        line.insert("llama3.2\n:3b")
        #expect(line.text == "llama3.2 :3b")
    }

    @Test("Words go at once, and letters of several code points whole")
    func words() {
        var editor = TextEditor(isMultiline: false, text: "one two 👩‍👩‍👧e\u{301}")
        press("Backspace Backspace", &editor)
        #expect(editor.text == "one two ")
        press("Ctrl-W", &editor)
        #expect(editor.text == "one ")
        press("Ctrl-A x Ctrl-K", &editor)
        #expect(editor.text == "x")
    }
}
