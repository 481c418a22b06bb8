import ArgumentParser
import ChainEngine

/// A residency policy that this version can follow.
struct PolicyOption {
    var policy: ResidencyPolicy

    init(parsing text: String) throws {
        guard let policy = ResidencyPolicy(rawValue: text.lowercased()) else {
            let names = ResidencyPolicy.allCases.filter(\.isAvailable).map(\.rawValue)
            throw ValidationError("write \(names.joined(separator: " or "))")
        }
        if let refusal = policy.refusal { throw ValidationError(refusal) }
        self.policy = policy
    }
}

/// A context: a number of tokens, or `max`.
struct ContextOption {
    var policy: ContextPolicy

    init(parsing text: String) throws {
        guard let policy = ContextPolicy(parsing: text) else {
            throw ValidationError("write a number of tokens, or max")
        }
        if let refusal = policy.refusal { throw ValidationError(refusal) }
        self.policy = policy
    }
}
