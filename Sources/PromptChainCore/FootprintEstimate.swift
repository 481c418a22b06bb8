/// How much GPU memory a model will take at a context, reckoned before it is loaded. What was measured wins over it.
public struct FootprintEstimate: Equatable, Sendable {
    /// The context, in tokens.
    public var contextLength: Int
    /// The weights: the size of the files, in bytes.
    public var weightsBytes: Int64
    /// The KV cache, in bytes.
    public var cacheBytes: Int64
    /// The buffers of the computation, in bytes.
    public var computeBytes: Int64

    /// What all of it takes, in bytes.
    public var totalBytes: Int64 { ByteCount.sum([weightsBytes, cacheBytes, computeBytes]) }

    /// The estimate for a context; `nil` when the server does not tell the model's size or shape. A context above the
    /// model's maximum is cut down to it, as servers do.
    /// - Parameters:
    ///   - contextLength: the context of one request, in tokens.
    ///   - settings: what is known of the server; one slot and a cache of 16 bits where nothing is.
    public init?(
        _ description: ModelDescription, contextLength: Int, settings: ServerSettings = ServerSettings()
    ) {
        guard !description.model.isCloud, let weights = description.model.sizeBytes,
            let geometry = description.geometry, contextLength > 0
        else { return nil }
        let context = min(contextLength, description.model.contextMaximum ?? contextLength)
        self.contextLength = context
        weightsBytes = weights
        cacheBytes = geometry.keyValueCacheBytes(
            context: context, slots: geometry.slots(asked: settings.parallelSlots ?? 1),
            elementBytes: settings.cacheElementBytes)
        computeBytes = geometry.computeBufferBytes(context: context)
    }

    /// What is left free beside the models, in bytes: 1 GiB or a twentieth of the capacity, whichever is more.
    /// Source: llama.cpp's `--fit-target` is 1024 MiB a device.
    public static func margin(capacityBytes: Int64) -> Int64 { max(1 << 30, capacityBytes / 20) }

    /// The longest context of a model that does not tell its own, in tokens.
    public static let usualMaximum = 131_072

    /// The contexts that people choose between: powers of two from 2048, and the maximum.
    public static func usualContexts(maximum: Int?) -> [Int] {
        let maximum = maximum ?? usualMaximum
        var contexts = Array(sequence(first: 2048) { $0 * 2 < maximum ? $0 * 2 : nil }.filter { $0 < maximum })
        if maximum > 0 { contexts.append(maximum) }
        return contexts
    }

    /// The largest context that fits: the maximum, or else a multiple of 256 from 512 on, the step in which llama.cpp
    /// allocates.
    /// - Parameters:
    ///   - maximum: the model's own maximum, in tokens; `usualMaximum` where it is not known.
    ///   - fits: whether one does; when it does, every smaller one does as well.
    public static func largestContext(maximum: Int?, fits: (Int) -> Bool) -> Int? {
        let maximum = maximum ?? usualMaximum
        if fits(maximum) { return maximum }
        var low = 2
        var high = max(2, maximum / 256 + 1)
        guard low * 256 <= maximum, fits(low * 256) else { return nil }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if fits(middle * 256) { low = middle } else { high = middle }
        }
        return low * 256
    }
}

extension FootprintEstimate: Encodable {
    private enum CodingKeys: String, CodingKey {
        case contextLength = "context_length", weightsBytes = "weights_bytes", cacheBytes = "cache_bytes"
        case computeBytes = "compute_bytes", totalBytes = "total_bytes"
    }

    /// Writes every key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(contextLength, forKey: .contextLength)
        try container.encode(weightsBytes, forKey: .weightsBytes)
        try container.encode(cacheBytes, forKey: .cacheBytes)
        try container.encode(computeBytes, forKey: .computeBytes)
        try container.encode(totalBytes, forKey: .totalBytes)
    }
}

