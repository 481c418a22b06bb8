import PromptChainCore

/// A tool that is a function of the program itself.
public struct ToolFunction: Sendable {
    /// The name by which models call it: letters, digits, `_` and `-`, 64 at most. Names that begin with `mcp_` belong
    /// to the tools of servers.
    public var name: String
    /// What it does, for the model to read.
    public var summary: String
    /// The form of its arguments, as a JSON schema of an object.
    public var parameters: JSONValue
    /// Makes an answer of the arguments, which are an object. The model is told what it throws.
    public var body: @Sendable (_ arguments: JSONValue) async throws -> String

    /// A tool.
    ///
    /// ```swift
    /// ToolFunction(
    ///     "add", "Adds two numbers.",
    ///     parameters: ["type": "object", "properties": ["a": ["type": "number"], "b": ["type": "number"]]]
    /// ) { arguments in
    ///     String((arguments["a"]?.doubleValue ?? 0) + (arguments["b"]?.doubleValue ?? 0))
    /// }
    /// ```
    public init(
        _ name: String, _ summary: String, parameters: JSONValue = ["type": "object", "properties": [:]],
        body: @escaping @Sendable (_ arguments: JSONValue) async throws -> String
    ) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
        self.body = body
    }
}
