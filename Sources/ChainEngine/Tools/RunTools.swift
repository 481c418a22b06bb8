import PromptChainCore
import Synchronization

/// The tools of one run.
final class RunTools: Sendable {
    let box: ToolBox
    private let isOwned: Bool
    private let leftOut = Mutex<Set<Int>>([])

    /// - Parameter given: a box that somebody else keeps; without one the run has its own, and closes it.
    init(_ given: ToolBox?, servers: [ToolServer], log: @escaping @Sendable (String, String) -> Void) {
        box = given ?? ToolBox(servers: servers, log: log)
        isOwned = given == nil
    }

    /// Lets steps, counted from 0, go without tools.
    func leaveOut(_ steps: [Int]) {
        leftOut.withLock { $0.formUnion(steps) }
    }

    func isLeftOut(_ step: Int) -> Bool { leftOut.withLock { $0.contains(step) } }

    /// Ends the servers, where they are the run's own.
    func close() async {
        if isOwned { await box.close() }
    }
}
