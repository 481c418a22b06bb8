/// `/api/generate` and `/api/chat`.
enum InferenceRoutes {
    static func add(to table: inout RouteTable) {
        table.add("POST", "/api/generate") { try await generate($0) }
        table.add("POST", "/api/chat") { try await chat($0) }
    }

    private static let generateSchema = RequestSchema(
        name: "GenerateRequest",
        fields: [
            "model": .string, "prompt": .string, "suffix": .string, "system": .string, "template": .string,
            "context": .context, "stream": .bool, "raw": .bool, "format": .raw, "keep_alive": .keepAlive,
            "images": .images, "options": .options, "think": .think, "truncate": .bool, "shift": .bool,
            "logprobs": .bool, "top_logprobs": .int,
        ])

    private static let chatSchema = RequestSchema(
        name: "ChatRequest",
        fields: [
            "model": .string, "messages": .messages, "stream": .bool, "format": .raw, "keep_alive": .keepAlive,
            "tools": .tools, "options": .options, "think": .think, "truncate": .bool, "shift": .bool,
            "logprobs": .bool, "top_logprobs": .int,
        ])

    private static func generate(_ exchange: Exchange) async throws -> Reply {
        try await generate(
            try generateSchema.decode(exchange.body), exchange, InferenceDialect(shape: .generate, model: ""))
    }

    private static func chat(_ exchange: Exchange) async throws -> Reply {
        try await chat(try chatSchema.decode(exchange.body), exchange, InferenceDialect(shape: .chat, model: ""))
    }

    /// Answers a text request in a dialect; the dialect's model is filled in.
    static func generate(
        _ fields: RequestFields, _ exchange: Exchange, _ dialect: InferenceDialect
    ) async throws -> Reply {
        let spelling = fields.text("model")
        try checkLogprobs(fields)
        let model = try await model(spelling, exchange, whenMissing: APIError(404, "model '\(spelling)' not found"))
        let prompt = fields.text("prompt")
        let dialect = dialect.naming(spelling)
        if prompt.isEmpty, fields.keepAlive == .seconds(0) {
            await exchange.engine.change { $0.unload(weights: model.weightsKey) }
            return .json(dialect.short("unload", created: exchange.created))
        }
        let isRaw = fields.bool("raw") ?? false
        let hasExtras =
            !fields.text("template").isEmpty || !fields.text("system").isEmpty
            || fields["context"]?.elements?.isEmpty == false
        if isRaw, hasExtras { throw APIError(400, "raw mode does not support template, system, or context") }
        let thinks = try thinking(fields["think"], model, spelling)
        guard model.can("completion") else { throw APIError(400, "\"\(spelling)\" does not support generate") }
        try require(fields.text("suffix").isEmpty ? [] : ["insert"], model)
        let options = try await options(fields, model, exchange)
        let system = fields.text("system").isEmpty ? model.system ?? "" : fields.text("system")
        let inference = Inference(
            exchange: exchange, model: model, options: options, keepAlive: fields.keepAlive, dialect: dialect,
            question: AnswerComposer.Request(
                model: model, prompt: prompt, seed: options.seed, thinks: thinks, format: format(fields), tools: [],
                stops: options.stops, limit: options.limit),
            promptText: system.isEmpty ? prompt : "\(system)\n\(prompt)", streams: fields.streams,
            truncates: fields.bool("truncate"), hasContext: !isRaw)
        return prompt.isEmpty ? try await inference.load() : try await inference.run()
    }

