import Foundation
import PromptChainCore
import Yams

/// Makes a chain of a file's YAML. What is wrong is noted, and reading goes on, so that all faults come at once.
struct ChainReader {
    let faults: FaultCollector

    static let chainKeys = [
        "name", "model_management", "auto_unload_models", "evict_foreign", "max_loaded_models", "policy", "context",
        "steps", "models", "instructions",
    ]
    static let managementKeys = [
        "enabled", "provider", "base_url", "timeout", "max_retries", "verbose", "auto_unload", "evict_foreign",
        "max_loaded_models",
    ]

    /// Reads a chain.
    func chain(from root: Node) -> Chain? {
        let hint = "a chain begins with name: and steps:"
        guard let reader = MappingReader(root, subject: "the chain", faults: faults, hint: hint) else { return nil }
        var elsewhere: [String: String] = [:]
        for key in Self.managementKeys { elsewhere[key] = "under model_management" }
        for key in StepReader.keys + StepReader.parameterKeys { elsewhere[key] = elsewhere[key] ?? "in a step" }
        let later = "leave it out: chains cannot use it yet"
        reader.refuseUnknown(
            known: Self.chainKeys, elsewhere: elsewhere,
            unsupported: ["chainbreakers": later, "mcp_servers": later, "tools": later])

        var chain = Chain(name: reader.text("name") ?? defaultName, steps: [], file: faults.source.file)
        chain.management = management(in: reader)
        chain.policy = policy(in: reader)
        chain.context = context(in: reader) ?? .serverDefault
        chain.steps = steps(in: reader)
        if chain.management.enabled == false, chain.policy != nil {
            faults.add(
                "the policy has no effect: model_management says enabled: false", at: reader.place(of: "policy"),
                hint: "remove one of the two", severity: .warning)
        }
        return chain
    }

    private var defaultName: String {
        let name = (faults.source.file as NSString).lastPathComponent
        let stem = (name as NSString).deletingPathExtension
        return stem.isEmpty ? "chain" : stem
    }

    private func management(in chain: MappingReader) -> ChainManagement {
        var management = ChainManagement()
        if let node = chain["model_management"],
            let block = MappingReader(
                node, subject: "model_management", faults: faults, hint: "write {enabled: true}, or leave it out")
        {
            block.refuseUnknown(known: Self.managementKeys)
            management.enabled = block.flag("enabled")
            management.provider = provider(in: block)
            management.baseURL = block.text("base_url")
            management.timeout = block.seconds("timeout")
            management.maxRetries = block.integer("max_retries", in: 0...100)
            management.verbose = block.flag("verbose") ?? false
            management.autoUnload = block.flag("auto_unload") ?? true
            management.evictForeign = block.flag("evict_foreign") ?? false
            management.maxLoadedModels = maxLoaded(in: block)
        }
        if let flag = chain.flag("auto_unload_models") { management.autoUnload = flag }
        if let flag = chain.flag("evict_foreign") { management.evictForeign = flag }
        if let count = maxLoaded(in: chain) { management.maxLoadedModels = count }
        return management
    }

    private func maxLoaded(in reader: MappingReader) -> Int? {
        reader["max_loaded_models"]?.scalar?.string == "auto"
            ? nil : reader.integer("max_loaded_models", in: 1...1000)
    }

    private func provider(in block: MappingReader) -> ModelProvider? {
        guard let name = block.text("provider") else { return nil }
        let known = ["ollama", "llamacpp", "localai", "vllm", "llamaswap", "lmstudio", "custom"]
        if !known.contains(name.lowercased()) {
            // A program can register kinds of its own, so this is no error.
            faults.add(
                "\"\(name)\" is no provider that PromptChain knows", at: block["provider"]?.place,
                hint: Nearest.match(name, in: known).map { "did you mean \($0)?" }
                    ?? "known are \(known.joined(separator: ", "))", severity: .warning)
        }
        return ModelProvider(rawValue: name)
    }

    private func policy(in chain: MappingReader) -> ResidencyPolicy? {
        guard let name = chain.text("policy") else { return nil }
        let all = ResidencyPolicy.allCases.map(\.rawValue)
        guard let policy = ResidencyPolicy(rawValue: name) else {
            faults.add(
                "there is no policy \"\(name)\"", at: chain["policy"]?.place,
                hint: Nearest.match(name, in: all).map { "did you mean \($0)?" }
                    ?? "policies are \(all.joined(separator: ", "))")
            return nil
        }
        if let refusal = policy.refusal { faults.add(refusal, at: chain["policy"]?.place) }
        return policy
    }

    private func context(in chain: MappingReader) -> ContextPolicy? {
        guard let text = chain.text("context") else { return nil }
        guard let context = ContextPolicy(parsing: text) else {
            faults.add(
                "\"\(text)\" is no context", at: chain["context"]?.place,
                hint: "write max, or a number of tokens such as 4096")
            return nil
        }
        if let refusal = context.refusal { faults.add(refusal, at: chain["context"]?.place) }
        return context
    }
}
