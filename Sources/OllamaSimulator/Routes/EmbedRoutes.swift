/// `/api/embed` and the older `/api/embeddings`.
enum EmbedRoutes {
    static func add(to table: inout RouteTable) {
        table.add("POST", "/api/embed", embed)
        table.add("POST", "/api/embeddings", embeddings)
    }

    /// What a server says whose model only completes.
    private static let unsupported = "This server does not support embeddings. Start it with `--embeddings`"

    private static let embedSchema = RequestSchema(
        name: "EmbedRequest",
        fields: [
            "model": .string, "input": .raw, "keep_alive": .keepAlive, "truncate": .bool, "dimensions": .int,
            "options": .options,
        ])

    private static let embeddingsSchema = RequestSchema(
        name: "EmbeddingRequest",
        fields: ["model": .string, "prompt": .string, "keep_alive": .keepAlive, "options": .options])

    /// Vectors and the figures of a request for them.
    struct Result: Sendable {
        var vectors: [[Float]]
        var promptCount: Int
        var totalDuration: Int64
        var loadDuration: Int64
    }

    private static func embed(_ exchange: Exchange) async throws -> Reply {
        let fields = try embedSchema.decode(exchange.body)
        let result = try await run(fields, exchange)
        let isEmpty = result.vectors.isEmpty
        return .json(
            .members([
                "model": .string(fields.text("model")),
                "embeddings": .array(result.vectors.map { .array($0.map { .float($0) }) }),
                "total_duration": isEmpty ? nil : .integer(result.totalDuration),
                "load_duration": isEmpty ? nil : .integer(result.loadDuration),
                "prompt_eval_count": isEmpty ? nil : .integer(Int64(result.promptCount)),
            ]))
    }

    /// Embeds the input of a request; without input it only loads the model.
    static func run(_ fields: RequestFields, _ exchange: Exchange) async throws -> Result {
        let spelling = fields.text("model")
        let missing = APIError(404, "model '\(spelling)' not found")
        // The input is judged before the model is looked up.
        if (try? ModelReference(spelling)) == nil {
            _ = try await InferenceRoutes.model(spelling, exchange, whenMissing: missing)
        }
        let input = try texts(fields["input"])
        let model = try await InferenceRoutes.model(
            spelling, exchange, whenMissing: missing,
            notFound: "model \"\(spelling)\" not found, try pulling it first")
        let options = try await InferenceRoutes.options(fields, model, exchange)
        let lease = try await lease(model, options, fields, spelling, exchange, needsSlot: !input.isEmpty)
        do {
            let vectors = try await compute(input, model, lease, fields, exchange)
            await exchange.engine.release(exchange.id)
            let clock = exchange.clock
            return Result(
                vectors: vectors, promptCount: input.reduce(0) { $0 + WordPieces.count($1) },
                totalDuration: max(1, clock.nanoseconds(clock.now - exchange.start)),
                loadDuration: max(1, clock.nanoseconds(lease.grantedAt - exchange.start)))
        } catch {
            await exchange.engine.release(exchange.id)
            throw error
        }
    }

    private static func lease(
        _ model: SimulatedModel, _ options: RequestOptions, _ fields: RequestFields, _ spelling: String,
        _ exchange: Exchange, needsSlot: Bool
    ) async throws -> RunnerLease {
        let request = RunnerRequest(
            id: exchange.id, model: model, options: options.runner, keepAlive: fields.keepAlive, needsSlot: needsSlot)
        do {
            return try await exchange.engine.acquire(request)
        } catch let refusal as RunnerRefusal {
            throw APIError(refusal, model: spelling)
        }
    }

    private static func compute(
        _ input: [String], _ model: SimulatedModel, _ lease: RunnerLease, _ fields: RequestFields,
        _ exchange: Exchange
    ) async throws -> [[Float]] {
        guard !input.isEmpty else { return [] }
        guard model.can("embedding") else { throw APIError(500, unsupported) }
        let counts = input.map(WordPieces.count)
        if fields.bool("truncate") == false, counts.contains(where: { $0 > lease.context }) {
            throw APIError(400, "the input length exceeds the context length")
        }
        let pace = GenerationPace(model: model, gpuShare: lease.gpuShare)
        try await exchange.clock.sleep(until: exchange.clock.now + pace.prefill(counts.reduce(0, +)))
        let dimensions = fields["dimensions"]?.int.flatMap { Int(exactly: $0) }
        return input.map { EmbeddingComposer.vector($0, model: model, dimensions: dimensions) }
    }

    private static func embeddings(_ exchange: Exchange) async throws -> Reply {
        let fields = try embeddingsSchema.decode(exchange.body)
        guard !fields.text("model").trimmingWhitespace.isEmpty else { throw APIError(400, "model is required") }
        var values = fields.values
        values["input"] = .string(fields.text("prompt"))
        let result = try await run(RequestFields(values: values), exchange)
        let numbers = result.vectors.first?.map { JSONValue.number(Double($0)) } ?? []
        return .json(.members(["embedding": .array(numbers)]))
    }

    private static func texts(_ input: JSONValue?) throws(APIError) -> [String] {
        switch input {
        case nil: return []
        case .string(let text): return text.isEmpty ? [] : [text]
        case .array(let elements):
            let texts = elements.compactMap(\.text)
            guard texts.count == elements.count else { throw APIError(400, "invalid input type") }
            return texts
        default: throw APIError(400, "invalid input type")
        }
    }
}

extension JSONValue {
    /// A number with no more digits than a `Float` has.
    static func float(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
}
