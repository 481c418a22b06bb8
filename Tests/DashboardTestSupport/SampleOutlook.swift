import Dashboard
import PromptChainCore

extension ModelOutlook {
    /// `mistral-small:22b`, never loaded: 12.5 GiB of weights, and a KV cache of 224 KiB a token.
    public static var mistral: ModelOutlook {
        ModelOutlook(
            "mistral-small:22b",
            ModelDescription(
                model: JourneyDriver.installed[2],
                geometry: ModelGeometry(
                    architecture: "llama", layers: 56, embeddingLength: 6144,
                    keyValueHeads: [Int](repeating: 8, count: 56), heads: [Int](repeating: 48, count: 56),
                    keyLength: 128, valueLength: 128, vocabulary: 32_768),
                defaultContext: 8192))
    }
}
