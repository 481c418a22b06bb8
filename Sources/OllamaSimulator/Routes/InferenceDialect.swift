/// How the pieces of an answer are written: in Ollama's two shapes or in OpenAI's two.
struct InferenceDialect: Sendable {
    /// Shapes.
    enum Shape: Sendable { case generate, chat, openAIChat, openAIText }

    /// A piece of an answer.
    enum Piece: Sendable {
        case thinking(String)
        case content(String)
        case call(AnswerComposer.ToolCall)
    }

    /// The figures at the end of an answer.
    struct Summary: Sendable {
        var doneReason: String
        /// Token numbers of prompt and answer; `nil` where the shape has none.
        var context: [Int]?
        var totalDuration: Int64
        var loadDuration: Int64
        var promptCount: Int
        var promptDuration: Int64
        var count: Int
        var duration: Int64
    }

    let shape: Shape
    /// The model as the request spells it.
    let model: String
    /// OpenAI's id of the answer.
    var id = ""
    /// Unix seconds, for OpenAI's shapes.
    var createdSeconds: Int64 = 0
    /// Whether OpenAI's stream ends with the usage.
    var includesUsage = false

    private var isOpenAI: Bool { shape == .openAIChat || shape == .openAIText }

    /// The type of a stream.
    var streamType: String { isOpenAI ? "text/event-stream" : Reply.linesType }

    /// The type of a whole answer.
    var bodyType: String { isOpenAI ? "application/json" : Reply.jsonType }

    /// The answer to a request that only loads or unloads.
    func short(_ reason: String, created: JSONValue) -> JSONValue {
        .members([
            "model": .string(model), "created_at": created, "response": shape == .generate ? "" : nil,
            "message": shape == .chat ? Self.message() : nil, "done": true, "done_reason": .string(reason),
        ])
    }

    /// One piece of a stream.
    func chunk(_ piece: Piece, created: JSONValue, isFirst: Bool) -> String {
        let line: JSONValue
        switch shape {
        case .generate:
            line = .members([
                "model": .string(model), "created_at": created, "response": .string(piece.content),
                "thinking": piece.thinking.map { .string($0) }, "done": false,
            ])
        case .chat:
            line = .members([
                "model": .string(model), "created_at": created,
                "message": Self.message(content: piece.content, thinking: piece.thinking, call: piece.call),
                "done": false,
            ])
        case .openAIChat:
            line = openAIChunk(
                .members([
                    "role": isFirst ? "assistant" : nil, "content": .string(piece.content),
                    "reasoning": piece.thinking.map { .string($0) },
                    "tool_calls": piece.call.map { .array([Self.openAICall($0)]) },
                ]), finish: .null)
        case .openAIText:
            line = openAIText(piece.content, finish: .null)
        }
        return framed(line)
    }

    /// The last lines of a stream.
    func end(_ summary: Summary, created: JSONValue, hasCall: Bool) -> [String] {
        switch shape {
        case .generate, .chat: return [framed(whole("", "", nil, summary, created: created))]
        case .openAIChat:
            let reason = hasCall && summary.doneReason == "stop" ? "tool_calls" : summary.doneReason
            var lines = [framed(openAIChunk(.object([]), finish: .string(reason)))]
            if includesUsage { lines.append(framed(openAIChunk(nil, finish: .null, usage: usage(summary)))) }
            return lines + ["data: [DONE]\n\n"]
        case .openAIText:
            var lines = [framed(openAIText("", finish: .string(summary.doneReason)))]
            if includesUsage { lines.append(framed(openAIText(nil, finish: .null, usage: usage(summary)))) }
            return lines + ["data: [DONE]\n\n"]
        }
    }

