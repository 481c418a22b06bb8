import PromptChainCore

extension OllamaPayload.ModelInfo {
    /// The architecture, which stands in front of the other keys: `llama`, `gemma3`.
    var architecture: String? { values["general.architecture"]?.stringValue }

    /// The longest context that the model was trained for, in tokens.
    var contextMaximum: Int? { integer("context_length") }

    /// Whether a list that the geometry needs was left out, as the server does with long ones unless asked for all. A
    /// pattern of windows says nothing without a window.
    var lacksLists: Bool {
        var needed = ["attention.head_count", "attention.head_count_kv"]
        if integer("attention.sliding_window").map({ $0 > 0 }) ?? false {
            needed.append("attention.sliding_window_pattern")
        }
        return needed.contains { key in
            switch value(key) {
            case .null?: true
            case .array(let entries)?: entries.isEmpty
            default: false
            }
        }
    }

    /// The shape of the model. Sources of the keys: the GGUF specification; which layers slide: llama.cpp's
    /// `set_swa_pattern` of each architecture.
    var geometry: ModelGeometry? {
        guard let architecture, let layers = integer("block_count"), (1...10_000).contains(layers) else { return nil }
        let heads = integers("attention.head_count") ?? [0]
        var keyValueHeads = integers("attention.head_count_kv") ?? heads
        let embedding = integer("embedding_length")
        let widest = max(1, heads.max() ?? 1)
        let usual = (embedding ?? 0) / widest
        var keyLength = integer("attention.key_length") ?? usual
        var valueLength = integer("attention.value_length") ?? usual
        if let rank = integer("attention.kv_lora_rank"), keepsLatentRows {
            // Multi-head latent attention keeps one compressed row a layer, and no values beside it.
            keyValueHeads = keyValueHeads.count == 1 ? [1] : keyValueHeads.map { $0 == 0 ? 0 : 1 }
            keyLength = rank + (integer("rope.dimension_count") ?? 0)
            valueLength = 0
        }
        if value("attention.causal") == .bool(false) || architecture.contains("bert") {
            // What only embeds reads a text at once and keeps nothing of it.
            keyValueHeads = [0]
        }
        if let interval = integer("full_attention_interval"), interval > 1, keyValueHeads.count == 1 {
            keyValueHeads = (0..<layers).map { ($0 + 1) % interval == 0 ? keyValueHeads[0] : 0 }
        }
        var geometry = ModelGeometry(
            architecture: architecture, layers: layers, embeddingLength: embedding, keyValueHeads: keyValueHeads,
            heads: heads, keyLength: keyLength, valueLength: valueLength,
            slidingWindow: integer("attention.sliding_window").flatMap { $0 > 0 ? $0 : nil })
        if geometry.slidingWindow != nil { geometry.slidingLayers = slidingLayers(architecture, count: layers) }
        geometry.sharingLayers = integer("attention.shared_kv_layers").flatMap { 0 < $0 && $0 < layers ? $0 : nil } ?? 0
        if let slidingKey = integer("attention.key_length_swa") {
            geometry.slidingRowLength = slidingKey + (integer("attention.value_length_swa") ?? slidingKey)
        }
        geometry.vocabulary = integer("vocab_size")
        geometry.stateBytes = stateBytes(geometry)
        return geometry
    }

    // Files made before llama.cpp learned latent attention have the ranks, and no lengths of the compressed rows beside
    // the plain ones: servers expand the keys and values of every head for them. Source: llama.cpp's `is_mla`, and its
    // converter, which writes a single key/value head.
    private var keepsLatentRows: Bool {
        value("attention.key_length_mla") != nil || value("attention.head_count_kv") == nil
            || integer("attention.head_count_kv") == 1
    }

    // An architecture that is not listed here counts as sliding nowhere: too much is reckoned then, never too little.
    private func slidingLayers(_ architecture: String, count: Int) -> [Bool] {
        if case .array(let entries)? = value("attention.sliding_window_pattern"), !entries.isEmpty {
            return (0..<count).map { index in
                let entry = entries[index % entries.count]
                return entry.boolValue ?? (entry.integerValue != 0)
            }
        }
        let pattern = integer("attention.sliding_window_pattern").flatMap { $0 > 0 ? $0 : nil }
        let period: Int =
            switch architecture {
            case "gemma3": pattern ?? 6
            case "gemma2", "gpt-oss", "gptoss": pattern ?? 2
            case "gemma3n": pattern ?? 5
            case "cohere2": pattern ?? 4
            default: pattern ?? 1
            }
        return (0..<count).map { $0 % period < period - 1 }
    }

    // Recurrent layers keep a state of fixed size, in 32-bit elements; they are those without key/value heads.
    private func stateBytes(_ geometry: ModelGeometry) -> Int64 {
        guard let inner = integer("ssm.inner_size"), let state = integer("ssm.state_size") else { return 0 }
        let kernel = integer("ssm.conv_kernel") ?? 4
        let groups = integer("ssm.group_count") ?? 0
        let layers =
            geometry.keyValueHeads.count == 1
            ? (geometry.keyValueHeads[0] == 0 ? geometry.layers : 0) : geometry.keyValueHeads.count { $0 == 0 }
        let elements = Double(kernel - 1) * (Double(inner) + 2 * Double(groups) * Double(state))
        return Int64(max(0, min((elements + Double(state) * Double(inner)) * 4 * Double(layers), 9e18)))
    }

    private func value(_ key: String) -> JSONValue? { architecture.flatMap { values["\($0).\(key)"] } }

    private func integer(_ key: String) -> Int? {
        value(key)?.integerValue.flatMap { abs($0) < 1 << 40 ? Int($0) : nil }
    }

    /// A number, or one a layer.
    private func integers(_ key: String) -> [Int]? {
        if case .array(let entries)? = value(key) {
            let numbers = entries.compactMap { $0.integerValue.flatMap { abs($0) < 1 << 40 ? Int($0) : nil } }
            return numbers.isEmpty ? nil : numbers
        }
        return integer(key).map { [$0] }
    }
}
