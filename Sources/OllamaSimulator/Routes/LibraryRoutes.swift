/// Routes for what is installed: list, show, copy, delete.
enum LibraryRoutes {
    static func add(to table: inout RouteTable) {
        for method in ["GET", "HEAD"] { table.add(method, "/api/tags", tags) }
        table.add("POST", "/api/show", show)
        table.add("POST", "/api/copy", copy)
        table.add("DELETE", "/api/delete", delete)
        for path in ["/api/me", "/api/signout"] {
            table.add("POST", path) { _ in throw APIError(401, "unauthorized") }
        }
    }

    private static func tags(_ exchange: Exchange) async throws -> Reply {
        let entries = await exchange.engine.change { $0.library.sorted }
        return .json(
            .members(["models": .array(entries.map { ModelDescription.listed($0, clock: exchange.clock) })]))
    }

    private static func show(_ exchange: Exchange) async throws -> Reply {
        let schema = RequestSchema(
            name: "ShowRequest",
            fields: [
                "model": .string, "name": .string, "system": .string, "template": .string, "verbose": .bool,
                "options": .options,
            ])
        let fields = try schema.decode(exchange.body)
        let spelling = fields.text("model").isEmpty ? fields.text("name") : fields.text("model")
        guard !spelling.isEmpty else { throw APIError(400, "model is required") }
        return .json(try await shown(spelling, verbose: fields.bool("verbose") ?? false, exchange))
    }

    /// The description of a model, for `/api/show` and OpenAI's single model.
    static func entry(_ spelling: String, _ exchange: Exchange) async throws -> ModelLibrary.Entry {
        let reference: ModelReference
        do {
            reference = try ModelReference(spelling)
        } catch .conflicting(let text) {
            throw APIError(400, text)
        } catch .missing {
            throw APIError(400, "model is required")
        } catch .invalid {
            throw APIError(400, "invalid model name")
        }
        if reference.isCloud { throw APIError.cloud("remote model details are unavailable") }
        guard let entry = await exchange.engine.change({ $0.library[reference.name] }),
            entry.model.defect != .missing
        else { throw APIError(404, "model '\(reference.name.shortest)' not found") }
        if entry.model.defect == .garbage { throw APIError(500, "invalid file magic") }
        return entry
    }

    private static func shown(_ spelling: String, verbose: Bool, _ exchange: Exchange) async throws -> JSONValue {
        ModelDescription.shown(try await entry(spelling, exchange), verbose: verbose, clock: exchange.clock)
    }

    private static func copy(_ exchange: Exchange) async throws -> Reply {
        let schema = RequestSchema(name: "CopyRequest", fields: ["source": .string, "destination": .string])
        let fields = try schema.decode(exchange.body)
        let source = ModelName(fields.text("source"))
        let destination = ModelName(fields.text("destination"))
        guard source.isValid else { throw APIError(400, "source \"\(fields.text("source"))\" is invalid") }
        guard destination.isValid else {
            throw APIError(400, "destination \"\(fields.text("destination"))\" is invalid")
        }
        let isCopied = await exchange.engine.change { state -> Bool in
            guard var model = state.library[source]?.model else { return false }
            model.name = destination.shortest
            state.library.add(model, at: state.now)
            return true
        }
        guard isCopied else { throw APIError(404, "model \"\(fields.text("source"))\" not found") }
        return .empty()
    }

    private static func delete(_ exchange: Exchange) async throws -> Reply {
        let schema = RequestSchema(name: "DeleteRequest", fields: ["model": .string, "name": .string])
        let fields = try schema.decode(exchange.body)
        let spelling = fields.text("model").isEmpty ? fields.text("name") : fields.text("model")
        let reference: ModelReference
        do {
            reference = try ModelReference(spelling)
        } catch .missing {
            throw APIError(400, "model is required")
        } catch .conflicting(let text) {
            throw APIError(400, text)
        } catch .invalid {
            throw APIError(400, "name \"\(spelling)\" is invalid")
        }
        let isDeleted = await exchange.engine.change { state -> Bool in
            guard state.library[reference.name] != nil else { return false }
            state.library.remove(reference.name)
            return true
        }
        guard isDeleted else { throw APIError(404, "model '\(spelling)' not found") }
        return .empty()
    }
}

extension APIError {
    /// The refusal of a model that only Ollama's cloud has.
    static func cloud(_ operation: String) -> APIError {
        APIError(403, "ollama cloud is disabled: \(operation)")
    }
}
