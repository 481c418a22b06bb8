/// What a prompt is about, as far as its words tell.
struct PromptTopic {
    /// A few words of the prompt, to be quoted.
    let quote: String
    /// Words that carry the meaning, the first ones first; never empty.
    let keywords: [String]
    /// What kind of answer the prompt asks for.
    let kind: Kind
    /// Whether the prompt wants much text.
    let wantsLength: Bool

    /// Kinds of answers.
    enum Kind { case why, how, what, list, story, summary, greeting, general }

    /// Reads a prompt.
    init(_ prompt: String) {
        let subject = Self.subject(of: prompt)
        let words = Self.words(subject)
        let lower = prompt.lowercased()
        var quoted = words.prefix(9)
        // A quotation that breaks off does not end in a small word.
        while quoted.count < words.count, quoted.count > 3, let last = quoted.last,
            last.count < 4 || Self.fillers.contains(last.lowercased())
        {
            quoted.removeLast()
        }
        quote = quoted.joined(separator: " ")
        kind = Self.kind(lower, words: words.map { $0.lowercased() })
        // A question has verbs between its nouns; elsewhere two words in a row belong together.
        let pairs = kind != .why && kind != .how
        var found = Self.meaningful(words, pairs: pairs)
        if found.count < 3 { found += Self.meaningful(Array(Self.words(prompt).prefix(60)), pairs: pairs) }
        var seen: Set<String> = []
        found = found.filter { seen.insert($0.lowercased()).inserted }
        keywords = found.isEmpty ? ["the question"] : Array(found.prefix(8))
        // Only the instruction counts: a text that follows it may hold any word.
        let instruction = lower.prefix(90)
        wantsLength = ["long ", "detailed", "essay"].contains { instruction.contains($0) }
    }

    /// Words that carry meaning, two neighbours as one where `pairs` allows it.
    private static func meaningful(_ words: [String], pairs: Bool) -> [String] {
        var result: [String] = []
        var canJoin = false
        for word in words {
            guard word.count > 2, !fillers.contains(word.lowercased()) else {
                canJoin = false
                continue
            }
            if pairs, canJoin, let last = result.popLast() {
                result.append("\(last) \(word)")
                canJoin = false
            } else {
                result.append(word)
                canJoin = true
            }
        }
        return result
    }

    private static func kind(_ prompt: String, words: [String]) -> Kind {
        let first = words.first ?? ""
        if prompt.contains("story") || prompt.contains("poem") { return .story }
        if prompt.contains("summar") || prompt.hasPrefix("sum ") || prompt.contains("short version") { return .summary }
        if ["list", "name", "give"].contains(first) || prompt.contains("bullet") { return .list }
        if words.contains("why") { return .why }
        if words.contains("how") { return .how }
        if words.contains("hello") || words.contains("hi") && words.count < 6 { return .greeting }
        if ["what", "who", "where", "when", "which"].contains(first) { return .what }
        return .general
    }

    /// The part after an instruction such as `Analyse briefly:`, up to its first end of sentence.
    private static func subject(of prompt: String) -> String {
        var text = prompt.trimmingWhitespace[...]
        if let colon = text.prefix(90).lastIndex(of: ":") {
            let after = text[text.index(after: colon)...]
            if after.contains(where: \.isLetter) { text = after }
        }
        let sentence = text.prefix { !".?!\n".contains($0) }
        return sentence.contains(where: \.isLetter) ? String(sentence) : String(text)
    }

    private static func words(_ text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "'") }.map(String.init)
    }

    private static let fillers: Set<String> = [
        "the", "and", "for", "that", "this", "with", "from", "are", "was", "were", "why", "how", "what", "who", "when",
        "where", "which", "does", "did", "can", "could", "would", "should", "about", "into", "your", "you", "its",
        "write", "explain", "describe", "tell", "give", "list", "name", "say", "please", "briefly", "short", "long",
        "one", "two", "three", "some", "any", "all", "has", "have", "had", "will", "not", "but", "than", "then",
        "sentence", "sentences", "answer", "question", "analyse", "analyze", "analysis", "summarise", "summarize",
        "there", "their", "they", "them", "these", "those", "our", "out", "over", "under", "also", "very", "most",
        "reason", "reasoning", "following", "quick", "deep", "think", "text", "more", "much", "many", "each", "other",
        "because", "while", "make", "use",
    ]
}
