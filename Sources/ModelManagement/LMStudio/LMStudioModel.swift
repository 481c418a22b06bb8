import PromptChainCore

/// A model as LM Studio lists it, by either of its two APIs.
struct LMStudioModel: Equatable, Sendable {
    /// One copy of a model in memory.
    struct Instance: Equatable, Sendable {
        /// Its own name: the model's, or `KEY:2` and so on, or one that somebody gave it.
        var id: String
        /// The context allocated for it, in tokens.
        var context: Int?
    }

    var key: String
    var instances: [Instance]
    var isEmbedding: Bool
    var fileBytes: Int64?
    var parameterSize: String?
    var quantization: String?
    var contextMaximum: Int?
    var hasTools = false
    var hasVision = false

    /// Reads an entry of `GET /api/v1/models` (LM Studio 0.4.0 and newer).
    init?(v1 entry: JSONValue) {
        guard let key = entry["key"]?.filledString else { return nil }
        self.key = key
        instances = (entry["loaded_instances"]?.arrayValue ?? []).compactMap { instance in
            instance["id"]?.filledString.map {
                Instance(id: $0, context: instance["config"]?["context_length"]?.tokenCount)
            }
        }
        isEmbedding = entry["type"]?.stringValue == "embedding"
        fileBytes = entry["size_bytes"]?.byteCount
        parameterSize = entry["params_string"]?.filledString
        quantization = entry["quantization"]?["name"]?.filledString
        contextMaximum = entry["max_context_length"]?.tokenCount
        hasTools = entry["capabilities"]?["trained_for_tool_use"]?.boolValue ?? false
        hasVision = entry["capabilities"]?["vision"]?.boolValue ?? false
    }

    /// Reads an entry of `GET /api/v0/models` (LM Studio 0.3.6 and newer).
    init?(v0 entry: JSONValue) {
        guard let key = entry["id"]?.filledString else { return nil }
        self.key = key
        let isLoaded = entry["state"]?.stringValue == "loaded"
        instances = isLoaded ? [Instance(id: key, context: entry["loaded_context_length"]?.tokenCount)] : []
        isEmbedding = entry["type"]?.stringValue == "embeddings"
        quantization = entry["quantization"]?.filledString
        contextMaximum = entry["max_context_length"]?.tokenCount
        hasVision = entry["type"]?.stringValue == "vlm"
        hasTools = entry["capabilities"]?.arrayValue?.contains("tool_use") ?? false
    }

    /// The name by which an instance is listed: the model's for the one that a request to the model gets, else its own.
    func name(of instance: Instance) -> ModelName {
        ModelName(instance == preferred ? key : instance.id, on: .lmStudio)
    }

    /// The instance that a request to the model is sent to.
    var preferred: Instance? { instances.first { $0.id == key } ?? instances.first }

    /// What the model can do.
    var capabilities: [String] {
        if isEmbedding { return ["embedding"] }
        return ["completion"] + (hasTools ? ["tools"] : []) + (hasVision ? ["vision"] : [])
    }
}
