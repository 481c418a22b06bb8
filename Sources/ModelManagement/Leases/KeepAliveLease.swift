import Foundation
import PromptChainCore

/// How long a server is asked to keep a model that a chain loads: long enough for the longest step, and never for
/// ever, so that a crash frees the memory by itself.
///
/// Every request to the model carries the lease again, which renews it.
public struct KeepAliveLease: Equatable, Sendable {
    /// The shortest lease, in seconds: what Ollama keeps a model by itself.
    public static let shortest = 300.0
    /// The longest lease, in seconds.
    public static let longest = 7200.0

    /// The length of the lease, in seconds.
    public var seconds: Double

    /// A lease for a chain.
    /// - Parameter longestStep: how long the longest step between two requests to the model is expected to take, in
    ///   seconds; `nil` when nothing is known. Half of it is added, so that a slow step does not lose the model.
    public init(longestStep: Double?) {
        let wanted = longestStep.map { $0.isFinite ? $0 * 1.5 : Self.longest } ?? 0
        seconds = max(Self.shortest, min(Self.longest, wanted.rounded(.up)))
    }

    /// What requests ask for. A keep-alive that somebody else set, because the model was loaded before the chain, and
    /// that is longer than the lease, is not shortened: a pinned model stays pinned, and one with more time left keeps
    /// what it has.
    /// - Parameters:
    ///   - seen: the model as the server listed it before the chain loaded it; `nil` when it was not there.
    ///   - now: the time of that reading.
    public func keepAlive(seen: ModelInfo? = nil, now: Date) -> KeepAlive {
        guard let seen, seen.isLoaded else { return .seconds(seconds) }
        if seen.isPinned { return .forever }
        let rest = seen.expiresAt?.timeIntervalSince(now) ?? 0
        // Without a value the server leaves the last one standing.
        return rest > seconds ? .serverDefault : .seconds(seconds)
    }

    /// When the lease must be renewed at the latest while nothing is asked of the model, in seconds after the last
    /// request.
    public var renewal: Double { seconds / 2 }
}
