/// Makes a model from another one, and takes uploads.
enum CreateRoute {
    static func add(to table: inout RouteTable) {
        table.add("POST", "/api/create", create)
        table.add("HEAD", "/api/blobs/:", headBlob)
        table.add("POST", "/api/blobs/:", addBlob)
    }

    private static let schema = RequestSchema(
        name: "CreateRequest",
        fields: [
            "model": .string, "name": .string, "stream": .bool, "quantize": .string, "from": .string,
            "files": .stringMap, "adapters": .stringMap, "template": .string, "license": .raw, "system": .string,
            "parameters": .options, "messages": .messages, "quantization": .string, "renderer": .string,
            "parser": .string,
        ])

    private static func create(_ exchange: Exchange) async throws -> Reply {
        let fields = try schema.decode(exchange.body)
        let name = ModelName(fields.text("model").isEmpty ? fields.text("name") : fields.text("model"))
        guard name.isValid else { throw APIError(400, "invalid model name") }
        let from = fields.text("from")
        guard !from.isEmpty || fields["files"]?.members?.isEmpty == false else {
            throw APIError(400, "neither 'from' or 'files' was specified")
        }
        guard fields.streams else {
            var last = JSONValue.null
            do {
                try await run(name, fields, exchange) { last = $0 }
            } catch let error as APIError {
                return .json(error.body, status: error.status, contentType: "application/json")
            }
            return .json(last, contentType: "application/json")
        }
        return ProgressStream.reply { report in try await run(name, fields, exchange, report: report) }
    }

    private static func run(
        _ name: ModelName, _ fields: RequestFields, _ exchange: Exchange,
        report: (JSONValue) async throws -> Void
    ) async throws {
        func say(_ text: String) async throws { try await report(.members(["status": .string(text)])) }
        var model: SimulatedModel
        if fields.text("from").isEmpty {
            try await say("parsing GGUF")
            model = try uploaded(name, fields, exchange)
            try await say("verifying conversion")
        } else {
            let from = ModelName(fields.text("from"))
            guard let base = await exchange.installed(from) ?? exchange.settings.catalogue.model(named: from) else {
                throw APIError(500, "pull model manifest: file does not exist")
            }
            model = base
        }
        try await say("using existing layer sha256:\(model.weightsDigest)")
        model.name = name.shortest
        if !fields.text("template").isEmpty { model.template = fields.text("template") }
        if !fields.text("system").isEmpty { model.system = fields.text("system") }
        for parameter in fields["parameters"]?.members ?? [] {
            model.parameters.removeAll { $0.name == parameter.key }
            for value in parameter.value.elements ?? [parameter.value] {
                model.parameters.append(.init(parameter.key, value.text ?? value.serialized))
            }
        }
        model.digest = Digest.hex("\(model.name) \(model.weightsKey) \(model.parameters) \(model.system ?? "")")
        try await say("creating new layer sha256:\(Digest.hex("parameters of \(model.digest)"))")
        try await say("writing manifest")
        await exchange.engine.change { [model] state in state.library.add(model, at: state.now) }
        try await say("success")
    }

    /// A model of an uploaded file: nothing is read from it, so it gets the shape of a small one.
    private static func uploaded(
        _ name: ModelName, _ fields: RequestFields, _ exchange: Exchange
    ) throws -> SimulatedModel {
        let digest = fields["files"]?.members?.first?.value.text ?? ""
        guard let bytes = exchange.blobs.size(of: digest) else {
            throw APIError(400, "blob \"\(digest)\" not found")
        }
        let count = Int64(Double(bytes) / 0.57)
        return SimulatedModel(
            name: name.shortest, fileBytes: bytes, family: "llama",
            parameterSize: "\((Double(count) / 1e4).rounded() / 100)M", parameterCount: count, quantization: "Q4_0",
            geometry: .init(layers: 16, embedding: 1024, heads: 16, kvHeads: 4, contextMaximum: 8192),
            weightsKey: digest)
    }

    private static func headBlob(_ exchange: Exchange) async throws -> Reply {
        try check(exchange.parameter)
        guard exchange.blobs.size(of: exchange.parameter) != nil else {
            throw APIError(404, "blob \"\(exchange.parameter)\" not found")
        }
        return .empty()
    }

    private static func addBlob(_ exchange: Exchange) async throws -> Reply {
        try check(exchange.parameter)
        if exchange.blobs.size(of: exchange.parameter) != nil { return .empty() }
        var digest = Digest()
        digest.update(exchange.body)
        let found = "sha256:" + digest.finish()
        guard found == exchange.parameter else {
            throw APIError(400, "digest mismatch, expected \"\(exchange.parameter)\", got \"\(found)\"")
        }
        exchange.blobs.add(found, size: Int64(exchange.body.count))
        return .empty(status: 201)
    }

    private static func check(_ digest: String) throws(APIError) {
        let digits = digest.dropFirst(7)
        guard digest.hasPrefix("sha256:") || digest.hasPrefix("sha256-"), digits.count == 64,
            digits.allSatisfy(\.isHexDigit)
        else { throw APIError(400, "invalid digest format") }
    }
}
