/// Why tools cannot be used, in words for people.
public struct ToolFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for programs that decide by it.
    public enum Kind: Equatable, Sendable {
        /// The server cannot be started or reached.
        case unavailable
        /// The server has ended, or the connection broke off.
        case ended
        /// Nothing came within the time limit.
        case timedOut
        /// What came is not what a tool server says.
        case foreign
        /// The server refuses the request.
        case refused
        /// The server has forgotten the session.
        case sessionGone
        /// A chain asks for a tool that is not there, or a model that cannot call any.
        case unknown
    }

    /// The kind of failure.
    public var kind: Kind
    /// The failure in one sentence.
    public var sentence: String
    /// What the user can do about it.
    public var hint: String?

    /// A failure.
    public init(_ kind: Kind, _ sentence: String, hint: String? = nil) {
        self.kind = kind
        self.sentence = sentence
        self.hint = hint
    }

    /// The failure and what helps.
    public var description: String { hint.map { "\(sentence)\n  \($0)" } ?? sentence }
}
