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

    private let connection: ServerConnection

    /// A probe of one server; the provider in its configuration does not matter.
    public init(configuration: ServerConfiguration) {
        connection = ServerConnection(configuration: configuration)
    }

    /// Asks the server.
    /// - Throws: `ModelManagementError`: of kind `.foreign` when it is none of the kinds that are known; others when
    ///   it cannot be reached, refuses access or answers nothing.
    public func find() async throws -> Finding {
        do {
            let finding = try await ask()
            await connection.transport.shutdown()
            return finding
        } catch {
            await connection.transport.shutdown()
            throw error
        }
    }

    private func ask() async throws -> Finding {
        let first = try await reply("/api/version")
        if let version = json(first)?["version"]?.stringValue {
            return Finding(provider: .ollama, version: version, evidence: "it answers /api/version")
        }
        if [401, 403].contains(first.status) { throw connection.failure(call("/api/version"), reply: first) }
        let props = try await reply("/props")
        if let value = json(props), value["default_generation_settings"] != nil {
            return Finding(
                provider: .llamaCpp, version: value["build_info"]?.stringValue, evidence: "it answers /props")
        }
        if props.status == 503, ErrorBody.text(props)?.contains("Loading model") == true {
            return Finding(provider: .llamaCpp, evidence: "it is loading its model")
        }
        if let value = json(try await reply("/system")), value["loaded_models"] != nil || value["backends"] != nil {
            return Finding(provider: .localAI, evidence: "it answers /system")
        }
        if let owner = json(try await reply("/v1/models"))?["data"]?.arrayValue?.first?["owned_by"]?.stringValue {
            let owners: [String: ModelProvider] = [
                "vllm": .vllm, "llamacpp": .llamaCpp, "llama-swap": .llamaSwap, "organization_owner": .lmStudio,
            ]
            if let provider = owners[owner] {
                return Finding(provider: provider, evidence: "its models are owned by “\(owner)”")
            }
        }
        // A server that is too busy to answer, or not there behind a proxy, is not another kind of server.
        if first.status >= 500 { throw connection.failure(call("/api/version"), reply: first) }
        throw connection.foreign(call("/api/version"), first)
            ?? connection.make(call("/"), .foreign, "it is no server of a kind that is known")
    }

    private func call(_ path: String) -> HTTPCall {
        HTTPCall("GET", path, action: "find out what kind of server it is")
    }

    private func reply(_ path: String) async throws -> HTTPReply { try await connection.reply(call(path)) }

    private func json(_ reply: HTTPReply) -> JSONValue? {
        guard reply.isSuccess, let value = try? JSONDecoder().decode(JSONValue.self, from: reply.body),
            case .object = value
        else { return nil }
        return value
    }
}
