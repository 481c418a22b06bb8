/// Splits text into pieces of about four letters, the simulated tokens.
enum WordPieces {
    /// The pieces of a text; joined they are the text.
    static func split(_ text: String) -> [String] {
        var pieces: [String] = []
        var current = ""
        var letters = 0
        func flush() {
            if !current.isEmpty { pieces.append(current) }
            current = ""
            letters = 0
        }
        for character in text {
            if character.isWhitespace {
                if letters > 0 { flush() }
                current.append(character)
            } else if character.isLetter || character.isNumber {
                // Common words stay whole; longer ones break as a real vocabulary breaks them.
                if letters == 7 { flush() }
                current.append(character)
                letters += 1
            } else {
                if letters > 0 { flush() }
                current.append(character)
                flush()
            }
        }
        flush()
        return pieces
    }

    /// How many tokens a text has.
    static func count(_ text: String) -> Int { split(text).count }

    /// Numbers for tokens: the same piece always has the same one.
    static func identifiers(_ text: String, vocabulary: Int) -> [Int] {
        split(text).map { Int(StableHash.of($0) % UInt64(max(vocabulary, 16))) }
    }
}
