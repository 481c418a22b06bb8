import ChainEngine
import ModelManagement
import PromptChainCore

/// The settings that count, each with the place that decided it.
struct SettingsDiagnosis {
    var configuration: AppConfiguration
    /// The chain whose run is asked about.
    var chain: Chain?
    var resolver: ServerResolver
    /// The server that would be used.
    var server: ServerConfiguration?

    private typealias Origin = EffectiveSetting.Origin

    /// All settings, in the order of the documentation.
    var settings: [EffectiveSetting] {
        let own = chain?.management
        let global = configuration.modelManagement
        let usual = ModelManagementConfig()
        let standard = ServerConfiguration()
        func said<Value: Equatable>(_ value: Value?, unlike usual: Value?, _ source: EffectiveSetting.Source) -> Origin?
        {
            value.flatMap { $0 == usual ? nil : Origin("\($0)", from: source) }
        }
        func seconds(_ value: Double?, unlike usual: Double?, _ source: EffectiveSetting.Source) -> Origin? {
            value.flatMap { $0 == usual ? nil : Origin(Seconds.text($0), from: source) }
        }
        let asks = chain?.policy != nil && own?.enabled == nil ? true : own?.enabled
        return [
            resolver.explain(chain: own?.baseURL, provider: own?.provider),
            EffectiveSetting(
                "enabled",
                [said(asks, unlike: nil, .chain), said(global.enabled, unlike: usual.enabled, .configuration)],
                standard: "false"),
            EffectiveSetting("policy", [said(chain?.policy?.rawValue, unlike: nil, .chain)], standard: "auto"),
            EffectiveSetting(
                "auto_unload",
                [
                    said(own?.autoUnload, unlike: true, .chain),
                    said(global.autoUnload, unlike: usual.autoUnload, .configuration),
                ], standard: "true"),
            EffectiveSetting(
                "max_loaded_models",
                [
                    said(own?.maxLoadedModels, unlike: nil, .chain),
                    said(global.maxLoadedModels, unlike: nil, .configuration),
                ], standard: "auto"),
            EffectiveSetting(
                "timeout",
                [
                    seconds(own?.timeout, unlike: nil, .chain),
                    seconds(server?.timeout, unlike: standard.timeout, .configuration),
                ], standard: Seconds.text(standard.timeout)),
            EffectiveSetting(
                "max_retries",
                [
                    said(own?.maxRetries, unlike: nil, .chain),
                    said(server?.maxRetries, unlike: standard.maxRetries, .configuration),
                ], standard: "\(standard.maxRetries)"),
            EffectiveSetting(
                "health_check_interval",
                [seconds(global.healthCheckInterval, unlike: usual.healthCheckInterval, .configuration)],
                standard: Seconds.text(usual.healthCheckInterval)),
        ] + retries(own?.maxRetries.map { Origin("\($0)", from: .chain) })
    }

    /// How often calls to models are tried again that say so themselves: that goes before what the chain says.
    private func retries(_ chain: Origin?) -> [EffectiveSetting] {
        let calls = (self.chain?.steps ?? []).compactMap(\.call).filter { $0.maxRetries != nil }
        var seen: Set<ModelName> = []
        return calls.filter { seen.insert($0.model).inserted }.map { call in
            EffectiveSetting(
                "max_retries of \(call.model.short)",
                [
                    call.maxRetries.map { Origin("\($0)", from: .chain) }, chain,
                    server.flatMap { server in
                        server.maxRetries == ServerConfiguration().maxRetries
                            ? nil : Origin("\(server.maxRetries)", from: .configuration)
                    },
                ], standard: "")
        }
    }
}
