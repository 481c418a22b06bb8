import ChainEngine
import PromptChainCore

extension ChainRunOptions {
    /// The options as they are kept with a run: what decides how it goes.
    var recorded: JSONValue {
        var members: [String: JSONValue] = [
            "policy": .null, "context": .null, "server": .null, "vram_bytes": .null, "max_loaded_models": .null,
            "manages_by_default": .bool(managesByDefault), "keep_loaded": .bool(keepLoaded), "pull": .bool(pull),
        ]
        if let policy { members["policy"] = .string(policy.rawValue) }
        if let context { members["context"] = .string(context.description) }
        if let server { members["server"] = .string(server) }
        if let capacityBytes { members["vram_bytes"] = .integer(capacityBytes) }
        if let maxLoadedModels { members["max_loaded_models"] = .integer(Int64(maxLoadedModels)) }
        return .object(members)
    }

    /// Takes what a run was asked for, so that it goes on as it began. What was not kept stays as it is here.
    public mutating func take(recorded: JSONValue) {
        func text(_ key: String) -> String? { recorded[key]?.stringValue }
        policy = text("policy").flatMap(ResidencyPolicy.init) ?? policy
        context = text("context").flatMap { ContextPolicy(parsing: $0) } ?? context
        server = text("server") ?? server
        capacityBytes = recorded["vram_bytes"]?.integerValue ?? capacityBytes
        maxLoadedModels = recorded["max_loaded_models"]?.integerValue.flatMap { Int(exactly: $0) } ?? maxLoadedModels
        managesByDefault = recorded["manages_by_default"]?.boolValue ?? managesByDefault
        keepLoaded = recorded["keep_loaded"]?.boolValue ?? keepLoaded
        pull = recorded["pull"]?.boolValue ?? pull
    }
}
