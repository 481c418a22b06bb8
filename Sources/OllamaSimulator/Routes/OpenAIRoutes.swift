/// The part of OpenAI's API that Ollama speaks: models, chat, completions, embeddings.
enum OpenAIRoutes {
    static func add(to table: inout RouteTable) {
        table.add("GET", "/v1/models", models)
        table.add("GET", "/v1/models/:", model)
        table.add("POST", "/v1/chat/completions", chat)
        table.add("POST", "/v1/completions", completions)
        table.add("POST", "/v1/embeddings", embeddings)
    }

    private static let sampling: [String: RequestSchema.Kind] = [
        "model": .string, "stream": .bool, "stream_options": .raw, "max_tokens": .int, "seed": .int, "stop": .raw,
        "temperature": .number, "frequency_penalty": .number, "presence_penalty": .number, "top_p": .number,
    ]

    private static let chatSchema = RequestSchema(
        name: "ChatCompletionRequest",
        fields: sampling.merging([
            "messages": .list("[]openai.Message"), "response_format": .raw, "tools": .list("[]api.Tool"),
            "reasoning": .raw, "reasoning_effort": .string,
        ]) { first, _ in first })

    private static let completionSchema = RequestSchema(
        name: "CompletionRequest",
        fields: sampling.merging(["prompt": .string, "suffix": .string]) { first, _ in first })

    private static func models(_ exchange: Exchange) async throws -> Reply {
        let entries = await exchange.engine.change { $0.library.sorted }
        let data = entries.map { described($0, exchange) }
        return .json(
            .members(["object": "list", "data": .array(data)]), contentType: "application/json")
    }

    private static func model(_ exchange: Exchange) async throws -> Reply {
        let spelling = exchange.parameter.removingPercentEncoding ?? exchange.parameter
        var entry = try await LibraryRoutes.entry(spelling, exchange)
        entry.model.name = spelling
        return .json(described(entry, exchange), contentType: "application/json")
    }

    private static func described(_ entry: ModelLibrary.Entry, _ exchange: Exchange) -> JSONValue {
        let name = ModelName(entry.model.name)
        return .members([
            "id": .string(entry.model.name), "object": "model",
            "created": .integer(Int64(exchange.clock.date(at: entry.modified).timeIntervalSince1970)),
            "owned_by": .string(name.namespace),
        ])
    }

    private static func chat(_ exchange: Exchange) async throws -> Reply {
        let fields = try decode(chatSchema, exchange)
        let messages = try messages(fields["messages"]?.elements ?? [])
        guard !messages.isEmpty else { throw APIError(400, "[] is too short - 'messages'") }
        var values = common(fields)
        values["messages"] = .array(messages)
        values["tools"] = fields["tools"]
        values["think"] = think(fields)
        switch fields["response_format"]?["type"]?.text {
        case "json_object": values["format"] = "json"
        case "json_schema": values["format"] = fields["response_format"]?["json_schema"]?["schema"]
        default: break
        }
        return try await InferenceRoutes.chat(
            RequestFields(values: values), exchange, dialect(.openAIChat, "chatcmpl", fields, exchange))
    }

    private static func completions(_ exchange: Exchange) async throws -> Reply {
        let fields = try decode(completionSchema, exchange)
        var values = common(fields)
        values["prompt"] = fields["prompt"]
        values["suffix"] = fields["suffix"]
        return try await InferenceRoutes.generate(
            RequestFields(values: values), exchange, dialect(.openAIText, "cmpl", fields, exchange))
    }

    private static func embeddings(_ exchange: Exchange) async throws -> Reply {
        let schema = RequestSchema(
            name: "EmbedRequest",
            fields: ["model": .string, "input": .raw, "dimensions": .int, "encoding_format": .string])
        let fields = try decode(schema, exchange)
        let input = fields["input"]
        guard let input, input != "", input.elements?.isEmpty != true else { throw APIError(400, "invalid input") }
        let result = try await EmbedRoutes.run(fields, exchange)
        let data = result.vectors.enumerated().map { index, vector -> JSONValue in
            .members([
                "object": "embedding", "embedding": .array(vector.map { .float($0) }), "index": .integer(Int64(index)),
            ])
        }
        let usage = JSONValue.members([
            "prompt_tokens": .integer(Int64(result.promptCount)), "total_tokens": .integer(Int64(result.promptCount)),
        ])
        return .json(
            .members([
                "object": "list", "data": .array(data), "model": .string(fields.text("model")), "usage": usage,
            ]), contentType: "application/json")
    }

    private static func decode(_ schema: RequestSchema, _ exchange: Exchange) throws(APIError) -> RequestFields {
        do {
            return try schema.decode(exchange.body)
        } catch {
            // Here the real server passes on Go's word for an empty body.
            throw error.text == "missing request body" ? APIError(400, "EOF") : error
        }
    }

    /// What chat and completion have in common, in the words of Ollama's own API.
    private static func common(_ fields: RequestFields) -> [String: JSONValue] {
        var options: [JSONMember] = []
        if let limit = fields["max_tokens"] { options.append(JSONMember(key: "num_predict", value: limit)) }
        for key in ["seed", "temperature", "frequency_penalty", "presence_penalty", "top_p"] {
            if let value = fields[key] { options.append(JSONMember(key: key, value: value)) }
        }
        switch fields["stop"] {
        case .string(let stop): options.append(JSONMember(key: "stop", value: [.string(stop)]))
        case .array(let stops): options.append(JSONMember(key: "stop", value: .array(stops)))
        default: break
        }
        var values: [String: JSONValue] = [
            "options": .object(options), "stream": .bool(fields.bool("stream") ?? false),
        ]
        values["model"] = fields["model"]
        return values
    }

    private static func think(_ fields: RequestFields) -> JSONValue? {
        let effort = fields["reasoning"]?["effort"]?.text ?? fields["reasoning_effort"]?.text
        return effort.map { $0 == "none" ? false : .string($0) }
    }

    private static func messages(_ elements: [JSONValue]) throws(APIError) -> [JSONValue] {
        var messages: [JSONValue] = []
        for element in elements {
            let role = element["role"]?.text ?? ""
            switch element["content"] {
            case .string(let text): messages.append(.members(["role": .string(role), "content": .string(text)]))
            case .array(let parts):
                for part in parts {
                    guard part.members != nil else { throw APIError(400, "invalid message format") }
                    messages.append(.members(["role": .string(role), "content": part["text"] ?? ""]))
                }
            case nil, .null: messages.append(.members(["role": .string(role), "content": ""]))
            default: throw APIError(400, "invalid message content type")
            }
        }
        return messages
    }

    private static func dialect(
        _ shape: InferenceDialect.Shape, _ prefix: String, _ fields: RequestFields, _ exchange: Exchange
    ) -> InferenceDialect {
        InferenceDialect(
            shape: shape, model: fields.text("model"), id: "\(prefix)-\(exchange.id % 1000)",
            createdSeconds: Int64(exchange.clock.date(at: exchange.clock.now).timeIntervalSince1970),
            includesUsage: fields["stream_options"]?["include_usage"]?.bool ?? false)
    }
}
