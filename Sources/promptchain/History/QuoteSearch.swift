/// Finds out whether a sentence quotes a text that was seen before: by words that follow one another in both.
struct QuoteSearch {
    /// So many words after one another are a quotation.
    private static let words = 4
    /// So much of the newest texts is remembered, in words.
    private static let limit = 1 << 20

    // The hashes of the sequences of words, newest last in the list.
    private var seen: Set<Int> = []
    private var order: [Int] = []

    /// Remembers a text.
    mutating func note(_ text: String) {
        for sequence in Self.sequences(of: text) where seen.insert(sequence).inserted { order.append(sequence) }
        guard order.count > 2 * Self.limit else { return }
        for sequence in order.prefix(order.count - Self.limit) { seen.remove(sequence) }
        order.removeFirst(order.count - Self.limit)
    }

    /// Whether a sentence has words after one another that stand so in a text.
    func isQuoted(in sentence: String) -> Bool { Self.sequences(of: sentence).contains { seen.contains($0) } }

    private static func sequences(of text: String) -> [Int] {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }
        guard words.count >= Self.words else { return [] }
        return (0...words.count - Self.words).map { Array(words[$0..<$0 + Self.words]).hashValue }
    }
}