    /// A whole answer.
    func whole(
        _ content: String, _ thinking: String, _ call: AnswerComposer.ToolCall?, _ summary: Summary,
        created: JSONValue
    ) -> JSONValue {
        switch shape {
        case .generate, .chat:
            return .members([
                "model": .string(model), "created_at": created,
                "response": shape == .generate ? .string(content) : nil,
                "thinking": shape == .generate && !thinking.isEmpty ? .string(thinking) : nil,
                "message": shape == .chat
                    ? Self.message(content: content, thinking: thinking.isEmpty ? nil : thinking, call: call) : nil,
                "done": true, "done_reason": .string(summary.doneReason),
                "context": summary.context.map { .array($0.map { .integer(Int64($0)) }) },
                "total_duration": Self.unlessZero(summary.totalDuration),
                "load_duration": Self.unlessZero(summary.loadDuration),
                "prompt_eval_count": Self.unlessZero(Int64(summary.promptCount)),
                "prompt_eval_duration": Self.unlessZero(summary.promptDuration),
                "eval_count": Self.unlessZero(Int64(summary.count)),
                "eval_duration": Self.unlessZero(summary.duration),
            ])
        case .openAIChat:
            let reason = call != nil && summary.doneReason == "stop" ? "tool_calls" : summary.doneReason
            let message = JSONValue.members([
                "role": "assistant", "content": .string(content),
                "reasoning": thinking.isEmpty ? nil : .string(thinking),
                "tool_calls": call.map { .array([Self.openAICall($0)]) },
            ])
            return openAI(
                "chat.completion", usage: usage(summary),
                choices: [.members(["index": 0, "message": message, "finish_reason": .string(reason)])])
        case .openAIText: return openAIText(content, finish: .string(summary.doneReason), usage: usage(summary))
        }
    }

    /// The line of an error in the middle of a stream.
    func errorLine(_ text: String) -> String {
        let error = APIError(500, text)
        return framed(isOpenAI ? error.openAIBody : error.body)
    }

    /// A line that breaks off.
    func malformedLine() -> String {
        let start = framed(.members(["model": .string(model), "created_at": "2026-01-01T00:00:00Z"]))
        return start.trimmingWhitespace.dropLast(9) + (isOpenAI ? "\n\n" : "\n")
    }

    private func framed(_ line: JSONValue) -> String {
        isOpenAI ? "data: \(line.serialized)\n\n" : line.serialized + "\n"
    }

    private static func unlessZero(_ number: Int64) -> JSONValue? { number == 0 ? nil : .integer(number) }

    private static func message(
        content: String = "", thinking: String? = nil, call: AnswerComposer.ToolCall? = nil
    ) -> JSONValue {
        .members([
            "role": "assistant", "content": .string(content), "thinking": thinking.map { .string($0) },
            "tool_calls": call.map { call in
                .array([
                    .members([
                        "id": .string(call.id),
                        "function": .members([
                            "index": 0, "name": .string(call.name), "arguments": call.arguments,
                        ]),
                    ])
                ])
            },
        ])
    }

    private static func openAICall(_ call: AnswerComposer.ToolCall) -> JSONValue {
        .members([
            "id": .string(call.id), "index": 0, "type": "function",
            "function": .members(["name": .string(call.name), "arguments": .string(call.arguments.serialized)]),
        ])
    }

    private func usage(_ summary: Summary) -> JSONValue {
        .members([
            "prompt_tokens": .integer(Int64(summary.promptCount)), "completion_tokens": .integer(Int64(summary.count)),
            "total_tokens": .integer(Int64(summary.promptCount + summary.count)),
        ])
    }

    private func openAI(_ object: String, usage: JSONValue? = nil, choices: [JSONValue]) -> JSONValue {
        .members([
            "id": .string(id), "object": .string(object), "created": .integer(createdSeconds),
            "model": .string(model), "system_fingerprint": "fp_ollama", "choices": .array(choices), "usage": usage,
        ])
    }

    private func openAIChunk(_ delta: JSONValue?, finish: JSONValue, usage: JSONValue? = nil) -> JSONValue {
        let choice = delta.map { JSONValue.members(["index": 0, "delta": $0, "finish_reason": finish]) }
        return openAI("chat.completion.chunk", usage: usage, choices: choice.map { [$0] } ?? [])
    }

    private func openAIText(_ text: String?, finish: JSONValue, usage: JSONValue? = nil) -> JSONValue {
        let choice = text.map { JSONValue.members(["text": .string($0), "index": 0, "finish_reason": finish]) }
        return openAI("text_completion", usage: usage, choices: choice.map { [$0] } ?? [])
    }
}

extension InferenceDialect.Piece {
    fileprivate var content: String {
        if case .content(let text) = self { text } else { "" }
    }

    fileprivate var thinking: String? {
        if case .thinking(let text) = self { text } else { nil }
    }

    fileprivate var call: AnswerComposer.ToolCall? {
        if case .call(let call) = self { call } else { nil }
    }
}
