/// Invents a value that fits a JSON schema, with words of the prompt where a text is asked for.
struct SchemaSample {
    let prompt: String
    let topic: PromptTopic

    /// A value for a schema; `name` is the property's name.
    func value(_ schema: JSONValue, name: String = "", depth: Int = 0) -> JSONValue {
        guard depth < 8 else { return .null }
        if let choice = schema["enum"]?.elements?.first { return choice }
        if let constant = schema["const"] { return constant }
        let type = schema["type"]?.text ?? schema["type"]?.elements?.compactMap(\.text).first { $0 != "null" }
        switch type ?? (schema["properties"] == nil ? "string" : "object") {
        case "object":
            return .object(
                (schema["properties"]?.members ?? []).map {
                    JSONMember(key: $0.key, value: value($0.value, name: $0.key, depth: depth + 1))
                })
        case "array":
            guard let items = schema["items"] else { return .array([]) }
            let count = max(1, Int(schema["minItems"]?.int ?? 2))
            return .array((0..<min(count, 20)).map { _ in value(items, name: name, depth: depth + 1) })
        case "integer": return .integer(schema["minimum"]?.int ?? numbers.first.map { Int64($0) } ?? 3)
        case "number": return .number(schema["minimum"]?.double ?? numbers.first ?? 0.5)
        case "boolean": return true
        case "null": return .null
        default: return .string(text(name))
        }
    }

    private func text(_ name: String) -> String {
        let wantsAll = ["query", "question", "text", "input", "prompt", "message", "content"]
        if wantsAll.contains(name.lowercased()) { return topic.quote }
        // A name in the prompt is the likeliest value of a city, a person or a product.
        let words = prompt.split { !($0.isLetter || $0 == "-") }
        let proper = words.dropFirst().first { word in word.first?.isUppercase == true && word.count > 1 }
        return proper.map(String.init) ?? topic.keywords[0]
    }

    private var numbers: [Double] {
        prompt.split { !($0.isNumber || $0 == ".") }.compactMap { Double($0) }
    }
}
