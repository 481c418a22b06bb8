import Foundation
import GRDB
import PromptChainCore
import Synchronization

/// Keeps what one run tells. It takes every event at once and writes behind, on the history's queue: once a second, and
/// when a step ends. What the disk does not take is held, within bounds, and tried again.
public final class RunRecorder: Sendable {
    private struct State {
        var buffer: RunBuffer
        var number: Int64?
        var isDue = false
        var patience = 1.0
        var isOver = false
    }

    private let database: HistoryDatabase
    private let run: @Sendable () -> RecordedRun
    private let state: Mutex<State>

    /// A recorder of a run that begins, or goes on: a run that is in the file already is continued.
    /// - Parameters:
    ///   - database: where it is kept.
    ///   - limit: the most bytes that wait for a disk that does not take them.
    ///   - run: what is known of the run; asked once, where waiting for a disk does no harm.
    public init(
        in database: HistoryDatabase, limit: Int = 32 << 20, run: @escaping @Sendable () -> RecordedRun
    ) {
        self.database = database
        state = Mutex(State(buffer: RunBuffer(limit: limit)))
        // A file that is locked asks for several attempts.
        let known = Mutex<RecordedRun?>(nil)
        self.run = {
            if let run = known.withLock({ $0 }) { return run }
            let read = run()
            known.withLock { $0 = read }
            return read
        }
        database.hold(self) { self.write() }
        schedule(after: 0)
    }

    /// Takes an event of the run. Returns at once.
    public func record(_ event: ChainEventRecord) {
        let isUrgent = event.event.isWorthWriting
        let begins = state.withLock { state in
            state.buffer.take(event)
            if case .runFinished = event.event { state.isOver = true }
            return claim(&state, isUrgent: isUrgent)
        }
        if begins { schedule(after: isUrgent ? 0 : 1) }
    }

    /// Waits until everything that was told is in the file. Blocks.
    /// - Parameter seconds: the longest to wait.
    /// - Returns: whether all of it is there.
    @discardableResult
    public func flush(within seconds: Double = 2) -> Bool {
        schedule(after: 0)
        return database.waitForQueue(seconds) && state.withLock { $0.buffer.isEmpty && $0.number != nil }
    }

    // A step's end is written now, also when the second is not over; after a failure everything waits for its turn.
    private func claim(_ state: inout State, isUrgent: Bool) -> Bool {
        if state.isDue, !isUrgent || state.patience > 1 { return false }
        state.isDue = true
        return true
    }

    private func schedule(after seconds: Double) {
        database.perform(after: seconds) { self.write() }
    }

    // On the history's queue.
    private func write() {
        let (batch, number) = state.withLock { state in
            state.isDue = false
            return (state.buffer.drain(), state.number)
        }
        guard number == nil || !batch.isEmpty else { return letGo() }
        guard let connection = database.connection else {
            // Without a file nothing is held: it was told when the file was opened.
            database.hold(self, nil)
            return
        }
        do {
            let place = try connection.write { database in
                let place = try number ?? RunRow.begin(run(), in: database)
                try RunWriter(run: place, database: database).write(batch)
                return place
            }
            state.withLock { state in
                state.number = place
                state.patience = 1
            }
            letGo()
        } catch {
            keep(batch, error)
        }
    }

    private func letGo() {
        if state.withLock({ $0.isOver && $0.buffer.isEmpty }) { database.hold(self, nil) }
    }

    private func keep(_ batch: RunBuffer.Batch, _ error: any Error) {
        let (patience, givesUp) = state.withLock { state in
            state.buffer.putBack(batch)
            state.isDue = true
            state.patience = min(30, state.patience * 2)
            return (state.patience, state.buffer.lost > 0)
        }
        database.tell(
            .refusesRuns,
            "\(database.path) cannot be written: \(HistoryDatabase.reason(error)). "
                + "The run goes on, and is kept in memory until the file takes it")
        if givesUp {
            database.tell(
                .givesUpText,
                "\(database.path) has taken nothing for too long: the oldest events of the run are missing in its history"
            )
        }
        if !database.isClosed { schedule(after: patience) }
    }
}

extension ChainEvent {
    /// Whether a run that died right after it would be missed.
    fileprivate var isWorthWriting: Bool {
        switch self {
        case .runStarted, .stepFinished, .stepFailed, .chainBroken, .runResumed, .runFinished: true
        default: false
        }
    }
}
