import Foundation

/// Where work that blocks (files, databases, drivers) is done: never on the pool that runs tasks, which has only as many
/// threads as the machine has cores.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "promptchain.blocking", attributes: .concurrent)

    /// Does the work on a thread of its own and waits for it without holding a task's thread.
    static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }
}
