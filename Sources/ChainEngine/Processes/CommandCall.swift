/// A program that a chain runs: its arguments as they are, never through a shell.
public struct CommandCall: Equatable, Sendable {
    /// The program and its arguments; placeholders are filled in each by itself.
    public var arguments: [PromptTemplate]
    /// Variables that are set beside those of this program.
    public var environment: [String: String]
    /// The folder in which it runs; `nil` for this program's own.
    public var folder: String?

    /// A program with its arguments.
    public init(_ arguments: [PromptTemplate], environment: [String: String] = [:], folder: String? = nil) {
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
    }
}
