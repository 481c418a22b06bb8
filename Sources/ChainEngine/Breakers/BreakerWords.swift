import PromptChainCore

/// Why rules apply, in words.
enum BreakerWords {
    static func contains(_ text: String) -> String { "the output contains “\(excerpt(text, 60))”" }

    static func matches(_ pattern: String, _ match: String) -> String {
        let text = excerpt(match, 60)
        return text.isEmpty ? "the output matches \(pattern)" : "the output matches \(pattern): “\(text)”"
    }

    static func noJSON(_ json: JSONPrefix) -> String {
        if json.isBroken { return "the output is no JSON from “\(excerpt(json.excerpt, 30))” on" }
        return json.isEmpty ? "the output is no JSON: it is empty" : "the output is no JSON: it ends too early"
    }

    static func tokens(_ limit: Int) -> String { "more than \(limit) tokens" }

    static func seconds(_ limit: Double) -> String { "more than \(Seconds.text(limit))" }

    static func repeats(_ loop: LoopDetector.Loop, isThinking: Bool = false) -> String {
        let subject = isThinking ? "the reasoning" : "the output"
        return "\(subject) repeats itself: “\(excerpt(loop.piece, 60))” stands there \(loop.times) times"
    }

    /// The beginning of a text in one line.
    static func excerpt(_ text: String, _ limit: Int) -> String {
        let line = text.prefix(limit * 4).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > limit ? line.prefix(limit - 1) + "…" : line
    }
}
