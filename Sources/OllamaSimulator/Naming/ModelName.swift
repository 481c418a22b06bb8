/// A model's name the way Ollama reads it: `[host/][namespace/]model[:tag]` with defaults for what is left out.
struct ModelName: Hashable, Sendable {
    /// The registry's host; `registry.ollama.ai` when left out.
    var host: String
    /// The owner; `library` when left out.
    var namespace: String
    /// The model itself.
    var model: String
    /// The variant; `latest` when left out.
    var tag: String

    private static let defaultHost = "registry.ollama.ai"
    private static let defaultNamespace = "library"
    private static let missing = "!MISSING!"

    /// Reads a name; use ``isValid`` to see whether it may be used.
    init(_ text: String) {
        var rest = Substring(text)
        var tag = ""
        let colon = rest.lastIndex(of: ":")
        let slash = rest.lastIndex(of: "/")
        if let colon, slash.map({ colon > $0 }) ?? true {
            tag = Self.orMissing(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
            if rest.isEmpty { rest = Self.missing[...] }
        }
        var parts = rest.split(separator: "/", maxSplits: .max, omittingEmptySubsequences: false)
        model = parts.count > 1 ? Self.orMissing(parts.removeLast()) : String(parts.popLast() ?? "")
        namespace = parts.popLast().map(Self.orMissing) ?? Self.defaultNamespace
        var host = parts.joined(separator: "/")
        if let scheme = host.range(of: "://") { host = String(host[scheme.upperBound...]) }
        self.host = host.isEmpty ? Self.defaultHost : host
        self.tag = tag.isEmpty ? "latest" : tag
    }

    /// Whether every part has the letters and the length that the server allows.
    var isValid: Bool {
        Self.isValid(host, limit: 350, extra: [".", ":"]) && Self.isValid(namespace, limit: 80, extra: [])
            && Self.isValid(model, limit: 80, extra: ["."]) && Self.isValid(tag, limit: 80, extra: ["."])
    }

    /// The name as lists show it: without the default host and namespace, with the tag.
    var shortest: String {
        if host.lowercased() != Self.defaultHost { return "\(host)/\(namespace)/\(model):\(tag)" }
        if namespace.lowercased() != Self.defaultNamespace { return "\(namespace)/\(model):\(tag)" }
        return "\(model):\(tag)"
    }

    /// The name with every part.
    var full: String { "\(host)/\(namespace)/\(model):\(tag)" }

    /// The same for every spelling that the server takes for the same model; letter case does not count.
    var key: String { full.lowercased() }

    private static func orMissing(_ part: Substring) -> String { part.isEmpty ? missing : String(part) }

    private static func isValid(_ part: String, limit: Int, extra: [Character]) -> Bool {
        guard (1...limit).contains(part.utf8.count), let first = part.first else { return false }
        func isWord(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber || character == "_")
        }
        return isWord(first) && part.allSatisfy { isWord($0) || $0 == "-" || extra.contains($0) }
    }
}

/// A model as a request spells it, with the source that its tag may ask for.
struct ModelReference: Sendable {
    /// The spelling without the source suffix.
    var base: String
    /// Whether the request asks for Ollama's cloud (`:cloud`, `-cloud`), which the simulator has not.
    var isCloud: Bool
    /// The name.
    var name: ModelName

    /// Why a spelling is no reference.
    enum Fault: Error { case missing, invalid, conflicting(String) }

    /// Reads a request's spelling.
    init(_ spelling: String) throws(Fault) {
        let trimmed = spelling.trimmingWhitespace
        guard !trimmed.isEmpty else { throw .missing }
        let (base, source) = Self.cutSource(trimmed)
        if source != nil, Self.cutSource(base).source != nil {
            throw .conflicting("use either :local or :cloud, not both: \"\(trimmed)\"")
        }
        self.base = base
        isCloud = source == .cloud
        name = ModelName(base)
        guard name.isValid else { throw .invalid }
    }

    private enum Source { case cloud, local }

    private static func cutSource(_ text: String) -> (base: String, source: Source?) {
        guard let colon = text.lastIndex(of: ":") else { return (text, nil) }
        let suffix = text[text.index(after: colon)...].lowercased()
        if suffix == "cloud" { return (String(text[..<colon]), .cloud) }
        if suffix == "local" { return (String(text[..<colon]), .local) }
        if !suffix.contains("/"), suffix.hasSuffix("-cloud") { return (String(text.dropLast(6)), .cloud) }
        return (text, nil)
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    var trimmingWhitespace: String {
        var view = self[...]
        while let first = view.first, first.isWhitespace { view = view.dropFirst() }
        while let last = view.last, last.isWhitespace { view = view.dropLast() }
        return String(view)
    }
}