    /// Answers a chat request in a dialect; the dialect's model is filled in.
    static func chat(_ fields: RequestFields, _ exchange: Exchange, _ dialect: InferenceDialect) async throws -> Reply {
        let spelling = fields.text("model")
        try checkLogprobs(fields)
        let model = try await model(spelling, exchange, whenMissing: APIError(400, "model is required"))
        let messages = fields["messages"]?.elements ?? []
        let dialect = dialect.naming(spelling)
        if messages.isEmpty, fields.keepAlive == .seconds(0) {
            await exchange.engine.change { $0.unload(weights: model.weightsKey) }
            return .json(dialect.short("unload", created: exchange.created))
        }
        let tools = fields["tools"]?.elements ?? []
        let thinks = try thinking(fields["think"], model, spelling)
        guard model.can("completion") else { throw APIError(400, "\"\(spelling)\" does not support chat") }
        try require(tools.isEmpty ? [] : ["tools"], model)
        let options = try await options(fields, model, exchange)
        let texts = messages.compactMap { $0["content"]?.text }
        // After a tool has answered the model speaks, it does not call again.
        let isAnswered = messages.last?["role"]?.text?.lowercased() == "tool"
        let question = messages.last { $0["role"]?.text?.lowercased() == "user" }?["content"]?.text
        let prompt = (isAnswered ? "\(question ?? "") \(texts.last ?? "")" : question) ?? texts.last ?? ""
        let inference = Inference(
            exchange: exchange, model: model, options: options, keepAlive: fields.keepAlive, dialect: dialect,
            question: AnswerComposer.Request(
                model: model, prompt: prompt, seed: options.seed, thinks: thinks, format: format(fields),
                tools: isAnswered ? [] : tools, toolAnswer: isAnswered ? texts.last ?? "" : nil, stops: options.stops,
                limit: options.limit),
            promptText: ([model.system].compactMap(\.self) + texts + tools.map(\.serialized)).joined(separator: "\n"),
            streams: fields.streams, truncates: fields.bool("truncate"))
        return messages.isEmpty ? try await inference.load() : try await inference.run()
    }

    /// The installed model that a request names.
    static func model(
        _ spelling: String, _ exchange: Exchange, whenMissing: APIError, notFound: String? = nil
    ) async throws -> SimulatedModel {
        let reference: ModelReference
        do {
            reference = try ModelReference(spelling)
        } catch .missing {
            throw whenMissing
        } catch .conflicting(let text) {
            throw APIError(400, text)
        } catch .invalid {
            throw APIError(400, "invalid model name")
        }
        if reference.isCloud { throw APIError.cloud("remote inference is unavailable") }
        guard let model = await exchange.installed(reference.name) else {
            throw APIError(404, notFound ?? "model '\(spelling)' not found")
        }
        return model
    }

    /// The options of a request over those of its model.
    static func options(
        _ fields: RequestFields, _ model: SimulatedModel, _ exchange: Exchange
    ) async throws -> RequestOptions {
        let context = await exchange.engine.change { $0.defaultContext }
        return try RequestOptions(
            fields["options"], model: model, defaultContext: context, shift: fields.bool("shift"))
    }

    private static func require(_ capabilities: [String], _ model: SimulatedModel) throws(APIError) {
        let missing = capabilities.filter { !model.can($0) }
        guard !missing.isEmpty else { return }
        throw APIError(400, "\(ModelName(model.name).full) does not support \(missing.joined(separator: "\n"))")
    }

    private static func thinking(
        _ value: JSONValue?, _ model: SimulatedModel, _ spelling: String
    ) throws(APIError) -> Bool {
        let wanted = value.map { $0.bool ?? true }
        if model.can("thinking") { return wanted ?? true }
        if wanted == true { throw APIError(400, "\"\(spelling)\" does not support thinking") }
        return false
    }

    private static func format(_ fields: RequestFields) -> JSONValue? {
        fields["format"].flatMap { $0.text == "" ? nil : $0 }
    }

    private static func checkLogprobs(_ fields: RequestFields) throws(APIError) {
        guard (0...20).contains(fields["top_logprobs"]?.int ?? 0) else {
            throw APIError(400, "top_logprobs must be between 0 and 20")
        }
    }
}

extension InferenceDialect {
    /// The same dialect for a model.
    fileprivate func naming(_ spelling: String) -> InferenceDialect {
        InferenceDialect(
            shape: shape, model: spelling, id: id, createdSeconds: createdSeconds, includesUsage: includesUsage)
    }
}
