/// Why the simulator cannot start: a sentence, and what to do about it.
public struct SimulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// What helps; empty when there is nothing to say.
    public var hint: String

    /// An error.
    public init(_ message: String, hint: String = "") {
        self.message = message
        self.hint = hint
    }

    /// The message and the hint, for a terminal.
    public var description: String { hint.isEmpty ? message : "\(message)\nhint: \(hint)" }
}
