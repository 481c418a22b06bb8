/// A model that the simulated server can hold: its file, its geometry and what it is able to do.
public struct SimulatedModel: Sendable, Equatable {
    /// The shape of the network, which decides how much memory a context needs.
    public struct Geometry: Sendable, Equatable {
        /// Blocks of the network.
        public var layers: Int
        /// Length of an embedding.
        public var embedding: Int
        /// Attention heads.
        public var heads: Int
        /// Heads that keep keys and values.
        public var kvHeads: Int
        /// Length of one key or value of one head.
        public var headLength: Int
        /// The longest context that the model was trained for, in tokens.
        public var contextMaximum: Int
        /// Words in the vocabulary.
        public var vocabulary: Int
        /// Length of the feed-forward layer.
        public var feedForward: Int
        /// How many tokens a layer with a sliding window keeps; `nil` when every layer keeps the whole context.
        public var slidingWindow: Int?
        /// Every how many layers one keeps the whole context, where the others have a sliding window.
        public var globalEvery: Int

        /// A geometry. Lengths count elements, `contextMaximum` and `slidingWindow` tokens.
        public init(
            layers: Int, embedding: Int, heads: Int, kvHeads: Int, headLength: Int? = nil, contextMaximum: Int,
            vocabulary: Int = 128_256, feedForward: Int? = nil, slidingWindow: Int? = nil, globalEvery: Int = 1
        ) {
            self.layers = layers
            self.embedding = embedding
            self.heads = heads
            self.kvHeads = kvHeads
            self.headLength = headLength ?? embedding / max(heads, 1)
            self.contextMaximum = contextMaximum
            self.vocabulary = vocabulary
            self.feedForward = feedForward ?? embedding * 4
            self.slidingWindow = slidingWindow
            self.globalEvery = globalEvery
        }
    }

    /// What is wrong with a model's file, so that it is listed and yet cannot be loaded.
    public enum Defect: String, Sendable, Equatable, CaseIterable {
        /// The file ends too early.
        case truncated
        /// The file is no model.
        case garbage
        /// The file is gone.
        case missing
    }

    /// The name with its tag, as `ollama list` shows it.
    public var name: String
    /// Size of the file in bytes.
    public var fileBytes: Int64
    /// The architecture, such as `llama`.
    public var family: String
    /// The number of parameters in words, such as `8.0B`.
    public var parameterSize: String
    /// The number of parameters.
    public var parameterCount: Int64
    /// The quantization, such as `Q4_K_M`.
    public var quantization: String
    /// The shape of the network.
    public var geometry: Geometry
    /// `completion`, `tools`, `vision`, `insert`, `thinking` or `embedding`.
    public var capabilities: [String]
    /// The share of the weights that one token reads: below 1 for a mixture of experts.
    public var activeShare: Double
    /// Whether the model is there at the start; one that is not can be pulled.
    public var isInstalled: Bool
    /// Names the weights: two models with the same key share one runner. The default is the name.
    public var weightsKey: String
    /// The digest of the manifest, 64 hexadecimal digits.
    public var digest: String
    /// The Modelfile's `PARAMETER` lines in order: name and value, both as text.
    public var parameters: [Parameter]
    /// The Modelfile's system message.
    public var system: String?
    /// The Modelfile's template.
    public var template: String
    /// What is wrong with the file.
    public var defect: Defect?

    /// One `PARAMETER` line of a Modelfile.
    public struct Parameter: Sendable, Equatable {
        /// The option's name.
        public var name: String
        /// The value as the Modelfile writes it.
        public var value: String

        /// A line.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A model. `fileBytes` counts bytes; see the properties for the rest.
    public init(
        name: String, fileBytes: Int64, family: String, parameterSize: String, parameterCount: Int64,
        quantization: String, geometry: Geometry, capabilities: [String] = ["completion"], activeShare: Double = 1,
        isInstalled: Bool = true, weightsKey: String? = nil, digest: String? = nil, parameters: [Parameter] = [],
        system: String? = nil, template: String = "{{ .Prompt }}", defect: Defect? = nil
    ) {
        self.name = name
        self.fileBytes = fileBytes
        self.family = family
        self.parameterSize = parameterSize
        self.parameterCount = parameterCount
        self.quantization = quantization
        self.geometry = geometry
        self.capabilities = capabilities
        self.activeShare = activeShare
        self.isInstalled = isInstalled
        self.weightsKey = weightsKey ?? name
        self.digest = digest ?? Digest.hex("manifest of \(name)")
        self.parameters = parameters
        self.system = system
        self.template = template
        self.defect = defect
    }

    /// Whether the model has a capability.
    func can(_ capability: String) -> Bool { capabilities.contains(capability) }

    /// The digest of the weights' layer, 64 hexadecimal digits.
    var weightsDigest: String { Digest.hex("weights of \(weightsKey)") }
}
