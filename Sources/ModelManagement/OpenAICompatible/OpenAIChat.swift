import Foundation
import PromptChainCore

/// A chat by OpenAI's API: the request's body, and the reading of the events, or of the whole answer.
struct OpenAIChat {
    /// Where failures are put into words.
    let connection: ServerConnection
    private var events = ServerSentEvents()
    private var reason: String?
    private var usage: OpenAIPayload.Usage?
    private var timings: OpenAIPayload.Timings?
    private var isDone = false
    private var calls = ToolCallAssembly()

    private init(connection: ServerConnection) {
        self.connection = connection
    }

    /// The body of a request.
    static func body(_ request: GenerationRequest, model: String) -> [UInt8] {
        var members = parameters(of: request)
        members["model"] = .string(model)
        members["messages"] = .array(OpenAIMessage.wire(request.messages))
        if !request.tools.isEmpty { members["tools"] = .array(request.tools.map(\.wire)) }
        return Array(JSONText.line(JSONValue.object(members)).utf8)
    }

    /// What goes into the body beside model, messages and tools. Ollama's names of the usual options are translated,
    /// others pass as they are.
    static func parameters(of request: GenerationRequest) -> [String: JSONValue] {
        var members: [String: JSONValue] = ["stream": .bool(request.streams)]
        if request.streams { members["stream_options"] = ["include_usage": true] }
        for (name, value) in request.options where name != "num_ctx" {
            members[name == "num_predict" ? "max_tokens" : name] = value
        }
        switch request.format {
        case .string("json"): members["response_format"] = ["type": "json_object"]
        case .object(let schema):
            members["response_format"] = [
                "type": "json_schema", "json_schema": ["name": "answer", "schema": .object(schema)],
            ]
        default: break
        }
        if let think = request.think?.boolValue {
            members["chat_template_kwargs"] = ["enable_thinking": .bool(think)]
        }
        return members
    }

    /// Sends a chat and gives what arrives.
    /// - Parameter streams: whether it was asked for piece by piece.
    /// - Throws: `ModelManagementError`; of kind `.interrupted` when the answer ends without being done.
    static func receive(
        _ call: HTTPCall, streams: Bool, on connection: ServerConnection, give: (GenerationEvent) -> Void
    ) async throws {
        try await streams ? stream(call, on: connection, give: give) : whole(call, on: connection, give: give)
    }

    /// The longest answer that is read as a whole, in bytes.
    private static let longestAnswer = 64 << 20

    private static func whole(
        _ call: HTTPCall, on connection: ServerConnection, give: (GenerationEvent) -> Void
    ) async throws {
        var chat = OpenAIChat(connection: connection)
        let answer = try await connection.open(call)
        var bytes: [UInt8] = []
        do {
            for try await chunk in answer.body {
                bytes += chunk.readableBytesView
                if bytes.count > longestAnswer { throw connection.malformed(Data(bytes.prefix(200)), call) }
            }
        } catch let error as ModelManagementError {
            throw error
        } catch {
            throw connection.streamFailure(call, error)
        }
        try Task.checkCancellation()
        try chat.take(String(decoding: bytes, as: UTF8.self), call, give)
        try chat.finish(call, give)
    }

    private static func stream(
        _ call: HTTPCall, on connection: ServerConnection, give: (GenerationEvent) -> Void
    ) async throws {
        var chat = OpenAIChat(connection: connection)
        let answer = try await connection.open(call)
        do {
            for try await chunk in answer.body {
                for event in try chat.events.feed(chunk.readableBytesView) { try chat.take(event.data, call, give) }
                if chat.isDone { break }
            }
        } catch let error as ModelManagementError {
            throw error
        } catch {
            throw connection.streamFailure(call, error)
        }
        if !chat.isDone, let last = chat.events.finish() { try chat.take(last.data, call, give) }
        try Task.checkCancellation()
        try chat.finish(call, give)
    }

    private func finish(_ call: HTTPCall, _ give: (GenerationEvent) -> Void) throws {
        guard isDone || reason != nil else {
            throw connection.make(
                call, .interrupted, "the answer ended before it was done",
                hint: "The server may have been stopped or have run out of memory; its log says why.")
        }
        let calls = calls.complete
        if !calls.isEmpty { give(.toolCalls(calls)) }
        give(.finished(metrics))
    }

    private mutating func take(_ data: String, _ call: HTTPCall, _ give: (GenerationEvent) -> Void) throws {
        if data == "[DONE]" {
            isDone = true
            return
        }
        let bytes = Data(data.utf8)
        if let error = ErrorBody.text(bytes) { throw connection.make(call, .interrupted, error) }
        guard let chunk = try? JSONDecoder().decode(OpenAIPayload.ChatChunk.self, from: bytes) else {
            throw connection.malformed(bytes, call)
        }
        usage = chunk.usage ?? usage
        timings = chunk.timings ?? timings
        guard let choice = chunk.choices?.first else { return }
        reason = choice.finishReason ?? reason
        let part = choice.delta ?? choice.message
        if let thinking = part?.reasoningContent ?? part?.reasoning, !thinking.isEmpty { give(.thinking(thinking)) }
        if let text = part?.content, !text.isEmpty { give(.text(text)) }
        for call in part?.toolCalls ?? [] { calls.add(call) }
    }

    private var metrics: GenerationMetrics {
        GenerationMetrics(
            reason: reason, promptSeconds: timings?.promptMS.map { $0 / 1000 },
            outputSeconds: timings?.predictedMS.map { $0 / 1000 },
            promptTokens: timings?.promptN ?? usage?.promptTokens,
            outputTokens: usage?.completionTokens ?? timings?.predictedN)
    }
}
