import Logging
import PromptChainCore
import Synchronization

/// Makes the manager of a server by the server's kind. A program adds kinds of its own with `registerManager`.
public enum ModelManagerFactory {
    /// Makes a manager for one server.
    public typealias Builder = @Sendable (ServerConfiguration) throws -> any ModelManager

    private static let registered = Mutex<[ModelProvider: Builder]>([:])

    /// Makes a manager for a server.
    /// - Parameters:
    ///   - provider: the kind of server.
    ///   - baseURL: its address, in any form that `ServerAddress` reads; the usual one on this machine when left out.
    ///   - timeout: seconds for control calls. Loads and generations have no limit of their own.
    ///   - verbose: whether loads and unloads are told at level info.
    /// - Throws: `ModelManagementError` when there is no manager for such servers, or the address cannot be read.
    public static func createManager(
        _ provider: ModelProvider, baseURL: String? = nil, timeout: Double = 30, verbose: Bool = false
    ) throws -> any ModelManager {
        guard let url = baseURL.map({ ServerAddress($0) }) ?? usualAddress(provider) else {
            throw ModelManagementError(
                kind: .badRequest, action: "make a manager", server: provider.description,
                reason: "“\(ServerAddress.shown(baseURL ?? ""))” is no address", hint: "Write it as http://HOST:PORT.")
        }
        return try createManager(
            for: ServerConfiguration(provider: provider, url: url, timeout: timeout, verbose: verbose))
    }

    /// Makes the manager of a configured server.
    /// - Parameter logger: makes the loggers by their labels: `promptchain.model_management`, and
    ///   `promptchain.ollama_model_manager` or that of another provider.
    /// - Throws: `ModelManagementError` when there is no manager for such servers.
    public static func createManager(
        for configuration: ServerConfiguration, logger: (String) -> Logger = { Logger(label: $0) }
    ) throws -> any ModelManager {
        if let build = registered.withLock({ $0[configuration.provider] }) { return try build(configuration) }
        let log = ManagerLog(provider: configuration.provider, verbose: configuration.verbose, logger: logger)
        switch configuration.provider {
        case .ollama: return OllamaManager(configuration: configuration, log: log)
        case .llamaCpp: return LlamaCppManager(configuration: configuration, log: log)
        case .localAI: return LocalAIManager(configuration: configuration, log: log)
        case .vllm: return VLLMManager(configuration: configuration, log: log)
        case .llamaSwap: return LlamaSwapManager(configuration: configuration, log: log)
        case .lmStudio: return LMStudioManager(configuration: configuration, log: log)
        default: throw unknown(configuration)
        }
    }

    /// Registers the manager of a kind of server, also in place of a built-in one.
    public static func registerManager(_ provider: ModelProvider, _ build: @escaping Builder) {
        registered.withLock { $0[provider] = build }
    }

    /// The kinds of servers that managers can be made for now.
    public static var providers: [ModelProvider] {
        let own = registered.withLock { Array($0.keys) }
        return builtIn + own.filter { !builtIn.contains($0) }.sorted { $0.rawValue < $1.rawValue }
    }

    /// The kinds of servers that managers come along for.
    public static let builtIn: [ModelProvider] = [.ollama, .llamaCpp, .localAI, .vllm, .llamaSwap, .lmStudio]

    /// The address at which servers of a kind listen when nobody has set another one, on this machine.
    public static func usualAddress(_ provider: ModelProvider) -> ServerAddress {
        switch provider {
        case .llamaCpp, .localAI, .llamaSwap: ServerAddress(scheme: "http", host: "127.0.0.1", port: 8080)
        case .vllm: ServerAddress(scheme: "http", host: "127.0.0.1", port: 8000)
        case .lmStudio: ServerAddress(scheme: "http", host: "127.0.0.1", port: 1234)
        default: .local
        }
    }

    private static func unknown(_ configuration: ServerConfiguration) -> ModelManagementError {
        let known = providers.map(\.rawValue)
        let provider = configuration.provider
        let reason = "there is no manager for servers of kind “\(provider.rawValue)”"
        let near = Nearest.match(provider.rawValue, in: known).map { "Did you mean \($0)? " } ?? ""
        return ModelManagementError(
            kind: .notSupported, action: "make a manager", server: configuration.name, reason: reason,
            hint: near + "Known are \(known.joined(separator: ", ")); a program can add its own with registerManager.")
    }
}
