/// The name of a model in the one spelling by which it is compared: `mistral` and `mistral:latest` are the same model,
/// as are `library/mistral` and `registry.ollama.ai/library/mistral:latest`.
///
/// A provider's name is cut off where it stands in front (`ollama/mistral`), and only there. Case does not matter for
/// equality; `text` keeps the spelling that was given.
public struct ModelName: Sendable, CustomStringConvertible {
    /// The name as it was given, without the provider in front.
    public let text: String
    /// The provider that stood in front of the name, if any.
    public let provider: ModelProvider?
    /// The spelling that servers list: host and `library/` left out where they are the usual ones, tag added.
    public let canonical: String

    private static let prefixes: [(String, ModelProvider)] = [
        ("ollama/", .ollama), ("ollama_chat/", .ollama), ("llamacpp/", .llamaCpp), ("llama.cpp/", .llamaCpp),
        ("localai/", .localAI), ("vllm/", .vllm), ("llamaswap/", .llamaSwap), ("lmstudio/", .lmStudio),
    ]
    private static let registries = ["registry.ollama.ai/", "registry.ollama.com/", "ollama.com/"]

    /// Reads a name.
    /// - Parameters:
    ///   - text: the name, with or without a provider in front.
    ///   - server: the kind of server that lists it, where that is known. Only Ollama's names have a tag.
    public init(_ text: String, on server: ModelProvider? = nil) {
        var rest = Substring(text.trimmingBlanks())
        var provider = server
        for (prefix, named) in Self.prefixes where rest.lowercased().hasPrefix(prefix) && rest.count > prefix.count {
            rest = rest.dropFirst(prefix.count)
            provider = named
            break
        }
        self.text = String(rest)
        self.provider = provider
        guard provider == nil || provider == .ollama else {
            canonical = String(rest)
            return
        }
        for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
        }
        for registry in Self.registries where rest.lowercased().hasPrefix(registry) {
            rest = rest.dropFirst(registry.count)
        }
        if rest.lowercased().hasPrefix("library/") { rest = rest.dropFirst("library/".count) }
        let lastPart = rest.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        canonical = lastPart.contains(":") || rest.isEmpty ? String(rest) : rest + ":latest"
    }

    /// The name as it was given, without the provider.
    public var description: String { text }

    /// The canonical name without a `:latest` that says nothing.
    public var short: String {
        canonical.lowercased().hasSuffix(":latest") ? String(canonical.dropLast(":latest".count)) : canonical
    }

    /// Whether the name says that the model runs in the cloud: it then uses no VRAM here.
    public var isCloud: Bool {
        let tag = canonical.split(separator: ":").last.map { $0.lowercased() } ?? ""
        return tag == "cloud" || tag.hasSuffix("-cloud")
    }
}

extension ModelName: Hashable {
    /// Whether two spellings mean the same model.
    public static func == (left: ModelName, right: ModelName) -> Bool {
        left.short.lowercased() == right.short.lowercased()
    }

    /// Hashes the canonical name.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(short.lowercased())
    }
}

extension ModelName: ExpressibleByStringLiteral {
    /// A name from a literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension ModelName: Codable {
    /// Reads a name from a string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the name as a string, as it was given.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension String {
    func trimmingBlanks() -> String {
        var view = Substring(self)
        while view.first?.isWhitespace == true { view.removeFirst() }
        while view.last?.isWhitespace == true { view.removeLast() }
        return String(view)
    }
}