extension ModelGeometry {
    /// The size of the batch in which a prompt is read, which servers raise with the context.
    /// Source: Ollama's scheduler: 512 up to 4096 tokens, 1024 up to 32768, 2048 above.
    public static func batch(context: Int) -> Int { context <= 4096 ? 512 : context <= 32_768 ? 1024 : 2048 }

    /// The bytes of the computation's buffers with flash attention: 4 · batch · (embedding + vocabulary), which is
    /// where the logits of a batch of 512 go. 0.3 GiB where the vocabulary is not known.
    /// Source: the graph sizes in Ollama's `ggml.go` and llama.cpp's log of its compute buffers.
    public func computeBufferBytes(context: Int) -> Int64 {
        guard let vocabulary, let embeddingLength else { return 322_122_547 }
        let batch = min(512, Self.batch(context: context))
        return Int64(max(0, min(4 * Double(batch) * (Double(embeddingLength) + Double(vocabulary)), 9e18)))
    }

    /// What Ollama's scheduler reckons that a model takes, in bytes. It decides whether Ollama evicts another model: a
    /// load passes when this is no more than 80 % of the free memory. It knows nothing of sliding windows or key
    /// lengths, so that it can be far more than the model needs.
    /// Source: `PredictServerVRAM` in Ollama's `sched.go`: file + 2 · layers · kv heads · (embedding / heads) ·
    /// context · 2 bytes, and 0.75 or 2 GiB for batches of 1024 or 2048.
    /// - Parameter slots: how many requests are served at a time (`OLLAMA_NUM_PARALLEL`).
    public func schedulerPrediction(fileBytes: Int64, context: Int, slots: Int = 1) -> Int64 {
        let heads = keyValueHeads.filter { $0 > 0 }.min() ?? 0
        let width = Double(embeddingLength ?? 0) / Double(max(1, self.heads.max() ?? 1))
        let cache = 2 * Double(layers) * Double(heads) * width * Double(context) * Double(max(1, slots)) * 2
        let batch = Self.batch(context: context)
        let extra = batch <= 512 ? 0.0 : batch <= 1024 ? 805_306_368.0 : 2_147_483_648.0
        return Int64(max(0, min(Double(fileBytes) + cache + extra, 9e18)))
    }
}

extension ModelGeometry: Encodable {
    private enum CodingKeys: String, CodingKey {
        case architecture, layers, embeddingLength = "embedding_length", keyValueHeads = "kv_heads", heads
        case keyLength = "key_length", valueLength = "value_length", slidingWindow = "sliding_window"
        case slidingLayers = "sliding_layers", vocabulary, stateBytes = "state_bytes"
    }

    /// Writes every key; what is unknown is `null`. Sliding layers are counted.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(architecture, forKey: .architecture)
        try container.encode(layers, forKey: .layers)
        try container.encode(embeddingLength, forKey: .embeddingLength)
        try container.encode(keyValueHeads, forKey: .keyValueHeads)
        try container.encode(heads, forKey: .heads)
        try container.encode(keyLength, forKey: .keyLength)
        try container.encode(valueLength, forKey: .valueLength)
        try container.encode(slidingWindow, forKey: .slidingWindow)
        try container.encode(slidingLayers.count { $0 }, forKey: .slidingLayers)
        try container.encode(vocabulary, forKey: .vocabulary)
        try container.encode(stateBytes, forKey: .stateBytes)
    }
}

extension ServerSettings {
    /// The size of an element of the KV cache, in bytes: 2 where the type is unknown, which is the servers' default.
    /// Source: the blocks of ggml's types, 32 elements and their scales: 34 bytes for `q8_0`, 24 for `q5_1`, 22 for
    /// `q5_0`, 20 for `q4_1`, 18 for `q4_0` and `iq4_nl`.
    public var cacheElementBytes: Double {
        switch cacheType?.lowercased() {
        case "f32": 4
        case "q8_0": 34.0 / 32
        case "q5_1": 24.0 / 32
        case "q5_0": 22.0 / 32
        case "q4_1": 20.0 / 32
        case "q4_0", "iq4_nl": 18.0 / 32
        default: 2
        }
    }
}
