/// Writes the answers of the simulated models.
///
/// An answer follows from model, prompt and seed alone. It is a short English paragraph that quotes the prompt; a
/// model that thinks writes its thoughts first.
///
/// A model that is offered tools calls one, once: the tool whose name stands in the prompt, also without what stands
/// before it (`search` for `mcp_docs_search`), else the first; arguments that are texts are the prompt's subject or a
/// word of it. When the tool has answered, the model answers with the beginning of what the tool said.
struct AnswerComposer {
    /// What a model is asked.
    struct Request: Sendable {
        var model: SimulatedModel
        /// The text that the answer is about: the prompt, or the last message.
        var prompt: String
        var seed: Int64?
        /// Whether thoughts come first.
        var thinks: Bool
        /// The `format` of the request: `"json"` or a schema.
        var format: JSONValue?
        /// The tools of the request.
        var tools: [JSONValue]
        /// What the last tool answered, where the request ends with that.
        var toolAnswer: String?
        var stops: [String]
        /// How many tokens may be generated; `nil` for as many as the answer has.
        var limit: Int?
    }

    /// A whole answer.
    struct Answer: Sendable, Equatable {
        /// The thoughts, token by token.
        var thinking: [String] = []
        /// The text, token by token.
        var content: [String] = []
        /// A call of a tool.
        var call: ToolCall?
        /// `stop`, or `length` when the limit cut the answer.
        var doneReason = "stop"

        /// How many tokens the model generates for it.
        var tokenCount: Int {
            thinking.count + content.count + (call.map { WordPieces.count($0.arguments.serialized) + 6 } ?? 0)
        }
    }

    /// A call of a tool that the model asks for.
    struct ToolCall: Sendable, Equatable {
        var id: String
        var name: String
        var arguments: JSONValue
    }

    private let request: Request
    private let topic: PromptTopic
    private var generator: SeededGenerator

    /// The answer to a request.
    static func answer(_ request: Request) -> Answer {
        var composer = AnswerComposer(request)
        return composer.compose()
    }

    private init(_ request: Request) {
        self.request = request
        topic = PromptTopic(request.prompt)
        let key = "\(request.model.weightsKey)\u{1}\(request.prompt)\u{1}\(request.seed ?? 0)"
        generator = SeededGenerator(seed: StableHash.of(key))
    }

    private mutating func compose() -> Answer {
        var answer = Answer()
        if request.thinks { answer.thinking = WordPieces.split(thoughts()) }
        if let tool = wantedTool, let name = tool["function"]?["name"]?.text {
            let schema = tool["function"]?["parameters"] ?? .object([])
            answer.call = ToolCall(
                id: callID(), name: name, arguments: SchemaSample(prompt: request.prompt, topic: topic).value(schema))
            return answer
        }
        var text = request.format.flatMap(formatted) ?? report() ?? paragraph()
        if let stop = request.stops.compactMap({ $0.isEmpty ? nil : text.range(of: $0) })
            .min(by: { $0.lowerBound < $1.lowerBound })
        {
            text = String(text[..<stop.lowerBound])
        }
        answer.content = WordPieces.split(text)
        if let limit = request.limit, limit < answer.thinking.count + answer.content.count {
            answer.thinking = Array(answer.thinking.prefix(limit))
            answer.content = Array(answer.content.prefix(limit - answer.thinking.count))
            answer.doneReason = "length"
        }
        return answer
    }

    private var wantedTool: JSONValue? {
        let words = Set(
            request.prompt.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.map(String.init))
        return request.tools.first { tool in
            guard let name = tool["function"]?["name"]?.text else { return false }
            return words.contains { $0 == name || $0.contains("_") && name.hasSuffix("_" + $0) }
        }
            ?? request.tools.first { tool in
                let last = tool["function"]?["name"]?.text?.split(separator: "_").last
                return last.map { words.contains(String($0)) } ?? false
            } ?? request.tools.first
    }

    /// An answer that gives back what a tool said.
    private func report() -> String? {
        guard let said = request.toolAnswer else { return nil }
        let line = said.split { $0.isWhitespace }.joined(separator: " ")
        guard !line.isEmpty else { return "The tool has found nothing about \(topic.quote)." }
        let start = line.count > 600 ? line.prefix(600) + " …" : line[...]
        return said.hasPrefix("Error") ? "The tool failed: \(start)" : "The tool has found this: \(start)"
    }

    private func formatted(_ format: JSONValue) -> String? {
        if format.text == "json" {
            return JSONValue.members([
                "topic": .string(topic.quote), "answer": .string("It depends mostly on \(topic.keywords[0])."),
                "confidence": .number(0.82),
            ]).serialized
        }
        guard format.members?.isEmpty == false else { return nil }
        return SchemaSample(prompt: request.prompt, topic: topic).value(format).serialized
    }

    private mutating func paragraph() -> String {
        if !topic.wantsLength, let known = KnownTopic.of(request.prompt) {
            return known.text(for: topic.kind, thinks: request.thinks)
        }
        if topic.kind == .greeting {
            return fill(AnswerPhrases.openers(for: .greeting).randomElement(using: &generator) ?? "Hello!")
                + " I am \(request.model.name), running on a simulated GPU. What would you like to talk about?"
        }
        let target = topic.wantsLength ? max(request.limit ?? 900, 600) : Int.random(in: 70...260, using: &generator)
        let bank = topic.kind == .story ? AnswerPhrases.narrative : AnswerPhrases.facts
        var text = fill(AnswerPhrases.openers(for: topic.kind).randomElement(using: &generator) ?? "")
        var count = WordPieces.count(text)
        while count < target {
            for (index, phrase) in bank.shuffled(using: &generator).enumerated() where count < target {
                let sentence = fill(phrase)
                text += (index % 5 == 4 ? "\n\n" : " ") + sentence
                count += WordPieces.count(sentence)
            }
        }
        guard topic.kind != .story else { return text }
        return text + " " + fill(AnswerPhrases.closers.randomElement(using: &generator) ?? "")
    }

    private mutating func thoughts() -> String {
        if !topic.wantsLength, let known = KnownTopic.of(request.prompt) { return known.thoughts }
        let target = Int.random(in: 80...180, using: &generator)
        var text = ""
        var count = 0
        for phrase in AnswerPhrases.thoughts where count < target {
            let sentence = fill(phrase)
            text += text.isEmpty ? sentence : " " + sentence
            count += WordPieces.count(sentence)
        }
        return text
    }

    private mutating func fill(_ phrase: String) -> String {
        let words = topic.keywords
        let offset = Int.random(in: 0..<words.count, using: &generator)
        func word(_ index: Int) -> String { words[(offset + index) % words.count] }
        let number = Int.random(in: 14...60, using: &generator)
        let values = [
            "q": topic.quote, "a": word(0), "b": word(1), "c": word(2), "n": String(number),
            "m": String(Int.random(in: 3...12, using: &generator)),
        ]
        // One pass, so that braces of the prompt are never taken for a place.
        var result = ""
        var rest = phrase[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            result += values[name] ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    private mutating func callID() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return "call_" + String((0..<8).map { _ in letters.randomElement(using: &generator) ?? "x" })
    }
}

extension String {
    /// The first place where a text occurs.
    fileprivate func range(of part: String) -> Range<Index>? { firstRange(of: part) }
}
