import ArgumentParser
import ChainEngine
import Dashboard

extension CompletionKind {
    /// The residency policies.
    static var policies: CompletionKind { .list(ResidencyPolicy.allCases.map(\.rawValue)) }

    /// The themes that are part of the program; those of the user's folder are not known to a completion script.
    static var themes: CompletionKind { .list(Theme.shippedNames) }
}
