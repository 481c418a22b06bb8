import Foundation
import PromptChainCore
import Synchronization

/// Numbers a run's events and hands them to a sink, one after another, without ever waiting for it.
final class EventChannel: Sendable {
    private struct State {
        var sequence = 0
        var isClosed = false
        /// What the sink has not been given yet, and whether it is being given something.
        var waiting: [ChainEventRecord] = []
        var isGiving = false
    }

    private let run: String
    private let clock: any RunClock
    private let sink: @Sendable (ChainEventRecord) -> Void
    private let state = Mutex(State())
    // A queue of its own: a sink that blocks (a stopped terminal) then holds up neither the run nor the shared threads.
    private let queue = DispatchQueue(label: "promptchain.events")

    /// - Parameter sequence: the number of the last event that the run told before.
    init(
        run: String, after sequence: Int = 0, clock: any RunClock, sink: @escaping @Sendable (ChainEventRecord) -> Void
    ) {
        self.run = run
        state.withLock { $0.sequence = sequence }
        self.clock = clock
        self.sink = sink
    }

    /// Hands an event on. After `close` it is dropped.
    func send(_ event: ChainEvent, item: Int? = nil) {
        let time = clock.now()
        let begins = state.withLock { state in
            guard !state.isClosed else { return false }
            state.sequence += 1
            state.waiting.append(
                ChainEventRecord(sequence: state.sequence, time: time, run: run, item: item, event: event))
            defer { state.isGiving = true }
            return !state.isGiving
        }
        // One errand for all events that come until the queue gets to it: a fast model tells thousands a second.
        if begins { queue.async { self.give() } }
    }

    private func give() {
        while true {
            let records = state.withLock { state in
                defer { state.waiting = [] }
                state.isGiving = !state.waiting.isEmpty
                return state.waiting
            }
            if records.isEmpty { return }
            for record in records { sink(record) }
        }
    }

    /// Takes no more events and waits until the sink had all of them.
    func close() async {
        state.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume() }
        }
    }
}
