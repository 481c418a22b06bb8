/// Keys that the user chose for an action, as the configuration writes them, with their place for faults.
public struct KeyChoice: Equatable, Sendable {
    /// The action's name: `unload`, `focus.log`.
    public var action: String
    /// The keys: `u`, `Ctrl-L`; empty for an action that is to have none.
    public var keys: [String]
    /// The line of the name, from 1.
    public var line: Int
    /// The column of the name, from 1.
    public var column: Int
    /// The line of the keys, from 1.
    public var keysLine: Int
    /// The column of the keys, from 1.
    public var keysColumn: Int

    /// A choice.
    public init(
        action: String, keys: [String], line: Int = 0, column: Int = 0, keysLine: Int = 0, keysColumn: Int = 0
    ) {
        self.action = action
        self.keys = keys
        self.line = line
        self.column = column
        self.keysLine = keysLine
        self.keysColumn = keysColumn
    }
}
