import ArgumentParser
import ChainEngine
import ModelManagement

/// A residency policy that this version can follow.
struct PolicyOption {
    var policy: ResidencyPolicy

    init(parsing text: String) throws {
        guard let policy = ResidencyPolicy(rawValue: text.lowercased()) else {
            let names = ResidencyPolicy.allCases.map(\.rawValue)
            throw ValidationError("write \(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")")
        }
        self.policy = policy
    }
}

/// A context: a number of tokens, `max` or `fit`.
struct ContextOption {
    var policy: ContextPolicy

    init(parsing text: String) throws {
        guard let policy = ContextPolicy(parsing: text) else {
            throw ValidationError("write a number of tokens, max or fit")
        }
        self.policy = policy
    }
}

/// What becomes of a run when its terminal goes away.
struct HangUpOption {
    var rule: HangUpRule

    init(parsing text: String) throws {
        guard let rule = HangUpRule(rawValue: text.lowercased()) else {
            throw ValidationError("write continue or stop")
        }
        self.rule = rule
    }
}
