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
    /// The length of one key and one value together in a sliding layer, in elements, where it differs from the others.
    public var slidingRowLength: Int?
    /// How many layers at the end use the cache of earlier ones and have none of their own.
    public var sharingLayers = 0
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

    /// The bytes of the KV cache for a context:
    /// Σ over layers of kv heads · (key length + value length) · cells · bytes of an element, and the fixed state of
    /// recurrent layers, which is always 32-bit. A layer has context · slots cells; a sliding one no more than its
    /// window · slots and one batch.
    /// Source: the allocation of llama.cpp's KV cache, and Ollama's `ggml.go`.
    /// - Parameters:
    ///   - context: the context of one request, in tokens.
    ///   - batch: how many tokens are computed at a time (llama.cpp's `n_ubatch`).
    ///   - slots: how many requests are served at a time, each with a context of its own.
    ///   - elementBytes: the size of an element; 2 for 16 bits.
    public func keyValueCacheBytes(
        context: Int, batch: Int = 512, slots: Int = 1, elementBytes: Double = 2
    ) -> Int64 {
        // Reckoned with fractions, which hold these numbers exactly, so that no server's nonsense can overflow.
        let slots = Double(max(1, slots))
        var bytes = Double(stateBytes) * slots
        guard layers > 0, !keyValueHeads.isEmpty else { return Int64(max(0, min(bytes, 9e18))) }
        for layer in 0..<max(0, layers - max(0, sharingLayers)) {
            let heads =
                keyValueHeads.count == 1 ? keyValueHeads[0] : layer < keyValueHeads.count ? keyValueHeads[layer] : 0
            var cells = Double(context) * slots
            var row = Double(keyLength) + Double(valueLength)
            if let slidingWindow, layer < slidingLayers.count, slidingLayers[layer] {
                cells = min(cells, Double(slidingWindow) * slots + Double(batch))
                row = slidingRowLength.map(Double.init) ?? row
            }
            bytes += Double(heads) * row * cells * elementBytes
        }
        return Int64(max(0, min(bytes, 9e18)))
    }

    /// How many requests Ollama serves at a time with such a model: one with those whose layers keep a state, or
    /// that it cannot batch, whatever it was told.
    /// Source: the exceptions in Ollama's `sched.go`.
    public func slots(asked: Int) -> Int {
        let single = ["mllama", "qwen3vl", "qwen35", "qwen3next", "lfm2", "nemotron_h"]
        return single.contains { architecture.hasPrefix($0) } ? 1 : max(1, asked)
    }
}
