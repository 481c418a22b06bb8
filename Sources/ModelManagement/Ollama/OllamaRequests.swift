import Foundation
import PromptChainCore

/// What is sent to Ollama.
enum OllamaRequest {
    /// The body of a call that loads, touches or unloads a model: no prompt, so nothing is generated.
    static func residency(_ model: String, load: LoadParameters) -> [UInt8] {
        var members: [String: JSONValue] = ["model": .string(model), "stream": false]
        members["keep_alive"] = load.keepAlive.ollamaValue
        let options = load.ollamaOptions
        if !options.isEmpty { members["options"] = .object(options) }
        return body(members)
    }

    /// The body of `/api/embed` that loads a model which cannot generate: no input.
    static func embedding(_ model: String, load: LoadParameters) -> [UInt8] {
        var members: [String: JSONValue] = ["model": .string(model)]
        members["keep_alive"] = load.keepAlive.ollamaValue
        let options = load.ollamaOptions
        if !options.isEmpty { members["options"] = .object(options) }
        return body(members)
    }

    /// The body of `/api/chat`.
    static func chat(_ request: GenerationRequest) -> [UInt8] {
        var members = parameters(of: request)
        members["model"] = .string(request.model.canonical)
        members["messages"] = .array(request.messages.map(message))
        if !request.tools.isEmpty { members["tools"] = .array(request.tools.map(\.wire)) }
        return body(members)
    }

    /// What goes into the body beside model, messages and tools. The options of the load win over those of the request:
    /// any difference in a runner's option makes Ollama load the model again.
    static func parameters(of request: GenerationRequest) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["stream": .bool(request.streams)]
        let options = request.options.merging(request.load.ollamaOptions) { $1 }
        if !options.isEmpty { members["options"] = .object(options) }
        members["keep_alive"] = request.load.keepAlive.ollamaValue
        members["think"] = request.think
        members["format"] = request.format
        return members
    }

    private static func message(_ message: ChatMessage) -> JSONValue {
        var members: [String: JSONValue] = ["role": .string(message.role), "content": .string(message.content)]
        if !message.images.isEmpty { members["images"] = .array(message.images.map { .string($0) }) }
        if !message.toolCalls.isEmpty {
            members["tool_calls"] = .array(
                message.toolCalls.enumerated().map { index, call in
                    var wire: [String: JSONValue] = [
                        "function": [
                            "index": .integer(Int64(index)), "name": .string(call.name), "arguments": call.arguments,
                        ]
                    ]
                    if !call.id.isEmpty { wire["id"] = .string(call.id) }
                    return .object(wire)
                })
        }
        members["tool_name"] = message.toolName.map { .string($0) }
        if let id = message.toolCallID, !id.isEmpty { members["tool_call_id"] = .string(id) }
        return .object(members)
    }

    /// A JSON object as bytes.
    static func body(_ members: [String: JSONValue]) -> [UInt8] {
        Array(JSONText.line(JSONValue.object(members)).utf8)
    }
}

extension KeepAlive {
    /// The value on the wire: a number of seconds, −1 for ever; nothing for what the server does by itself.
    var ollamaValue: JSONValue? {
        switch self {
        case .serverDefault: nil
        case .forever: .integer(-1)
        case .seconds(let seconds):
            seconds == seconds.rounded() && abs(seconds) < 1e15 ? .integer(Int64(seconds)) : .number(seconds)
        }
    }
}

extension LoadParameters {
    /// The runner's options on the wire.
    var ollamaOptions: [String: JSONValue] {
        var options = runnerOptions
        if let contextLength { options["num_ctx"] = .integer(Int64(contextLength)) }
        return options
    }
}
