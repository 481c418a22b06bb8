extension PatternSearch {
    /// What is wrong with a pattern that is no regular expression, as far as that can be told: the library says only
    /// that something is.
    static func flaw(in pattern: String) -> String? {
        var open: [Character] = []
        var isInSet = false
        var canRepeat = false
        var characters = pattern.makeIterator()
        while let character = characters.next() {
            switch character {
            case "\\":
                if characters.next() == nil { return "it ends with a backslash" }
                canRepeat = true
            case "[" where !isInSet:
                isInSet = true
            case "]" where isInSet:
                isInSet = false
                canRepeat = true
            case _ where isInSet: continue
            case "(":
                open.append(character)
                // What follows a question mark here is no repetition.
                canRepeat = true
            case ")":
                if open.popLast() == nil { return "a “)” closes nothing" }
                canRepeat = true
            case "|", "^": canRepeat = false
            case "*", "+", "?":
                if !canRepeat { return "there is nothing in front of “\(character)” to repeat" }
            default: canRepeat = true
            }
        }
        if isInSet { return "a “[” is not closed" }
        return open.isEmpty ? nil : "a “(” is not closed"
    }

    /// The sentence about a pattern that is no regular expression.
    static func refusal(of pattern: String) -> String {
        "“\(pattern)” is no regular expression" + (flaw(in: pattern).map { ": \($0)" } ?? "")
    }
}
