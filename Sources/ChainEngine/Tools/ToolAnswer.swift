import PromptChainCore

/// What a tool gave.
public struct ToolAnswer: Equatable, Sendable {
    /// What the model is told.
    public var text: String
    /// Whether the tool failed; the text says why.
    public var isError: Bool
    /// The pictures in it, which the text names, for models that can see.
    public var pictures: [ToolPicture]

    /// An answer.
    public init(text: String, isError: Bool = false, pictures: [ToolPicture] = []) {
        self.text = text
        self.isError = isError
        self.pictures = pictures
    }

    /// The answer without what is too much for a model; a note says what was left out.
    /// - Parameter limit: the most characters that are kept.
    public func cut(to limit: Int) -> ToolAnswer {
        guard text.utf8.count > limit, text.count > limit else { return self }
        let all = text.count
        return ToolAnswer(
            text: "\(text.prefix(limit))\n[cut: the first \(limit) of \(all) characters]", isError: isError,
            pictures: pictures)
    }
}

extension ToolAnswer {
    /// The answer in the result of `tools/call`. Pictures and sound are named in its text.
    init(result: JSONValue) {
        let content = result["content"]?.arrayValue ?? []
        var parts = content.map { Self.text(of: $0) }
        if parts.allSatisfy(\.isEmpty), let structured = result["structuredContent"], structured != .null {
            parts = [JSONText.line(structured)]
        }
        let text = parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
        let isError = result["isError"]?.boolValue ?? false
        self.init(
            text: text.isEmpty ? (isError ? "The tool failed." : "(no output)") : text, isError: isError,
            pictures: content.compactMap { ToolPicture($0) })
    }

    private static func text(of block: JSONValue) -> String {
        if let picture = ToolPicture(block) { return picture.name }
        let kind = block["type"]?.stringValue ?? ""
        switch kind {
        case "text": return block["text"]?.stringValue ?? ""
        case "image", "audio":
            let bytes = (block["data"]?.stringValue?.utf8.count ?? 0) / 4 * 3
            return "[\(kind), \(block["mimeType"]?.stringValue ?? "unknown kind"), \(bytes) bytes]"
        case "resource":
            let resource = block["resource"]
            return resource?["text"]?.stringValue ?? "[resource \(resource?["uri"]?.stringValue ?? "without address")]"
        case "resource_link":
            let name = block["title"]?.stringValue ?? block["name"]?.stringValue ?? "resource"
            return "\(name): \(block["uri"]?.stringValue ?? "")"
        default: return JSONText.line(block)
        }
    }
}
