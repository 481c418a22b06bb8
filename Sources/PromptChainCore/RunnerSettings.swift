/// What the process that runs one model was started with, as its command line says. What it was not told is `nil`: the
/// program's own default is not known here.
public struct RunnerSettings: Hashable, Sendable {
    /// The tokens that all its slots have together.
    public var contextTokens: Int?
    /// The requests that it works on at a time.
    public var parallelSlots: Int?
    /// The type of the cache's keys: `f16`, `q8_0`.
    public var keyType: String?
    /// The type of the cache's values.
    public var valueType: String?
    /// Whether attention is computed without its whole matrix in memory: `on`, `off`, `auto`.
    public var flashAttention: String?
    /// The layers that it may put on GPUs.
    public var gpuLayers: Int?

    /// Settings.
    public init(
        contextTokens: Int? = nil, parallelSlots: Int? = nil, keyType: String? = nil, valueType: String? = nil,
        flashAttention: String? = nil, gpuLayers: Int? = nil
    ) {
        self.contextTokens = contextTokens
        self.parallelSlots = parallelSlots
        self.keyType = keyType
        self.valueType = valueType
        self.flashAttention = flashAttention
        self.gpuLayers = gpuLayers
    }

    /// What stands in a command line of `llama-server`; `nil` when nothing of it does.
    public init?(arguments: [String]) {
        func value(_ names: String...) -> String? {
            var found: String?
            for (index, argument) in arguments.enumerated() {
                for name in names {
                    if argument == name {
                        let next = index + 1 < arguments.count ? arguments[index + 1] : "-"
                        // The last one counts. A switch without a value switches on.
                        found = next.hasPrefix("-") && Int(next) == nil ? "on" : next
                    } else if argument.hasPrefix(name + "=") {
                        found = String(argument.dropFirst(name.count + 1))
                    }
                }
            }
            return found
        }
        func number(_ text: String?) -> Int? { text.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
        func word(_ text: String?) -> String? {
            text.flatMap { text in
                let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
                return isPlain && (1...12).contains(text.utf8.count) ? text.lowercased() : nil
            }
        }
        self.init(
            contextTokens: number(value("-c", "--ctx-size")), parallelSlots: number(value("-np", "--parallel")),
            keyType: word(value("-ctk", "--cache-type-k")), valueType: word(value("-ctv", "--cache-type-v")),
            flashAttention: Self.flag(word(value("-fa", "--flash-attn"))),
            gpuLayers: number(value("-ngl", "--gpu-layers", "--n-gpu-layers")))
        if self == RunnerSettings() { return nil }
    }

    private static func flag(_ word: String?) -> String? {
        switch word {
        case "1", "true", "enabled", "on": "on"
        case "0", "false", "disabled", "off": "off"
        case "auto": "auto"
        default: nil
        }
    }
}

extension RunnerSettings: Encodable {
    private enum CodingKeys: String, CodingKey {
        case contextTokens = "context_tokens", parallelSlots = "parallel_slots", keyType = "key_type"
        case valueType = "value_type", flashAttention = "flash_attention", gpuLayers = "gpu_layers"
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(contextTokens, forKey: .contextTokens)
        try container.encode(parallelSlots, forKey: .parallelSlots)
        try container.encode(keyType, forKey: .keyType)
        try container.encode(valueType, forKey: .valueType)
        try container.encode(flashAttention, forKey: .flashAttention)
        try container.encode(gpuLayers, forKey: .gpuLayers)
    }
}
