/// Which lines a text asks for: `text` those that hold it, `!text` those that do not. ` !` begins another text that they
/// must not hold: `load !poll !GET`.
public struct LineFilter: Equatable, Sendable {
    /// As it was written.
    public let text: String
    /// What a line has to hold; an empty pattern asks for nothing.
    public let wanted: TextPattern
    private let unwanted: [TextPattern]
    private static let nothing = TextPattern("")

    /// A filter; an empty text asks for every line.
    public init(_ text: String = "") {
        self.text = text
        // Asked for with every message and every picture.
        guard !text.isEmpty else {
            wanted = Self.nothing
            unwanted = []
            return
        }
        var parts = (" " + text).split(separator: " !", omittingEmptySubsequences: false)[...]
        wanted = TextPattern(String(parts.removeFirst().dropFirst()))
        unwanted = parts.map { TextPattern(String($0)) }.filter { !$0.isEmpty }
    }

    /// Whether it asks for every line.
    public var isOpen: Bool { wanted.isEmpty && unwanted.isEmpty }

    /// Whether it asks for something of which these are the texts.
    public func shows(_ texts: String...) -> Bool {
        shows { pattern in texts.contains(where: pattern.isFound) }
    }

    /// Whether it asks for something that holds patterns or does not.
    func shows(holding holds: (TextPattern) -> Bool) -> Bool {
        (wanted.isEmpty || holds(wanted)) && !unwanted.contains(where: holds)
    }

    /// What it asks for, in a few words; `nil` when it asks for every line.
    var words: String? {
        guard !isOpen else { return nil }
        var parts = wanted.isEmpty ? [] : ["with “\(wanted.text)”"]
        if !unwanted.isEmpty { parts.append("without " + unwanted.map { "“\($0.text)”" }.joined(separator: ", ")) }
        return parts.joined(separator: ", ")
    }
}
