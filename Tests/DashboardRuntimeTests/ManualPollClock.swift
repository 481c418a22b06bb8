import DashboardRuntime
import Foundation
import Synchronization

/// A clock that a test moves: sleepers wake when their time has come, and not before.
final class ManualPollClock: PollClock {
    private struct Sleeper {
        var due: Double
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var time = 0.0
        var sleepers: [Int: Sleeper] = [:]
        var nextID = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func now() -> Date { Date(timeIntervalSince1970: state.withLock { $0.time }) }

    func sleep(seconds: Double) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                    state.sleepers[id] = Sleeper(due: state.time + seconds, continuation: continuation)
                    return Self.takeReady(&state)
                }
                for waiter in ready { waiter.resume() }
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
    }

    /// Moves the time on and wakes whoever is due.
    func advance(by seconds: Double) {
        let due = state.withLock { state in
            state.time += seconds
            let due = state.sleepers.filter { $0.value.due <= state.time + 1e-9 }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Waits until that many tasks sleep.
    func waitForSleepers(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                state.waiters.append((count, continuation))
                return Self.takeReady(&state)
            }
            for waiter in ready { waiter.resume() }
        }
    }

    /// When the sleepers are due, in seconds from now, in order.
    var delays: [Double] { state.withLock { state in state.sleepers.values.map { $0.due - state.time }.sorted() } }

    private static func takeReady(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        let count = state.sleepers.count
        let ready = state.waiters.filter { $0.count <= count }.map(\.continuation)
        state.waiters.removeAll { $0.count <= count }
        return ready
    }
}
