import Foundation
import OllamaSimulator
import Synchronization

/// A time that stands still while anybody works, and otherwise goes at once to the next moment for which somebody waits.
/// So a slow machine changes nothing in what happens when, and nobody waits in earnest.
///
/// Everything in the process that waits for a length of time should wait on it. What waits in earnest is taken for idle.
public final class SteppedTime: SimulationTime {
    private struct Sleeper {
        var due: Double
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var seconds = 0.0
        var sleepers: [Int: Sleeper] = [:]
        var nextID = 0
        var isHeld: Bool
        var isOver = false
    }

    private final class Shared: Sendable {
        let state: Mutex<State>
        let longestStep: Double
        /// Told whenever the driver may have something to do.
        let news = DispatchSemaphore(value: 0)

        init(isHeld: Bool, longestStep: Double) {
            state = Mutex(State(isHeld: isHeld))
            self.longestStep = longestStep
        }
    }

    private let shared: Shared

    /// A time that begins at 0.
    /// - Parameters:
    ///   - isHeld: whether it stands still until it is told to go on.
    ///   - longestStep: seconds; what is due later than that is left alone, so that no model's time to stay runs out
    ///     only because there is nothing else to wait for.
    public init(isHeld: Bool = false, longestStep: Double = 60) {
        shared = Shared(isHeld: isHeld, longestStep: longestStep)
        let shared = shared
        Thread.detachNewThread { Self.drive(shared) }
    }

    deinit {
        shared.state.withLock { $0.isOver = true }
        shared.news.signal()
    }

    /// Seconds since it began.
    public var seconds: Double { shared.state.withLock { $0.seconds } }

    /// Lets it stand still, whatever is waited for.
    public func hold() { shared.state.withLock { $0.isHeld = true } }

    /// Lets it go on.
    public func goOn() {
        shared.state.withLock { $0.isHeld = false }
        shared.news.signal()
    }

    /// Moves it by hand, and wakes whoever is due.
    public func pass(_ seconds: Double) {
        let due = shared.state.withLock { state in
            state.seconds += seconds
            return Self.takeDue(&state)
        }
        for continuation in due { continuation.resume() }
    }

    /// Waits until a moment; ends early with an error when the task is cancelled.
    public func sleep(until moment: Double) async throws {
        try Task.checkCancellation()
        let id = shared.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isDue = shared.state.withLock { state in
                    if moment <= state.seconds { return true }
                    state.sleepers[id] = Sleeper(due: moment, continuation: continuation)
                    return false
                }
                if isDue { continuation.resume() } else { shared.news.signal() }
                // The handler may have come before there was anything to wake.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Waits for a number of seconds.
    public func sleep(seconds: Double) async throws { try await sleep(until: self.seconds + seconds) }

    private func cancel(_ id: Int) {
        let sleeper = shared.state.withLock { $0.sleepers.removeValue(forKey: id) }
        sleeper?.continuation.resume(throwing: CancellationError())
    }

    private static func takeDue(_ state: inout State) -> [CheckedContinuation<Void, any Error>] {
        let due = state.sleepers.filter { $0.value.due <= state.seconds }.sorted { $0.value.due < $1.value.due }
        for (id, _) in due { state.sleepers[id] = nil }
        return due.map(\.value.continuation)
    }

    // A thread of its own: what it waits for is that all others have nothing to do.
    private static func drive(_ shared: Shared) {
        while !shared.state.withLock({ $0.isOver }) {
            guard hasNext(shared) else {
                shared.news.wait()
                continue
            }
            ProcessRest.wait()
            let due = shared.state.withLock { state -> [CheckedContinuation<Void, any Error>] in
                guard let next = next(state, shared) else { return [] }
                state.seconds = next
                return takeDue(&state)
            }
            for continuation in due { continuation.resume() }
        }
    }

    private static func hasNext(_ shared: Shared) -> Bool {
        shared.state.withLock { next($0, shared) != nil }
    }

    private static func next(_ state: State, _ shared: Shared) -> Double? {
        guard !state.isHeld, let due = state.sleepers.values.map(\.due).min() else { return nil }
        return due - state.seconds <= shared.longestStep ? due : nil
    }
}
