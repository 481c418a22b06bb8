import PromptChainCore

/// A model of a chain, by its name alone or with parameters: `"ollama/mistral-small:22b"`, or
/// `ChainModel("ollama/deepseek-r1:70b", params: ["timeout": 1800])`.
public struct ChainModel: Equatable, Sendable, ExpressibleByStringLiteral {
    /// The model's name; a provider may stand in front.
    public var name: String
    /// Its parameters, under the names that chain files use: `api_base`, `timeout` (seconds, or a text such as `30m`),
    /// `num_ctx`, `think`, `format`, `system`, and the provider's own options.
    public var params: [String: JSONValue]
    /// The server that runs it: a name from the configuration or an address.
    public var server: String?

    /// A model.
    public init(_ name: String, params: [String: JSONValue] = [:], server: String? = nil) {
        self.name = name
        self.params = params
        self.server = server
    }

    /// A model without parameters.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The step in which the model follows an instruction.
    func step(named name: String, instruction: String) -> ChainStep {
        let call = ModelCall(
            model: ModelName(self.name), server: server, instruction: PromptTemplate(instruction))
        var step = ChainStep(name: name, action: .model(call))
        step.apply(params)
        return step
    }
}
