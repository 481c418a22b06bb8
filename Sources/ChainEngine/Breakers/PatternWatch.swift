/// Decides when a regular expression is looked for in a text that grows, so that the work stays in proportion to the
/// text: in its last part, and again only when that has changed enough.
struct PatternWatch: Sendable {
    /// A search that is due.
    struct Request: Sendable {
        var search: PatternSearch
        var text: String
        var context: Int
    }

    /// How far back is looked, in characters. What matches more than that at once is found when the step has ended.
    static let reach = 4096
    /// How many characters make another look worth while.
    static let stride = 64

    private let search: PatternSearch
    // What came since the text was cut last, and how many characters in front of it are there as context alone.
    private var text = ""
    private var count = 0
    private var context = 0
    private var fresh = 0

    init(_ search: PatternSearch) { self.search = search }

    /// Takes the next piece.
    /// - Returns: A search, when one is due.
    mutating func feed(_ piece: String) -> Request? {
        guard !piece.isEmpty else { return nil }
        text += piece
        let length = piece.utf16.count
        count += length
        fresh += length
        // A line that ends is often what a pattern waits for.
        guard fresh >= Self.stride || piece.contains(where: \.isNewline) else { return nil }
        fresh = 0
        if count > 2 * Self.reach {
            text = String(text.suffix(Self.reach))
            count = text.utf16.count
            // One character stands before what is searched, so that its start is not taken for the text's.
            context = text.first.map { String($0).utf16.count } ?? 0
        }
        return Request(search: search, text: text, context: context)
    }
}
