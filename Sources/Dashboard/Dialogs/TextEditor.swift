import CellScreen

/// Text that is being written: pure editing, no drawing.
struct TextEditor: Equatable, Sendable {
    private(set) var lines: [String] = [""]
    /// The line that the cursor is in.
    private(set) var line = 0
    /// The characters left of the cursor in its line.
    private(set) var column = 0
    let isMultiline: Bool

    init(isMultiline: Bool, text: String = "") {
        self.isMultiline = isMultiline
        insert(text)
    }

    var text: String { lines.joined(separator: "\n") }
    var isEmpty: Bool { lines.count == 1 && lines[0].isEmpty }

    /// Puts text at the cursor; in one line, line breaks become blanks.
    mutating func insert(_ text: String) {
        guard !text.isEmpty else { return }
        let unified = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" }))
        let parts = unified.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let (left, right) = halves()
        guard isMultiline, parts.count > 1, let first = parts.first, let last = parts.last else {
            let joined = parts.joined(separator: " ")
            lines[line] = left + joined + right
            column = lines[line].count - right.count
            return
        }
        lines.replaceSubrange(line...line, with: [left + first] + parts[1..<parts.count - 1] + [last + right])
        line += parts.count - 1
        column = last.count
    }

    mutating func clear() {
        self = TextEditor(isMultiline: isMultiline)
    }

    /// Does what a key means in text; `false` when it means nothing here.
    mutating func handle(_ stroke: KeyStroke) -> Bool {
        switch (stroke.key, stroke.modifiers) {
        case (.character(let character), []): insert(String(character))
        case (.enter, []) where isMultiline: insert("\n")
        case (.tab, []) where isMultiline: insert("    ")
        case (.backspace, []): deleteBackward()
        case (.delete, []): deleteForward()
        case (.left, []): moveLeft()
        case (.right, []): moveRight()
        case (.up, []) where isMultiline: moveLine(by: -1)
        case (.down, []) where isMultiline: moveLine(by: 1)
        case (.home, []), (.character("a"), .control): column = 0
        case (.end, []), (.character("e"), .control): column = lines[line].count
        case (.character("u"), .control): keep { _, right in ("", right) }
        case (.character("k"), .control): keep { left, _ in (left, "") }
        case (.character("w"), .control): keep { left, right in (Self.withoutLastWord(left), right) }
        default: return false
        }
        return true
    }

    private func halves() -> (left: String, right: String) {
        (String(lines[line].prefix(column)), String(lines[line].dropFirst(column)))
    }

    private mutating func keep(_ change: (String, String) -> (String, String)) {
        let old = halves()
        let (left, right) = change(old.left, old.right)
        lines[line] = left + right
        column = left.count
    }

    private mutating func deleteBackward() {
        if column > 0 {
            keep { (String($0.dropLast()), $1) }
        } else if line > 0 {
            let rest = lines.remove(at: line)
            line -= 1
            column = lines[line].count
            lines[line] += rest
        }
    }

    private mutating func deleteForward() {
        if column < lines[line].count {
            keep { ($0, String($1.dropFirst())) }
        } else if line + 1 < lines.count {
            lines[line] += lines.remove(at: line + 1)
        }
    }

    private mutating func moveLeft() {
        if column > 0 {
            column -= 1
        } else if line > 0 {
            line -= 1
            column = lines[line].count
        }
    }

    private mutating func moveRight() {
        if column < lines[line].count {
            column += 1
        } else if line + 1 < lines.count {
            line += 1
            column = 0
        }
    }

    private mutating func moveLine(by count: Int) {
        line = min(max(0, line + count), lines.count - 1)
        column = min(column, lines[line].count)
    }

    private static func withoutLastWord(_ text: String) -> String {
        var rest = Substring(text)
        while rest.last == " " { rest.removeLast() }
        while let last = rest.last, last != " " { rest.removeLast() }
        return String(rest)
    }
}
