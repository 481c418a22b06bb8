import Dashboard
import ModelManagement
import PromptChainCore

/// A server that is watched: its manager, and what the configuration says about it.
public struct WatchedServer: Sendable {
    /// The server's name; unique in one program.
    public var name: String
    /// Its base address, without credentials.
    public var url: String
    /// The kind of server.
    public var provider: ModelProvider
    /// What talks to it.
    public var manager: any ModelManager
    /// The GPU memory that it can use, in bytes, where the configuration or a flag gives it.
    public var capacityBytes: Int64?
    /// What a load that spilled told about its memory, in bytes, for a version of the server; it counts where nothing else
    /// says a capacity.
    public var learnedCapacity: @Sendable (_ version: String?) -> Int64?
    /// Reads the GPUs that it can use, where they can be read.
    public var readGPUs: @Sendable () async -> [GPUReading]
    /// Tells what its models are doing, where that can be seen; takes the models that it lists as loaded.
    public var readActivities: @Sendable ([ModelInfo]) async -> [ModelActivity]
    /// Tells who is connected to it; `nil` where that cannot be seen.
    public var readClients: @Sendable () async -> [ServerClient]?
    /// Looks at what it has on its disk, and how long its loads took before.
    public var libraryWatch: ServerLibraryWatch?
    /// Its own log, where that may be found.
    public var log: ServerLog?

    /// A connection.
    public init(
        name: String, url: String, provider: ModelProvider, manager: any ModelManager, capacityBytes: Int64? = nil,
        learnedCapacity: @escaping @Sendable (_ version: String?) -> Int64? = { _ in nil },
        readGPUs: @escaping @Sendable () async -> [GPUReading] = { [] },
        readActivities: @escaping @Sendable ([ModelInfo]) async -> [ModelActivity] = { _ in [] },
        readClients: @escaping @Sendable () async -> [ServerClient]? = { nil }, libraryWatch: ServerLibraryWatch? = nil,
        log: ServerLog? = nil
    ) {
        self.name = name
        self.url = url
        self.provider = provider
        self.manager = manager
        self.capacityBytes = capacityBytes
        self.learnedCapacity = learnedCapacity
        self.readGPUs = readGPUs
        self.readActivities = readActivities
        self.readClients = readClients
        self.libraryWatch = libraryWatch
        self.log = log
    }

    /// What can be done with it. A manager that does not say so can load and unload.
    public var capabilities: ManagerCapabilities {
        (manager as? any ServerInspector)?.capabilities ?? [.load, .unload]
    }

    /// The server as the dashboard knows it. The kind is what its manager found, where it looked.
    public var description: ServerDescription {
        let inspector = manager as? any ServerInspector
        return ServerDescription(
            name: name, url: url, provider: inspector?.provider ?? provider,
            abilities: ServerAbilities(rawValue: capabilities.rawValue))
    }

    /// The manager as a library of installed models.
    /// - Throws: `ModelManagementError` when it is none.
    public func library(for action: String) throws -> any ModelLibrary {
        guard let library = manager as? any ModelLibrary else { throw unsupported(action) }
        return library
    }

    /// What the server tells about a model.
    /// - Throws: `ModelManagementError`, also when the manager cannot say.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        guard let generator = manager as? any TextGenerator else { throw unsupported("describe \(name)") }
        return try await generator.describe(name)
    }

    private func unsupported(_ action: String) -> ModelManagementError {
        ModelManagementError(
            kind: .notSupported, action: action, server: name, reason: "\(provider) servers offer no such call")
    }
}
