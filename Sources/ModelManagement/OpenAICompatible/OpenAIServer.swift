import Foundation
import PromptChainCore

/// A server that generates by OpenAI's API and has an API of its own for its models. Here is what such servers have in
/// common: reading, finding a model by its name, and how a load and an unload go.
struct OpenAIServer: Sendable {
    /// A model as `/v1/models` lists it.
    struct Listed: Sendable {
        /// The name in the server's own spelling: requests carry it as it stands.
        var id: String
        /// All that the server says about it.
        var entry: JSONValue
    }

    let connection: ServerConnection
    let log: ManagerLog
    let journal = LoadJournal()
    /// How long an unload is watched, in seconds.
    let unloadDeadline: Double

    init(
        configuration: ServerConfiguration, provider: ModelProvider, log: ManagerLog?, timekeeper: Timekeeper,
        unloadDeadline: Double
    ) {
        var configuration = configuration
        configuration.provider = provider
        connection = ServerConnection(configuration: configuration, timekeeper: timekeeper)
        self.log = log ?? ManagerLog(provider: provider, verbose: configuration.verbose)
        self.unloadDeadline = unloadDeadline
    }

    var name: String { connection.name }

    /// Sends a call that must succeed.
    @discardableResult
    func success(_ call: HTTPCall) async throws -> HTTPReply {
        let reply = try await connection.reply(call)
        guard reply.isSuccess else { throw connection.failure(call, reply: reply) }
        return reply
    }

    /// Reads an object.
    func object(_ path: String, action: String) async throws -> JSONValue {
        let call = HTTPCall("GET", path, action: action)
        return try object(try await success(call), of: call)
    }

    /// The version that a server tells at a path; `nil` for one that does not have it, or hides it.
    func version(at path: String) async throws -> String? {
        let call = HTTPCall("GET", path, action: "ask for the version")
        let reply = try await connection.reply(call)
        if reply.status == 404 { return nil }
        guard reply.isSuccess else { throw connection.failure(call, reply: reply) }
        return try object(reply, of: call)["version"]?.filledString
    }

    /// The object in an answer.
    func object(_ reply: HTTPReply, of call: HTTPCall) throws -> JSONValue {
        guard let value = Self.object(reply.body) else { throw unreadable(call, reply) }
        return value
    }

    /// The object in a body, if it is one.
    static func object(_ body: Data) -> JSONValue? {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: body), case .object = value else {
            return nil
        }
        return value
    }

    /// The failure when an answer is a success by its status and not what it should be.
    func unreadable(_ call: HTTPCall, _ reply: HTTPReply) -> ModelManagementError {
        connection.foreign(call, reply) ?? connection.make(call, .foreign, "the answer cannot be read")
    }

    /// The models of `/v1/models`.
    func models(action: String) async throws -> [Listed] {
        let call = HTTPCall("GET", "/v1/models", action: action)
        let reply = try await success(call)
        guard let data = try object(reply, of: call)["data"]?.arrayValue else { throw unreadable(call, reply) }
        return data.compactMap { entry in entry["id"]?.filledString.map { Listed(id: $0, entry: entry) } }
    }

    /// The model of a list that a name means: by the exact spelling, or else by the one that compares.
    func match<Element>(_ name: ModelName, in list: [Element], id: (Element) -> String) -> Element? {
        list.first { id($0) == name.text }
            ?? list.first { ModelName(id($0), on: connection.provider) == name }
    }

    /// The failure for a name that the server does not know.
    func unknown(_ name: ModelName, action: String, of known: [String]) -> ModelManagementError {
        let near = Nearest.match(name.short, in: known).map { "Did you mean \($0)? " } ?? ""
        let shown = known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", …" : "")
        return ModelManagementError(
            kind: .modelNotFound, action: action, server: self.name, reason: "it has no model \(name.short)",
            hint: known.isEmpty ? "It lists no models at all." : near + "It has \(shown).")
    }

    /// The failure for what a server of this kind does not offer.
    func unsupported(_ action: String, _ reason: String, hint: String? = nil) -> ModelManagementError {
        ModelManagementError(kind: .notSupported, action: action, server: name, reason: reason, hint: hint)
    }

    /// Generates by `/v1/chat/completions`.
    /// - Parameter resolve: finds the model's name in the server's spelling, and fails where it has none.
    func generate(
        _ request: GenerationRequest, resolve: @escaping @Sendable (_ action: String) async throws -> String
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let action = "generate with \(request.model.short)"
            let task = Task {
                var call = HTTPCall("POST", "/v1/chat/completions", lane: .long, isRetried: true, action: action)
                do {
                    let model = try await resolve(action)
                    call.body = OpenAIChat.body(request, model: model)
                    try await withTimeLimit(request.timeout, failure: .timedOut(request.timeout ?? 0)) { [call] in
                        try await OpenAIChat.receive(call, streams: request.streams, on: connection) {
                            continuation.yield($0)
                        }
                    }
                    journal.used(request.model, at: connection.timekeeper.now())
                    continuation.finish()
                } catch let failure as TransportFailure {
                    continuation.finish(throwing: connection.failure(call, failure))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
