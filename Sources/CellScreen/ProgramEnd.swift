/// How another program ended that had the terminal.
public enum ProgramEnd: Equatable, Sendable {
    /// By itself, with a status.
    case exited(Int32)
    /// By a signal, by number.
    case signalled(Int32)
    /// It never began; why.
    case notStarted(String)
}
