import Foundation

/// What is known about one model on one server. What is not known is `nil`, never 0.
public struct ModelInfo: Equatable, Sendable {
    /// The name as the server lists it.
    public var name: ModelName
    /// The kind of server.
    public var provider: ModelProvider
    /// The server's name, as the configuration or the URL gives it.
    public var server: String
    /// Whether the model is in memory now.
    public var isLoaded: Bool
    /// All memory that the loaded model takes, CPU and GPU together, in bytes: weights, KV cache and buffers.
    public var sizeBytes: Int64?
    /// The part of it in GPU memory, in bytes, as the server says.
    public var vramBytes: Int64?
    /// The context allocated for it, in tokens.
    public var contextLength: Int?
    /// When the server will unload it by itself. While the model works, servers leave an old value standing.
    public var expiresAt: Date?
    /// Whether it stays until somebody unloads it.
    public var isPinned: Bool
    /// How long the last load by this program took, in seconds.
    public var loadSeconds: Double?
    /// When this program last used it.
    public var lastUsed: Date?
    /// The digest of the weights' manifest, where the server has one.
    public var digest: String?
    /// What else the server says: parameter size, quantisation, family.
    public var parameters: [String: JSONValue]

    /// A description of one model.
    public init(
        name: ModelName, provider: ModelProvider, server: String, isLoaded: Bool = false, sizeBytes: Int64? = nil,
        vramBytes: Int64? = nil, contextLength: Int? = nil, expiresAt: Date? = nil, isPinned: Bool = false,
        loadSeconds: Double? = nil, lastUsed: Date? = nil, digest: String? = nil, parameters: [String: JSONValue] = [:]
    ) {
        self.name = name
        self.provider = provider
        self.server = server
        self.isLoaded = isLoaded
        self.sizeBytes = sizeBytes
        self.vramBytes = vramBytes
        self.contextLength = contextLength
        self.expiresAt = expiresAt
        self.isPinned = isPinned
        self.loadSeconds = loadSeconds
        self.lastUsed = lastUsed
        self.digest = digest
        self.parameters = parameters
    }

    /// GPU memory in MB (10⁶ bytes), the unit of the original `vram_usage`.
    public var vramUsage: Int? { vramBytes.map { Int($0 / 1_000_000) } }

    /// How long the last load took, in seconds; the name that the original uses.
    public var loadTime: Double? { loadSeconds }

    /// The part held in the computer's own memory, in bytes: the model spilled if it is more than 0.
    public var cpuBytes: Int64? {
        guard let sizeBytes, let vramBytes else { return nil }
        return vramBytes >= 0 && vramBytes < sizeBytes ? sizeBytes - vramBytes : 0
    }

    /// The share in GPU memory, 0…1.
    public var vramFraction: Double? {
        guard let sizeBytes, let vramBytes, sizeBytes > 0 else { return nil }
        return min(1, Double(vramBytes) / Double(sizeBytes))
    }
}

extension ModelInfo: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, provider, server, isLoaded = "is_loaded", sizeBytes = "size_bytes", vramBytes = "vram_bytes"
        case cpuBytes = "cpu_bytes", contextLength = "context_length", expiresAt = "expires_at", pinned
        case loadSeconds = "load_seconds", lastUsed = "last_used", digest, parameters
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name.canonical, forKey: .name)
        try container.encode(provider, forKey: .provider)
        try container.encode(server, forKey: .server)
        try container.encode(isLoaded, forKey: .isLoaded)
        try container.encode(sizeBytes, forKey: .sizeBytes)
        try container.encode(vramBytes, forKey: .vramBytes)
        try container.encode(cpuBytes, forKey: .cpuBytes)
        try container.encode(contextLength, forKey: .contextLength)
        try container.encode(isPinned ? nil : expiresAt.map(Timestamp.text), forKey: .expiresAt)
        try container.encode(isPinned, forKey: .pinned)
        try container.encode(loadSeconds, forKey: .loadSeconds)
        try container.encode(lastUsed.map(Timestamp.text), forKey: .lastUsed)
        try container.encode(digest, forKey: .digest)
        try container.encode(parameters, forKey: .parameters)
    }
}
