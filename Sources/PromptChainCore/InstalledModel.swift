import Foundation

/// A model that a server has on disk, ready to be loaded.
public struct InstalledModel: Equatable, Sendable {
    /// The name as the server lists it.
    public var name: ModelName
    /// The server's name.
    public var server: String
    /// The size of the weights on disk, in bytes.
    public var sizeBytes: Int64?
    /// The count of parameters as people write it: `22.2B`.
    public var parameterSize: String?
    /// The quantisation: `Q4_K_M`.
    public var quantization: String?
    /// The longest context that the model was trained for, in tokens.
    public var contextMaximum: Int?
    /// What the model can do: `completion`, `embedding`, `tools`, `vision`, `thinking`; `nil` when the server does not say.
    public var capabilities: [String]?
    /// When the files were last changed.
    public var modifiedAt: Date?
    /// The digest of its manifest.
    public var digest: String?

    /// A model on disk.
    public init(
        name: ModelName, server: String, sizeBytes: Int64? = nil, parameterSize: String? = nil,
        quantization: String? = nil, contextMaximum: Int? = nil, capabilities: [String]? = nil,
        modifiedAt: Date? = nil, digest: String? = nil
    ) {
        self.name = name
        self.server = server
        self.sizeBytes = sizeBytes
        self.parameterSize = parameterSize
        self.quantization = quantization
        self.contextMaximum = contextMaximum
        self.capabilities = capabilities
        self.modifiedAt = modifiedAt
        self.digest = digest
    }

    /// Whether the model runs in the cloud: it then uses no VRAM here and is left out of plans.
    public var isCloud: Bool { name.isCloud }

    /// Whether the model only embeds text and cannot generate any; `false` when the server does not say.
    public var isEmbeddingOnly: Bool {
        guard let capabilities else { return false }
        return capabilities.contains("embedding") && !capabilities.contains("completion")
    }
}

extension InstalledModel: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, server, sizeBytes = "size_bytes", parameterSize = "parameter_size", quantization
        case contextMaximum = "context_maximum", capabilities, modifiedAt = "modified_at", cloud
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name.canonical, forKey: .name)
        try container.encode(server, forKey: .server)
        try container.encode(sizeBytes, forKey: .sizeBytes)
        try container.encode(parameterSize, forKey: .parameterSize)
        try container.encode(quantization, forKey: .quantization)
        try container.encode(contextMaximum, forKey: .contextMaximum)
        try container.encode(capabilities, forKey: .capabilities)
        try container.encode(modifiedAt.map(Timestamp.text), forKey: .modifiedAt)
        try container.encode(isCloud, forKey: .cloud)
    }
}
