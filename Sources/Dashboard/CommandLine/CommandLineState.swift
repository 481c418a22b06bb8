/// The line behind `:`, while it is written.
struct CommandLineState: Equatable, Sendable {
    var editor = TextEditor(isMultiline: false)
    /// What was written before Tab put a suggestion in its place; the suggestions are those for this text.
    var written: String?
    /// The place of the suggestion that stands in the line.
    var chosen: Int?

    /// The text that suggestions are made for.
    var stem: String { written ?? editor.text }

    /// Puts the next or previous suggestion into the line.
    mutating func step(_ count: Int, through suggestions: [String]) {
        guard !suggestions.isEmpty else { return }
        let stem = stem
        let next = chosen.map { ($0 + count + suggestions.count) % suggestions.count }
        let place = next ?? (count > 0 ? 0 : suggestions.count - 1)
        editor = TextEditor(isMultiline: false, text: suggestions[place])
        written = stem
        chosen = place
    }
}
