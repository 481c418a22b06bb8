import Foundation
import PromptChainCore

/// A tool that a model is offered.
public struct ToolDefinition: Hashable, Sendable {
    /// The name by which the model calls it: letters, digits, `_` and `-`, 64 at most.
    public var name: String
    /// What it does, for the model to read.
    public var summary: String?
    /// The form of its arguments, as a JSON schema of an object.
    public var parameters: JSONValue

    /// A tool.
    public init(name: String, summary: String? = nil, parameters: JSONValue = ["type": "object", "properties": [:]]) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
    }

    /// The tool as both Ollama and OpenAI's API write it.
    var wire: JSONValue {
        var function: [String: JSONValue] = ["name": .string(name), "parameters": parameters]
        function["description"] = summary.map { .string($0) }
        return ["type": "function", "function": .object(function)]
    }
}

/// A call of a tool that a model asks for.
public struct ToolCall: Hashable, Sendable {
    /// What tells it from others of the conversation; empty where the server gives none.
    public var id: String
    /// The tool, by the name under which it was offered.
    public var name: String
    /// What it is asked: an object; empty when what came was none.
    public var arguments: JSONValue
    /// What came in place of an object, where the model wrote something else.
    public var malformedArguments: String?

    /// A call.
    public init(id: String = "", name: String, arguments: JSONValue = [:], malformedArguments: String? = nil) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.malformedArguments = malformedArguments
    }

    /// A call whose arguments are a text that should hold an object. Nothing at all is an empty object.
    init(id: String, name: String, text: String) {
        let isBlank = text.allSatisfy(\.isWhitespace)
        let value = isBlank ? [:] : try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        switch value {
        case .object?: self.init(id: id, name: name, arguments: value ?? [:])
        case .null?: self.init(id: id, name: name)
        // Some servers write the object as a text inside the text.
        case .string(let inner)? where inner != text: self.init(id: id, name: name, text: inner)
        default: self.init(id: id, name: name, malformedArguments: text)
        }
    }

    /// A call whose arguments came as a value.
    init(id: String, name: String, value: JSONValue?) {
        switch value {
        case .object(let members)?: self.init(id: id, name: name, arguments: .object(members))
        case .string(let text)?: self.init(id: id, name: name, text: text)
        case nil, .null?: self.init(id: id, name: name)
        case let other?: self.init(id: id, name: name, malformedArguments: JSONText.line(other))
        }
    }
}
