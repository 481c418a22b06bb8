import PromptChainCore
import Synchronization

/// The tools of one run.
final class RunTools: Sendable {
    let box: ToolBox
    private let isOwned: Bool
    private let leftOut = Mutex<[Int: Set<ModelName>]>([:])

    /// - Parameter given: a box that somebody else keeps; without one the run has its own, and closes it.
    init(_ given: ToolBox?, servers: [ToolServer], log: @escaping @Sendable (String, String) -> Void) {
        box = given ?? ToolBox(servers: servers, log: log)
        isOwned = given == nil
    }

    /// Lets a model go without tools in a step, counted from 0.
    func leaveOut(_ model: ModelName, at step: Int) {
        leftOut.withLock { _ = $0[step, default: []].insert(model) }
    }

    /// Whether a model goes without tools in a step.
    func isLeftOut(_ model: ModelName, at step: Int) -> Bool {
        leftOut.withLock { $0[step]?.contains(model) ?? false }
    }

    /// Ends the servers, where they are the run's own.
    func close() async {
        if isOwned { await box.close() }
    }
}
