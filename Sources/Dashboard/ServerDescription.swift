import PromptChainCore

/// What can be done on a server, so that no key is offered that cannot work. The bits are those of the management
/// core's capabilities.
public struct ServerAbilities: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: Int

    /// Abilities from bits.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Models can be loaded by name.
    public static let load = ServerAbilities(rawValue: 1)
    /// Models can be unloaded by name.
    public static let unload = ServerAbilities(rawValue: 2)
    /// How long a model stays in memory can be set.
    public static let keepAlive = ServerAbilities(rawValue: 4)
    /// The context length can be chosen when a model is loaded.
    public static let chooseContext = ServerAbilities(rawValue: 8)
    /// Models can be downloaded by name.
    public static let pull = ServerAbilities(rawValue: 16)
    /// Models can be deleted.
    public static let delete = ServerAbilities(rawValue: 32)
    /// The server lists installed models.
    public static let listInstalled = ServerAbilities(rawValue: 256)
    /// Everything.
    public static let all = ServerAbilities(rawValue: 511)
}

/// A server that the dashboard watches, before anything was heard from it.
public struct ServerDescription: Equatable, Sendable {
    /// Its name; unique in one program.
    public var name: String
    /// Its base address, without credentials.
    public var url: String
    /// The kind of server.
    public var provider: ModelProvider
    /// What can be done on it.
    public var abilities: ServerAbilities

    /// A server.
    public init(name: String, url: String, provider: ModelProvider, abilities: ServerAbilities = .all) {
        self.name = name
        self.url = url
        self.provider = provider
        self.abilities = abilities
    }
}
