/// The kind of server that runs models. A string underneath, so that a program can add kinds of its own.
public struct ModelProvider: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    /// The name as it stands in files, in lower case.
    public let rawValue: String

    /// A provider by its name; case does not matter.
    public init(rawValue: String) {
        self.rawValue = rawValue.lowercased()
    }

    /// A provider by its name.
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    /// Ollama.
    public static let ollama: ModelProvider = "ollama"
    /// llama.cpp's `llama-server`.
    public static let llamaCpp: ModelProvider = "llamacpp"
    /// LocalAI.
    public static let localAI: ModelProvider = "localai"
    /// vLLM.
    public static let vllm: ModelProvider = "vllm"
    /// llama-swap.
    public static let llamaSwap: ModelProvider = "llamaswap"
    /// LM Studio.
    public static let lmStudio: ModelProvider = "lmstudio"
    /// A manager that the user's own program registers.
    public static let custom: ModelProvider = "custom"

    /// The name as people write it.
    public var description: String {
        switch self {
        case .ollama: "Ollama"
        case .llamaCpp: "llama.cpp"
        case .localAI: "LocalAI"
        case .vllm: "vLLM"
        case .llamaSwap: "llama-swap"
        case .lmStudio: "LM Studio"
        default: rawValue
        }
    }
}
