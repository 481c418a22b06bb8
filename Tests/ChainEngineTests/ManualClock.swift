import Foundation
import Synchronization

@testable import ChainEngine

/// A clock that stands still until a test moves it.
final class ManualClock: RunClock {
    private struct State {
        var seconds = 0.0
        var sleepers: [Int: (due: Double, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var next = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func now() -> Date { Date(timeIntervalSince1970: 1_800_000_000 + seconds()) }

    func seconds() -> Double { state.withLock { $0.seconds } }

    func sleep(seconds: Double) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let watchers = state.withLock { state in
                    state.sleepers[id] = (state.seconds + seconds, continuation)
                    let ready = state.watchers.filter { $0.count <= state.sleepers.count }
                    state.watchers.removeAll { $0.count <= state.sleepers.count }
                    return ready
                }
                for watcher in watchers { watcher.continuation.resume() }
                if Task.isCancelled { wake(id, cancelled: true) }
            }
        } onCancel: {
            wake(id, cancelled: true)
        }
    }

    private func wake(_ id: Int, cancelled: Bool) {
        let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
        if cancelled {
            sleeper?.continuation.resume(throwing: CancellationError())
        } else {
            sleeper?.continuation.resume()
        }
    }

    /// Moves the time on, and wakes whoever is due.
    func advance(by seconds: Double) {
        let due = state.withLock { state in
            state.seconds += seconds
            return state.sleepers.filter { $0.value.due <= state.seconds }.map(\.key)
        }
        for id in due { wake(id, cancelled: false) }
    }

    /// Waits until somebody sleeps.
    func somebodySleeps(count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
