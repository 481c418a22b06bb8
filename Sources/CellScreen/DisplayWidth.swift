/// How many columns text takes on a terminal, by a table of our own: the same on every machine.
///
/// A character of several scalars takes the columns of what `printable` makes of it. Emoji joined into one picture are
/// shown as their first; terminals do not agree on more.
public enum DisplayWidth {
    /// The columns that a character takes as it is shown: mostly 1 or 2; 0 when nothing of it is shown, and more when it
    /// has marks that stand in columns of their own.
    public static func columns(of character: Character) -> Int {
        if character.isASCII { return 1 }
        var columns = 0
        forEachPiece(of: character) { columns += $1 }
        return columns
    }

    /// The columns that a text takes.
    public static func columns(of text: String) -> Int {
        if isPlain(text.utf8) { return text.utf8.count }
        var columns = 0
        forEachPiece(of: text) { _, width in
            columns += width
            return true
        }
        return columns
    }

    /// Whether a text is printable ASCII, a column a byte.
    static func isPlain(_ text: some Sequence<UInt8>) -> Bool { text.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }

    /// The columns that a text takes.
    public static func columns(of text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    /// The text cut to a width, with an ellipsis where something was cut.
    public static func truncate(_ text: String, to width: Int, ellipsis: Character? = "…") -> String {
        guard width > 0 else { return "" }
        // Cheap way out: no character is wider than its UTF-8 form is long.
        if text.utf8.count <= width { return text }
        let room = ellipsis == nil ? width : width - 1
        var used = 0
        var kept = text.startIndex
        for index in text.indices {
            used += columns(of: text[index])
            if used <= room { kept = text.index(after: index) }
            if used > width { return String(text[..<kept]) + (ellipsis.map { String($0) } ?? "") }
        }
        return text
    }
}
