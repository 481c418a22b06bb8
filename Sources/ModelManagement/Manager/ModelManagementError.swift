import PromptChainCore

/// Why something could not be done on a server, in words for people: what failed, where, why, and what helps.
public struct ModelManagementError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for programs that decide by it.
    public enum Kind: Equatable, Sendable {
        /// Nothing listens at the address, or it cannot be found.
        case unreachable
        /// The server accepts connections and answers nothing.
        case notAnswering
        /// The address is no such server: HTML, another API, no JSON.
        case foreign
        /// The server refuses access (401, 403).
        case forbidden
        /// The server's queue is full (503).
        case busy
        /// The server does not have the model.
        case modelNotFound
        /// The model cannot do what is asked (an embedding model cannot generate).
        case notSupported
        /// The server could not load the model.
        case loadFailed
        /// The request is wrong (400).
        case badRequest
        /// The answer broke off or reported an error midway.
        case interrupted
        /// The time limit passed.
        case timedOut
        /// Anything else that the server reports.
        case server
    }

    /// The kind of failure.
    public var kind: Kind
    /// What was to be done, as the end of "cannot …": `load mistral-small:22b`.
    public var action: String
    /// The server's name.
    public var server: String
    /// Why it failed: the server's own words where it has any.
    public var reason: String
    /// What the user can do about it.
    public var hint: String?
    /// The HTTP status, where there was one.
    public var status: Int?

    /// A failure.
    public init(kind: Kind, action: String, server: String, reason: String, hint: String? = nil, status: Int? = nil) {
        self.kind = kind
        self.action = action
        self.server = server
        self.reason = reason
        self.hint = hint
        self.status = status
    }

    /// The failure in one sentence, without the hint.
    public var sentence: String { "cannot \(action) on \(server): \(reason)" }

    /// How a server stands that was asked and failed like this, for a snapshot. One that answers, if only with an
    /// error, is not called unreachable for it.
    public var serverState: ServerState {
        switch kind {
        case .notAnswering: .starting
        case .unreachable, .foreign, .forbidden, .interrupted, .timedOut:
            .unreachable(reason: reason, hint: hint ?? "")
        default: .ready
        }
    }

    /// The failure and what helps.
    public var description: String { hint.map { "\(sentence)\n  \($0)" } ?? sentence }
}
