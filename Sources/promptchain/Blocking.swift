import Foundation
import Synchronization

/// Runs asynchronous work from a synchronous command and waits for it, so that the main thread stays the main thread.
func waitFor<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
    let result = Mutex<Result<Value, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await work()) } catch { outcome = .failure(error) }
        result.withLock { $0 = outcome }
        done.signal()
    }
    done.wait()
    guard let outcome = result.withLock({ $0 }) else { throw CommandFailure(message: "the work gave no result") }
    return try outcome.get()
}

/// Does what blocks (files, a question on the terminal) on a thread of its own, so that no task's thread is held.
func apart<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        blockingQueue.async { continuation.resume(returning: work()) }
    }
}

private let blockingQueue = DispatchQueue(label: "promptchain.blocking", attributes: .concurrent)
