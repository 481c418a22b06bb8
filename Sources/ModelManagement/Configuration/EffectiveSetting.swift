import PromptChainCore

/// A setting that counts, with the place that decided it and those that it went before.
public struct EffectiveSetting: Equatable, Sendable, Encodable, CustomStringConvertible {
    /// Where a setting is said, in the order in which one goes before the next.
    public enum Source: String, Equatable, Sendable, Encodable {
        /// An option of the command.
        case option
        /// The chain file.
        case chain = "chain_file"
        /// `OLLAMA_HOST`.
        case environment
        /// The configuration file.
        case configuration
        /// What holds when nobody says anything.
        case builtIn = "built_in"

        /// The place as the end of "from …".
        public var words: String {
            switch self {
            case .option: "the command line"
            case .chain: "the chain file"
            case .environment: "OLLAMA_HOST"
            case .configuration: "the configuration"
            case .builtIn: "PromptChain's own defaults"
            }
        }
    }

    /// What one place says.
    public struct Origin: Equatable, Sendable, Encodable {
        /// The value as it is shown; never a secret.
        public var value: String
        /// The place.
        public var source: Source

        /// What a place says.
        public init(_ value: String, from source: Source) {
            self.value = value
            self.source = source
        }
    }

    /// The setting's name, as files write it.
    public var key: String
    /// The value that counts.
    public var value: String
    /// The place that says so.
    public var source: Source
    /// What other places say, and what therefore does not count.
    public var over: [Origin]

    /// A setting by what each place says, the one that counts first.
    /// - Parameters:
    ///   - origins: `nil` for places that say nothing.
    ///   - standard: what holds when no place says anything.
    public init(_ key: String, _ origins: [Origin?], standard: String) {
        self.key = key
        let said = origins.compactMap { $0 }
        let first = said.first ?? Origin(standard, from: .builtIn)
        value = first.value
        source = first.source
        over = Array(said.dropFirst())
    }

    /// The setting in one sentence: `base_url: http://gpu-box:11434 from the chain file, over OLLAMA_HOST`.
    public var description: String {
        let others = over.map { "\($0.source.words) (\($0.value))" }.joined(separator: ", ")
        return "\(key): \(value) from \(source.words)" + (others.isEmpty ? "" : ", over \(others)")
    }
}

extension ServerResolver {
    /// Which server is used where neither a step nor its model names one, and why.
    /// - Parameter chain: the chain's `base_url`.
    public func explain(chain: String? = nil, provider: ModelProvider? = nil) -> EffectiveSetting {
        func shown(_ text: String?) -> String? {
            guard let text, !text.isEmpty else { return nil }
            return (try? server(text).url.description) ?? ServerAddress.shown(text)
        }
        let kind = provider ?? configuration.modelManagement.defaultProvider
        let host = (provider ?? .ollama) == .ollama ? shown(environment["OLLAMA_HOST"]) : nil
        let configured =
            configuration.modelManagement.providerConfigs[kind]?.baseURL
            ?? configuration.servers.first { provider == nil || $0.provider == provider }?.url.description
        return EffectiveSetting(
            "base_url",
            [
                shown(option).map { .init($0, from: .option) }, shown(chain).map { .init($0, from: .chain) },
                host.map { .init($0, from: .environment) }, shown(configured).map { .init($0, from: .configuration) },
            ], standard: ModelManagerFactory.usualAddress(kind).description)
    }
}
