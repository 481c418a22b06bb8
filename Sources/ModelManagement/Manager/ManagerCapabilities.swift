/// What can be done with a provider's server, so that nothing is offered that cannot work.
public struct ManagerCapabilities: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: Int

    /// Capabilities from bits.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Models can be loaded by name.
    public static let load = ManagerCapabilities(rawValue: 1)
    /// Models can be unloaded by name.
    public static let unload = ManagerCapabilities(rawValue: 2)
    /// How long a model stays in memory can be set.
    public static let keepAlive = ManagerCapabilities(rawValue: 4)
    /// The context length can be chosen when a model is loaded.
    public static let chooseContext = ManagerCapabilities(rawValue: 8)
    /// Models can be downloaded by name.
    public static let pull = ManagerCapabilities(rawValue: 16)
    /// Models can be deleted.
    public static let delete = ManagerCapabilities(rawValue: 32)
    /// The server tells how much GPU memory a model takes.
    public static let reportsVRAM = ManagerCapabilities(rawValue: 64)
    /// The server tells how far a load has come.
    public static let loadProgress = ManagerCapabilities(rawValue: 128)
    /// The server lists installed models.
    public static let listInstalled = ManagerCapabilities(rawValue: 256)
}
