import Foundation
import GRDB
import PromptChainCore
import Synchronization

/// What was measured, kept on disk from one run of the program to the next.
///
/// Measurements are held in memory and written behind, on the history's queue; several programs may use one file, and
/// each sees what the others wrote when it opens it. Whatever is wrong with the file never fails a run: it is told once
/// and everything goes on in memory.
public final class MeasurementDatabase: MeasurementStore {
    /// The most measurements that wait for a disk that does not take them; the oldest are given up.
    static let mostWaiting = 1000

    private struct State {
        var measurements = Measurements()
        // What came before the file was read; it is newer than what the file holds.
        var early: [ModelMeasurement]? = []
        var waiting: [ModelMeasurement] = []
        var isWriting = false
        var isClosed = false
    }

    private let database: HistoryDatabase
    private let state = Mutex(State())

    /// The measurements of a history database. Waits for the disk: not for the pool that runs tasks.
    /// - Parameters:
    ///   - openingSeconds: how long to wait for it, in seconds. What comes later is taken in when it comes.
    public init(_ database: HistoryDatabase, openingSeconds: Double = 2) {
        self.database = database
        database.perform { self.takeIn() }
        if !database.waitForQueue(openingSeconds) {
            database.tell(.isSlow, "\(database.path) is slow to open: earlier measurements are not known yet")
        }
    }

    /// The measurements of a file that holds them, in a database of their own.
    /// - Parameters:
    ///   - path: the file, `history.db` in the state folder. Its folder is made.
    ///   - openingSeconds: how long to wait for it, in seconds. What comes later is taken in when it comes.
    ///   - now: the time of a measurement.
    ///   - report: is told in a sentence, once, when something is wrong with the file, and what that means.
    public convenience init(
        path: String, openingSeconds: Double = 2, now: @escaping @Sendable () -> Date = { Date() },
        report: @escaping @Sendable (String) -> Void
    ) {
        self.init(HistoryDatabase(path: path, now: now, report: report), openingSeconds: openingSeconds)
    }

    /// Everything that is known now: what the file held when it was opened, and what was recorded since.
    public var measurements: Measurements { state.withLock { $0.measurements } }

    /// Notes a measurement, and writes it soon.
    public func record(_ measurement: ModelMeasurement) {
        let begins = state.withLock { state in
            state.measurements.add(measurement)
            state.early?.append(measurement)
            guard !state.isClosed else { return false }
            state.waiting.append(measurement)
            if state.waiting.count > Self.mostWaiting { state.waiting.removeFirst() }
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { database.perform { self.write() } }
    }

    /// Waits until everything that was recorded is in the file, or was given up. Blocks.
    /// - Parameter seconds: the longest to wait.
    /// - Returns: whether that was long enough.
    @discardableResult
    public func flush(within seconds: Double = 2) -> Bool { database.flush(within: seconds) }

    /// Writes what waits and closes the file. What is recorded afterwards counts in memory alone. Blocks.
    /// - Parameter seconds: the longest to wait.
    public func close(within seconds: Double = 2) {
        state.withLock { $0.isClosed = true }
        database.close(within: seconds)
    }

    // From here on everything happens on the queue.

    private func takeIn() {
        var found = database.found
        state.withLock { state in
            for measurement in state.early ?? [] { found.add(measurement) }
            state.measurements = found
            state.early = nil
        }
    }

    private func write() {
        let batch = state.withLock { state in
            state.isWriting = false
            defer { state.waiting = [] }
            return state.waiting
        }
        guard !batch.isEmpty, let open = database.connection else { return }
        let time = database.now()
        do {
            try open.write { database in
                for record in batch.compactMap(MeasurementRecord.init) { try record.insert(into: database, at: time) }
            }
        } catch {
            // The next measurement tries again: a disk may be full for a while, or another program busy.
            state.withLock { state in
                state.waiting = Array((batch + state.waiting).suffix(Self.mostWaiting))
            }
            database.tell(
                .refusesMeasurements,
                "\(database.path) cannot be written: \(HistoryDatabase.reason(error)). "
                    + "What is measured may be forgotten at the end")
        }
    }
}
