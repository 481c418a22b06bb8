import PromptChainCore
import Synchronization

/// What a run's socket sends from: the events that are held, and what is done when a watcher asks for the end.
final class RunStation: Sendable {
    private struct State {
        var held: HeldEvents
        var isClosed = false
        var wasAskedToStop = false
    }

    /// What a watcher has to be sent next.
    struct Parcel: Sendable {
        /// Events that are gone, before the others.
        var lagged: ClosedRange<Int>?
        var records: [ChainEventRecord] = []
        /// Nothing follows, now or later.
        var isLast = false
    }

    let run: String
    let chain: String
    private let state: Mutex<State>
    private let stop: @Sendable () -> Void

    init(run: String, chain: String, held: HeldEvents, stop: @escaping @Sendable () -> Void) {
        self.run = run
        self.chain = chain
        state = Mutex(State(held: held))
        self.stop = stop
    }

    func add(_ record: ChainEventRecord) { state.withLock { $0.held.add(record) } }

    func close() { state.withLock { $0.isClosed = true } }

    /// Ends the run, once: a second request would make it give up its clean-up.
    func askToStop() {
        let isFirst = state.withLock { state in
            defer { state.wasAskedToStop = true }
            return !state.wasAskedToStop
        }
        if isFirst { stop() }
    }

    func hello(processID: Int32) -> RunSocketLine.Hello {
        let (first, last) = state.withLock { ($0.held.first, $0.held.last) }
        return RunSocketLine.Hello(run: run, chain: chain, processID: processID, first: first, last: last)
    }

    /// What comes after an event.
    func parcel(after number: Int, limit: Int) -> Parcel {
        state.withLock { state in
            var parcel = Parcel()
            let first = state.held.first
            if first > number + 1 { parcel.lagged = (number + 1)...(first - 1) }
            parcel.records = Array(state.held.after(number, limit: limit))
            parcel.isLast = state.isClosed && parcel.records.count < limit
            return parcel
        }
    }
}
