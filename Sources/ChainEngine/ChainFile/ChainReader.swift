import Foundation
import ModelManagement
import PromptChainCore

/// Makes a chain of a file's YAML. What is wrong is noted, and reading goes on, so that all faults come at once.
struct ChainReader {
    let source: SourceText
    let faults: FaultCollector
    let folder: ChainFolder

    static let chainKeys = [
        "name", "model_management", "auto_unload_models", "evict_foreign", "max_loaded_models", "policy", "context",
        "history", "steps", "models", "instructions", "chainbreakers", "mcp_servers", "max_tool_rounds",
    ]
    static let managementKeys = [
        "enabled", "provider", "base_url", "timeout", "max_retries", "verbose", "auto_unload", "evict_foreign",
        "max_loaded_models", "read_ahead",
    ]
    private static let providers = ["ollama", "llamacpp", "localai", "vllm", "llamaswap", "lmstudio", "custom"]

    /// Reads a chain.
    func chain(from root: YAMLValue) -> Chain? {
        guard let members = root.mapping() else { return nil }
        refuseUnknown(in: members)
        var chain = Chain(name: members["name"]?.text() ?? defaultName, steps: [], file: faults.file)
        chain.management = management(in: members)
        chain.policy = policy(in: members)
        chain.context = Self.context(in: members) ?? .serverDefault
        chain.history = history(in: members)
        chain.steps = steps(in: members)
        readTools(in: members, into: &chain)
        if let rules = members["chainbreakers"] {
            chain.breakers = BreakerReader(folder: folder, steps: chain.steps.map(\.name)).rules(from: rules)
        }
        if chain.management.enabled == false, chain.policy != nil, let place = members.place(of: "policy") {
            faults.add(
                line: place.line, column: place.column, severity: .warning,
                message: "the policy has no effect: model_management says enabled: false", hint: "Remove one of them.")
        }
        return chain
    }

    private func refuseUnknown(in members: YAMLMapping) {
        var hints = KeyHints(known: Self.chainKeys)
        for key in StepReader.keys { hints.elsewhere[key] = "a step" }
        for key in StepReader.parameterKeys { hints.elsewhere[key] = "params of a step" }
        for key in Self.managementKeys { hints.elsewhere[key] = "model_management" }
        hints.check(members)
    }

    private var defaultName: String {
        let name = URL(filePath: faults.file).deletingPathExtension().lastPathComponent
        return name.isEmpty || name == "/" ? "chain" : name
    }

    private func management(in chain: YAMLMapping) -> ChainManagement {
        var management = ChainManagement()
        if let block = chain["model_management"]?.mapping(keys: Self.managementKeys) {
            management.enabled = block["enabled"]?.bool()
            management.provider = block["provider"].flatMap(provider)
            management.baseURL = block["base_url"]?.text()
            management.timeout = block["timeout"].flatMap(Self.timeLimit)
            management.maxRetries = block["max_retries"]?.integer(in: 0...100)
            management.verbose = block["verbose"]?.bool() ?? false
            management.autoUnload = block["auto_unload"]?.bool() ?? true
            management.evictForeign = block["evict_foreign"]?.bool() ?? false
            management.readsAhead = block["read_ahead"]?.bool() ?? true
            management.maxLoadedModels = block["max_loaded_models"].flatMap(maxLoaded)
        }
        if let flag = chain["auto_unload_models"]?.bool() { management.autoUnload = flag }
        if let flag = chain["evict_foreign"]?.bool() { management.evictForeign = flag }
        if let count = chain["max_loaded_models"].flatMap(maxLoaded) { management.maxLoadedModels = count }
        return management
    }

    /// A length of time of more than 0, in seconds.
    static func timeLimit(_ value: YAMLValue) -> Double? {
        guard let seconds = value.seconds() else { return nil }
        if seconds > 0 { return seconds }
        value.fault("“\(value.path)” must be more than 0")
        return nil
    }

    private func maxLoaded(_ value: YAMLValue) -> Int? {
        value.isScalar && value.rawText() == "auto" ? nil : value.integer(in: 1...1000)
    }

    private func provider(_ value: YAMLValue) -> ModelProvider? {
        guard let name = value.text() else { return nil }
        let known = Self.providers + ModelManagerFactory.providers.map(\.rawValue)
        if !known.contains(name.lowercased()) {
            let near = Nearest.match(name, in: known).map { "Did you mean “\($0)”?" }
            value.fault(
                "there is no provider “\(name)”", hint: near ?? "Known are \(Self.providers.joined(separator: ", ")).")
        }
        return ModelProvider(rawValue: name)
    }

    private func policy(in chain: YAMLMapping) -> ResidencyPolicy? {
        guard let value = chain["policy"], let name = value.text() else { return nil }
        guard let policy = ResidencyPolicy(rawValue: name) else {
            let all = ResidencyPolicy.allCases.map(\.rawValue)
            let near = Nearest.match(name, in: all).map { "Did you mean “\($0)”?" }
            value.fault("there is no policy “\(name)”", hint: near ?? "Known are \(all.joined(separator: ", ")).")
            return nil
        }
        return policy
    }

    private func history(in chain: YAMLMapping) -> HistoryRule {
        guard let value = chain["history"], let name = value.text() else { return .none }
        if let rule = HistoryRule(rawValue: name) { return rule }
        value.fault("there is no history “\(name)”", hint: "Write none or full.")
        return .none
    }

    static func context(in chain: YAMLMapping) -> ContextPolicy? {
        guard let value = chain["context"], let text = value.text() else { return nil }
        guard let context = ContextPolicy(parsing: text) else {
            value.fault("“\(text)” is no context", hint: "Write max, fit, or a number of tokens such as 4096.")
            return nil
        }
        return context
    }
}
