/// Downloads a model of the catalogue, with the progress that the real server reports.
enum PullRoute {
    /// Bytes a simulated second.
    private static let bandwidth = 250e6

    static func add(to table: inout RouteTable) {
        table.add("POST", "/api/pull", pull)
        table.add("POST", "/api/push", push)
    }

    private static let schema = RequestSchema(
        name: "PullRequest",
        fields: [
            "model": .string, "name": .string, "stream": .bool, "insecure": .bool, "username": .string,
            "password": .string,
        ])

    private static func pull(_ exchange: Exchange) async throws -> Reply {
        let fields = try schema.decode(exchange.body)
        let reference: ModelReference
        do {
            reference = try ModelReference(fields.text("model").isEmpty ? fields.text("name") : fields.text("model"))
        } catch .conflicting(let text) {
            throw APIError(400, text)
        } catch {
            throw APIError(400, "invalid model name")
        }
        guard fields.streams else {
            var last = status("pulling manifest")
            do {
                try await run(reference, exchange) { last = $0 }
            } catch let error as APIError {
                return .json(error.body, status: 500, contentType: "application/json")
            }
            return .json(last, contentType: "application/json")
        }
        return ProgressStream.reply { report in try await run(reference, exchange, report: report) }
    }

    private static func run(
        _ reference: ModelReference, _ exchange: Exchange, report: (JSONValue) async throws -> Void
    ) async throws {
        try await report(status("pulling manifest"))
        let installed = await exchange.installed(reference.name)
        guard let model = exchange.settings.catalogue.model(named: reference.name) ?? installed,
            !reference.isCloud
        else { throw APIError(500, "pull model manifest: file does not exist") }
        for layer in layers(of: model) {
            try await download(layer, isThere: installed != nil, exchange, report: report)
        }
        for text in ["verifying sha256 digest", "writing manifest"] { try await report(status(text)) }
        await exchange.engine.change { state in
            var model = model
            model.name = reference.name.shortest
            model.isInstalled = true
            state.library.add(model, at: state.now)
        }
        try await report(status("success"))
    }

    private struct Layer {
        var digest: String
        var bytes: Int64
    }

    private static func layers(of model: SimulatedModel) -> [Layer] {
        [
            Layer(digest: model.weightsDigest, bytes: model.fileBytes),
            Layer(digest: Digest.hex("template of \(model.name)"), bytes: Int64(model.template.utf8.count)),
            Layer(digest: Digest.hex("license of \(model.family)"), bytes: 11_357),
            Layer(digest: Digest.hex("configuration of \(model.name)"), bytes: 487),
        ]
    }

    private static func download(
        _ layer: Layer, isThere: Bool, _ exchange: Exchange, report: (JSONValue) async throws -> Void
    ) async throws {
        func progress(_ completed: Int64?) -> JSONValue {
            .members([
                "status": .string("pulling \(layer.digest.prefix(12))"), "digest": .string("sha256:\(layer.digest)"),
                "total": .integer(layer.bytes), "completed": completed.map { .integer($0) },
            ])
        }
        guard !isThere else { return try await report(progress(layer.bytes)) }
        try await report(progress(nil))
        let start = exchange.clock.now
        let seconds = Double(layer.bytes) / bandwidth
        // The real server reports about sixteen times a second.
        let steps = max(1, min(Int(seconds / exchange.clock.speed * 16), 2000))
        for step in 1...steps {
            try await exchange.clock.sleep(until: start + seconds * Double(step) / Double(steps))
            try await report(progress(layer.bytes * Int64(step) / Int64(steps)))
        }
    }

    private static func push(_ exchange: Exchange) async throws -> Reply {
        let fields = try schema.decode(exchange.body)
        let spelling = fields.text("model").isEmpty ? fields.text("name") : fields.text("model")
        guard !spelling.isEmpty else { throw APIError(400, "model is required") }
        let isKnown = await exchange.installed(ModelName(spelling)) != nil
        let error = APIError(
            500, isKnown ? "you must be signed in to push models" : "couldn't retrieve manifest: file does not exist")
        guard fields.streams else { return .json(error.body, status: 500, contentType: "application/json") }
        return ProgressStream.reply { report in
            try await report(status("retrieving manifest"))
            throw error
        }
    }

    private static func status(_ text: String) -> JSONValue { .members(["status": .string(text)]) }
}

/// A stream of progress lines, whose errors are lines as well.
enum ProgressStream {
    static func reply(
        _ body: @escaping @Sendable (_ report: (JSONValue) async throws -> Void) async throws -> Void
    ) -> Reply {
        .stream(contentType: Reply.linesType) { write in
            do {
                try await body { try await write($0.serialized + "\n") }
            } catch let error as APIError {
                try await write(error.body.serialized + "\n")
            }
        }
    }
}
