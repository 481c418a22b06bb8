/// How many tokens a text is, without the model's own tokenizer.
public enum TokenEstimate {
    /// The tokens that a text has at the very least, whatever the tokenizer: none joins words that something stands
    /// between, digits come in fours at most, and long runs of letters are cut. Signs and spaces count as nothing.
    ///
    /// English prose has about a third more than this, so that a text which is too long by this figure is too long.
    public static func atLeast(_ text: String) -> Int {
        var count = 0
        var letters = 0
        var wide = 0
        var digits = 0
        func close() {
            // A token of plain letters has 16 of them at most; in other scripts it seldom has more than 12 bytes.
            count += (letters + 15) / 16 + (wide + 11) / 12 + (digits + 3) / 4
            (letters, wide, digits) = (0, 0, 0)
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                if digits > 0 { close() }
                // A word with a foreign letter in it is one word.
                if wide > 0 { wide += 1 } else { letters += 1 }
            case 0x80...:
                if digits > 0 { close() }
                wide += 1 + letters
                letters = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if letters + wide > 0 { close() }
                digits += 1
            default: close()
            }
        }
        close()
        return count
    }

    /// About how many tokens a text has: four bytes a token, which holds for most prose. To be shown with `~`.
    public static func about(_ text: String) -> Int {
        max(atLeast(text), (text.utf8.count + 3) / 4)
    }
}
