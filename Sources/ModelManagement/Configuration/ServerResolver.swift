import PromptChainCore

/// Decides which server is meant. A model's own address goes before the step's server, that before the option
/// `--server`, that before the chain's `base_url`, that before `OLLAMA_HOST`, that before the configuration's default.
public struct ServerResolver: Sendable {
    /// What the configuration file says.
    public var configuration: AppConfiguration
    /// The environment, for `OLLAMA_HOST`.
    public var environment: [String: String]
    /// What `--server` says.
    public var option: String?

    /// A resolver.
    public init(configuration: AppConfiguration, environment: [String: String], option: String? = nil) {
        self.configuration = configuration
        self.environment = environment
        self.option = option
    }

    /// The server for a model of a chain.
    /// - Parameters:
    ///   - modelBase: the model's `params.api_base`.
    ///   - step: the step's `server`.
    ///   - chain: the chain's `base_url`.
    ///   - provider: the kind of server where an address says nothing about it; that of the configuration otherwise.
    /// - Throws: `ModelManagementError` of kind `.badRequest` when a name is not in the configuration.
    public func resolve(
        modelBase: String? = nil, step: String? = nil, chain: String? = nil, provider: ModelProvider? = nil
    ) throws -> ServerConfiguration {
        for text in [modelBase, step, option, chain] {
            if let text, !text.isEmpty { return try server(text, provider: provider) }
        }
        return standard(provider: provider)
    }

    /// The server without any choice: `OLLAMA_HOST`, the configuration's default, or Ollama on this machine.
    public func standard(provider: ModelProvider? = nil) -> ServerConfiguration {
        let isOllama = (provider ?? .ollama) == .ollama
        if isOllama, let host = environment["OLLAMA_HOST"], !host.isEmpty, let address = ServerAddress(host) {
            return known(address) ?? make(address, provider: .ollama)
        }
        let kind = provider ?? configuration.modelManagement.defaultProvider
        if let text = configuration.modelManagement.providerConfigs[kind]?.baseURL, let address = ServerAddress(text) {
            return known(address) ?? make(address, provider: kind)
        }
        if let first = configuration.servers.first(where: { provider == nil || $0.provider == provider }) {
            return first
        }
        return make(ModelManagerFactory.usualAddress(kind), provider: kind)
    }

    /// The server that a name of the configuration or an address means.
    /// - Throws: `ModelManagementError` of kind `.badRequest`.
    public func server(_ text: String, provider: ModelProvider? = nil) throws -> ServerConfiguration {
        if let named = configuration.servers.first(where: { $0.name == text }) { return named }
        if looksLikeAddress(text), let address = ServerAddress(text) {
            return known(address) ?? make(address, provider: provider)
        }
        let names = configuration.servers.map(\.name)
        let near = Nearest.match(text, in: names).map { "Did you mean \($0)? " } ?? ""
        let known = names.isEmpty ? "" : "Configured are \(names.joined(separator: ", ")). "
        throw ModelManagementError(
            kind: .badRequest, action: "find a server", server: ServerAddress.shown(text),
            reason: "no server of this name is configured",
            hint: near + known + "An address is written as http://HOST:PORT.")
    }

    // A single word is a name: a mistyped one must not be looked up on the network.
    private func looksLikeAddress(_ text: String) -> Bool {
        text.contains(":") || text.contains(".") || text.contains("/") || text.lowercased() == "localhost"
    }

    private func known(_ address: ServerAddress) -> ServerConfiguration? {
        // An address with a password of its own is used as it stands.
        guard address.authorization == nil else { return nil }
        return configuration.servers.first { $0.url.description == address.description }
    }

    private func make(_ address: ServerAddress, provider: ModelProvider?) -> ServerConfiguration {
        let kind = provider ?? configuration.modelManagement.defaultProvider
        let settings = configuration.modelManagement.providerConfigs[kind] ?? ProviderConfiguration()
        return ServerConfiguration(
            provider: kind, url: address, timeout: settings.timeout, maxRetries: settings.maxRetries,
            verbose: settings.verbose)
    }
}
