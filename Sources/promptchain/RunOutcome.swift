import ModelManagement
import PromptChainCore

/// How a run ended, for whoever started it from the command line.
struct RunOutcome {
    /// What it did; empty when there was no run.
    var summary: RunSummary
    /// The signal that ended it.
    var signal: Int32?
    /// What failed on a server.
    var failure: ModelManagementError?
    /// How a run ended that went on after its terminal had gone away.
    var unseen: ChainEvent.RunResult?

    /// Whether it failed because a server is out of reach.
    var isUnreachable: Bool { failure?.isOutOfReach ?? false }
}
