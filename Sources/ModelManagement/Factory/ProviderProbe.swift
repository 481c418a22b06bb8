import Foundation
import PromptChainCore

/// Finds out what kind of server listens at an address, by asking for what only one kind answers.
public struct ProviderProbe: Sendable {
    /// What was found.
    public struct Finding: Equatable, Sendable {
        /// The kind of server.
        public var provider: ModelProvider
        /// Its version, where it tells one.
        public var version: String?
        /// What it was recognised by, in words for people: `it answers /api/version`.
        public var evidence: String

        /// A finding.
        public init(provider: ModelProvider, version: String? = nil, evidence: String) {
            self.provider = provider
            self.version = version
            self.evidence = evidence
        }
    }

    private let configuration: ServerConfiguration

    /// A probe of one server; the provider in its configuration does not matter.
    public init(configuration: ServerConfiguration) {
        self.configuration = configuration
    }

    /// Asks the server.
    /// - Throws: `ModelManagementError`: of kind `.foreign` when it is none of the kinds that are known; others when
    ///   it cannot be reached, refuses access or answers nothing.
    public func find() async throws -> Finding {
        // A connection of its own, which ends with it.
        let asking = Asking(connection: ServerConnection(configuration: configuration))
        do {
            let finding = try await asking.finding()
            await asking.connection.transport.shutdown()
            return finding
        } catch {
            await asking.connection.transport.shutdown()
            throw error
        }
    }
}

/// The questions to one server, over one connection.
private struct Asking {
    typealias Finding = ProviderProbe.Finding

    let connection: ServerConnection

    // In the order that takes the fewest requests for the servers that are met most. All of them only read.
    func finding() async throws -> Finding {
        let first = try await reply("/api/version")
        if let version = json(first), let number = version["version"]?.stringValue {
            return try await named(number, version)
        }
        let isLMStudio = ErrorBody.text(first)?.contains("Unexpected endpoint") == true
        if !isLMStudio, let finding = try await llamaCpp() { return finding }
        if !isLMStudio, let finding = try await byOwner() { return finding }
        if !isLMStudio, let finding = try await localAI() { return finding }
        for path in ["/api/v1/models", "/api/v0/models"] {
            guard let value = json(try await reply(path)) else { continue }
            let entry = (value["models"] ?? value["data"])?.arrayValue
            guard let entry, entry.first.map({ $0["loaded_instances"] != nil || $0["state"] != nil }) ?? true else {
                continue
            }
            return Finding(provider: .lmStudio, evidence: "it answers \(path)")
        }
        if let running = json(try await reply("/running"))?["running"], running.arrayValue != nil {
            return Finding(provider: .llamaSwap, evidence: "it answers /running")
        }
        throw unknown(first)
    }

    // Others answer as Ollama does: llama-swap has a version at the same path, and LocalAI speaks Ollama's API as well.
    private func named(_ number: String, _ version: JSONValue) async throws -> Finding {
        if version["commit"] != nil, version["build_date"] != nil {
            return Finding(
                provider: .llamaSwap, version: number, evidence: "it answers /api/version with a commit and build date")
        }
        if let finding = try? await localAI() { return finding }
        try Task.checkCancellation()
        return Finding(provider: .ollama, version: number, evidence: "it answers /api/version")
    }

    private func llamaCpp() async throws -> Finding? {
        let props = try await reply("/props")
        if let value = json(props), value["default_generation_settings"] != nil {
            let isRouter = value["role"]?.stringValue == "router"
            return Finding(
                provider: .llamaCpp, version: value["build_info"]?.stringValue,
                evidence: isRouter ? "it answers /props as a router" : "it answers /props")
        }
        if props.status == 503, ErrorBody.text(props)?.contains("Loading model") == true {
            return Finding(provider: .llamaCpp, evidence: "it is loading its model")
        }
        return nil
    }

    private func byOwner() async throws -> Finding? {
        let owner = json(try await reply("/v1/models"))?["data"]?.arrayValue?.first?["owned_by"]?.stringValue
        let owners: [String: ModelProvider] = [
            "vllm": .vllm, "llamacpp": .llamaCpp, "llama-swap": .llamaSwap, "organization_owner": .lmStudio,
        ]
        guard let owner, let provider = owners[owner] else { return nil }
        return Finding(provider: provider, evidence: "its models are owned by “\(owner)”")
    }

    private func localAI() async throws -> Finding? {
        guard let value = json(try await reply("/system")) else { return nil }
        guard value["loaded_models"] != nil || value["backends"] != nil else { return nil }
        let version = json(try await reply("/version"))?["version"]?.stringValue
        return Finding(provider: .localAI, version: version, evidence: "it answers /system")
    }

    private func unknown(_ first: HTTPReply) -> ModelManagementError {
        // A server that is too busy to answer, or not there behind a proxy, is not another kind of server.
        if first.status >= 500 { return connection.failure(call("/api/version"), reply: first) }
        if let foreign = connection.foreign(call("/api/version"), first), !first.looksLikeHTML, first.status == 404 {
            var error = foreign
            error.reason = "it is no server of a kind that is known"
            error.hint =
                "Check the address \(connection.address); a server that is known can be named in the configuration: "
                + "provider: \(ModelManagerFactory.providers.map(\.rawValue).joined(separator: ", "))."
            return error
        }
        return connection.foreign(call("/api/version"), first)
            ?? connection.make(call("/"), .foreign, "it is no server of a kind that is known")
    }

    private func call(_ path: String) -> HTTPCall {
        HTTPCall("GET", path, action: "find out what kind of server it is")
    }

    // Whoever guards one reading with a key guards the ones that matter.
    private func reply(_ path: String) async throws -> HTTPReply {
        let reply = try await connection.reply(call(path))
        if [401, 403].contains(reply.status) { throw needsKey(path, reply) }
        return reply
    }

    private func needsKey(_ path: String, _ reply: HTTPReply) -> ModelManagementError {
        var failure = connection.failure(call(path), reply: reply)
        if reply.status == 401, ErrorBody.text(reply) == nil { failure.reason = "it asks for a key" }
        return failure
    }

    private func json(_ reply: HTTPReply) -> JSONValue? {
        guard reply.isSuccess, let value = try? JSONDecoder().decode(JSONValue.self, from: reply.body),
            case .object = value
        else { return nil }
        return value
    }
}
