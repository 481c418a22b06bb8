extension SimulatedCatalogue {
    /// Models that a user of Ollama knows, with the true sizes of their files and their geometry.
    ///
    /// A few are not installed, so that there is something to pull.
    public static let standard = SimulatedCatalogue(models: general + reasoning + embedders + pullable)

    private typealias Geometry = SimulatedModel.Geometry

    private static let chatTemplate =
        "{{- range .Messages }}<|{{ .Role }}|>\n{{ .Content }}<|end|>\n{{ end }}<|assistant|>\n"

    private static func model(
        _ name: String, _ fileBytes: Int64, _ family: String, _ billions: Double, _ quantization: String,
        _ geometry: Geometry, _ capabilities: [String], activeShare: Double = 1, isInstalled: Bool = true
    ) -> SimulatedModel {
        SimulatedModel(
            name: name, fileBytes: fileBytes, family: family,
            parameterSize: billions < 1 ? "\(Int((billions * 1000).rounded()))M" : "\(billions)B",
            parameterCount: Int64(billions * 1e9), quantization: quantization, geometry: geometry,
            capabilities: capabilities, activeShare: activeShare, isInstalled: isInstalled, template: chatTemplate)
    }

    private static let general: [SimulatedModel] = [
        model(
            "llama3.1:8b", 4_920_753_328, "llama", 8.0, "Q4_K_M",
            Geometry(layers: 32, embedding: 4096, heads: 32, kvHeads: 8, contextMaximum: 131_072, feedForward: 14336),
            ["completion", "tools"]),
        model(
            "llama3.2:3b", 2_019_393_189, "llama", 3.2, "Q4_K_M",
            Geometry(layers: 28, embedding: 3072, heads: 24, kvHeads: 8, contextMaximum: 131_072, feedForward: 8192),
            ["completion", "tools"]),
        model(
            "mistral:7b", 4_372_824_384, "llama", 7.2, "Q4_K_M",
            Geometry(
                layers: 32, embedding: 4096, heads: 32, kvHeads: 8, contextMaximum: 32768, vocabulary: 32768,
                feedForward: 14336), ["completion", "tools"]),
        model(
            "mistral-nemo:12b", 7_071_713_232, "llama", 12.2, "Q4_0",
            Geometry(
                layers: 40, embedding: 5120, heads: 32, kvHeads: 8, headLength: 128, contextMaximum: 1_024_000,
                vocabulary: 131_072, feedForward: 14336), ["completion", "tools"]),
        model(
            "mistral-small:22b", 12_569_170_041, "llama", 22.2, "Q4_0",
            Geometry(
                layers: 56, embedding: 6144, heads: 48, kvHeads: 8, headLength: 128, contextMaximum: 131_072,
                vocabulary: 32768, feedForward: 16384), ["completion", "tools"]),
        model(
            "qwen2.5:7b", 4_683_087_332, "qwen2", 7.6, "Q4_K_M",
            Geometry(
                layers: 28, embedding: 3584, heads: 28, kvHeads: 4, contextMaximum: 32768, vocabulary: 152_064,
                feedForward: 18944), ["completion", "tools"]),
        model(
            "qwen2.5:32b", 19_851_349_856, "qwen2", 32.8, "Q4_K_M",
            Geometry(
                layers: 64, embedding: 5120, heads: 40, kvHeads: 8, contextMaximum: 32768, vocabulary: 152_064,
                feedForward: 27648), ["completion", "tools"]),
        model(
            "qwen2.5-coder:7b", 4_683_087_519, "qwen2", 7.6, "Q4_K_M",
            Geometry(
                layers: 28, embedding: 3584, heads: 28, kvHeads: 4, contextMaximum: 32768, vocabulary: 152_064,
                feedForward: 18944), ["completion", "tools", "insert"]),
        model(
            "gemma3:27b", 17_396_936_941, "gemma3", 27.4, "Q4_K_M",
            Geometry(
                layers: 62, embedding: 5376, heads: 32, kvHeads: 16, headLength: 128, contextMaximum: 131_072,
                vocabulary: 262_145, feedForward: 21504, slidingWindow: 1024, globalEvery: 6),
            ["completion", "vision"]),
        model(
            "phi4:14b", 9_053_116_391, "phi3", 14.7, "Q4_K_M",
            Geometry(
                layers: 40, embedding: 5120, heads: 40, kvHeads: 10, contextMaximum: 16384, vocabulary: 100_352,
                feedForward: 17920), ["completion"]),
    ]

    private static let reasoning: [SimulatedModel] = [
        model(
            "deepseek-r1:70b", 42_520_412_561, "llama", 70.6, "Q4_K_M",
            Geometry(layers: 80, embedding: 8192, heads: 64, kvHeads: 8, contextMaximum: 131_072, feedForward: 28672),
            ["completion", "thinking"]),
        model(
            "deepseek-r1:8b", 5_225_376_047, "qwen3", 8.2, "Q4_K_M",
            Geometry(
                layers: 36, embedding: 4096, heads: 32, kvHeads: 8, headLength: 128, contextMaximum: 131_072,
                vocabulary: 151_936, feedForward: 12288), ["completion", "thinking"]),
        model(
            "qwen3:8b", 5_225_388_164, "qwen3", 8.2, "Q4_K_M",
            Geometry(
                layers: 36, embedding: 4096, heads: 32, kvHeads: 8, headLength: 128, contextMaximum: 40960,
                vocabulary: 151_936, feedForward: 12288), ["completion", "tools", "thinking"]),
        model(
            "gpt-oss:20b", 13_793_441_244, "gptoss", 20.9, "MXFP4",
            Geometry(
                layers: 24, embedding: 2880, heads: 64, kvHeads: 8, headLength: 64, contextMaximum: 131_072,
                vocabulary: 201_088, feedForward: 2880, slidingWindow: 128, globalEvery: 2),
            ["completion", "tools", "thinking"], activeShare: 0.25),
    ]

    private static let embedders: [SimulatedModel] = [
        model(
            "nomic-embed-text:latest", 274_302_450, "nomic-bert", 0.137, "F16",
            Geometry(
                layers: 12, embedding: 768, heads: 12, kvHeads: 12, contextMaximum: 2048, vocabulary: 30522,
                feedForward: 3072), ["embedding"])
    ]

    private static let pullable: [SimulatedModel] = [
        model(
            "llama3.3:70b", 42_520_413_916, "llama", 70.6, "Q4_K_M",
            Geometry(layers: 80, embedding: 8192, heads: 64, kvHeads: 8, contextMaximum: 131_072, feedForward: 28672),
            ["completion", "tools"], isInstalled: false),
        model(
            "qwen3:30b-a3b", 18_556_700_761, "qwen3moe", 30.5, "Q4_K_M",
            Geometry(
                layers: 48, embedding: 2048, heads: 32, kvHeads: 4, headLength: 128, contextMaximum: 40960,
                vocabulary: 151_936, feedForward: 6144), ["completion", "tools", "thinking"], activeShare: 0.12,
            isInstalled: false),
        model(
            "gemma3:4b", 3_338_801_804, "gemma3", 4.3, "Q4_K_M",
            Geometry(
                layers: 34, embedding: 2560, heads: 8, kvHeads: 4, headLength: 256, contextMaximum: 131_072,
                vocabulary: 262_145, feedForward: 10240, slidingWindow: 1024, globalEvery: 6),
            ["completion", "vision"], isInstalled: false),
        model(
            "tinyllama:1.1b", 637_700_138, "llama", 1.1, "Q4_0",
            Geometry(
                layers: 22, embedding: 2048, heads: 32, kvHeads: 4, contextMaximum: 2048, vocabulary: 32000,
                feedForward: 5632), ["completion"], isInstalled: false),
        model(
            "mxbai-embed-large:latest", 669_615_493, "bert", 0.334, "F16",
            Geometry(
                layers: 24, embedding: 1024, heads: 16, kvHeads: 16, contextMaximum: 512, vocabulary: 30522,
                feedForward: 4096), ["embedding"], isInstalled: false),
    ]
}
