import ArgumentParser
import CellScreen

/// Keys as `l Down Enter`; text in quotes is typed letter by letter: `/ 'qwen'`.
struct KeysOption {
    var strokes: [KeyStroke] = []

    init(parsing text: String) throws {
        for word in text.split(separator: " ") {
            if word.count > 2, word.first == "'", word.last == "'" {
                strokes += word.dropFirst().dropLast().map { KeyStroke($0) }
            } else if let stroke = KeyStroke(parsing: String(word)) {
                strokes.append(stroke)
            } else {
                throw ValidationError("“\(word)” is no key: write u, Enter, Ctrl-L, PgDn, or 'text' to type")
            }
        }
    }
}
