/// The numbers of a model's architecture that decide the size of its KV cache.
public struct ModelGeometry: Equatable, Sendable {
    /// The architecture's name: `llama`, `gemma3`.
    public var architecture: String
    /// The count of layers.
    public var layers: Int
    /// The width of an embedding.
    public var embeddingLength: Int?
    /// Key/value heads of each layer: one entry for all of them, or one a layer. 0 marks a layer without a cache.
    public var keyValueHeads: [Int]
    /// The query heads of each layer, in the same form.
    public var heads: [Int]
    /// The length of one key, in elements.
    public var keyLength: Int
    /// The length of one value, in elements.
    public var valueLength: Int
    /// The width of the sliding window, in tokens, where some layers have one.
    public var slidingWindow: Int?
    /// Which layers slide: `true` at its place; empty when unknown.
    public var slidingLayers: [Bool]
    /// The count of tokens in the vocabulary, where it is known.
    public var vocabulary: Int?
    /// What recurrent layers keep whatever the context, in bytes, for one sequence.
    public var stateBytes: Int64

    /// The shape of a model.
    public init(
        architecture: String, layers: Int, embeddingLength: Int? = nil, keyValueHeads: [Int], heads: [Int],
        keyLength: Int, valueLength: Int, slidingWindow: Int? = nil, slidingLayers: [Bool] = [],
        vocabulary: Int? = nil, stateBytes: Int64 = 0
    ) {
        self.architecture = architecture
        self.layers = layers
        self.embeddingLength = embeddingLength
        self.keyValueHeads = keyValueHeads
        self.heads = heads
        self.keyLength = keyLength
        self.valueLength = valueLength
        self.slidingWindow = slidingWindow
        self.slidingLayers = slidingLayers
        self.vocabulary = vocabulary
        self.stateBytes = stateBytes
    }

    /// The bytes of the KV cache for a context, with 16-bit elements and one slot:
    /// Σ over layers of kv heads · (key length + value length) · cells · 2, where a sliding layer holds no more cells
    /// than its window and one batch; and the fixed state of recurrent layers.
    /// Source: the allocation of llama.cpp's unified KV cache.
    public func keyValueCacheBytes(context: Int, batch: Int = 512) -> Int64 {
        guard layers > 0, !keyValueHeads.isEmpty else { return stateBytes }
        // Reckoned with fractions, which hold these numbers exactly, so that no server's nonsense can overflow.
        var bytes = Double(stateBytes)
        for layer in 0..<layers {
            let heads =
                keyValueHeads.count == 1 ? keyValueHeads[0] : layer < keyValueHeads.count ? keyValueHeads[layer] : 0
            var cells = context
            if let slidingWindow, layer < slidingLayers.count, slidingLayers[layer] {
                cells = min(context, slidingWindow + batch)
            }
            bytes += Double(heads) * Double(keyLength + valueLength) * Double(cells) * 2
        }
        return Int64(max(0, min(bytes, 9e18)))
    }
}
