import Foundation
import GRDB
import PromptChainCore
import Synchronization

/// What was measured, kept on disk from one run of the program to the next.
///
/// Measurements are held in memory and written behind, on a queue of their own; several programs may use one file, and
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
        var told: Set<Trouble> = []
    }

    /// What can be wrong with the file; each is told once.
    private enum Trouble: Hashable, Sendable {
        case isSlow, wasCorrupt, isReadOnly, isUnusable, refusesWrites, takesTooLong
    }

    private let file: HistoryFile
    private let now: @Sendable () -> Date
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let connection = Mutex<DatabaseQueue?>(nil)
    private let queue = DispatchQueue(label: "promptchain.history")

    /// Opens the database, or begins it. Waits for the disk: not for the pool that runs tasks.
    /// - Parameters:
    ///   - path: the file, `history.db` in the state folder. Its folder is made.
    ///   - openingSeconds: how long to wait for it, in seconds. What comes later is taken in when it comes.
    ///   - now: the time of a measurement.
    ///   - report: is told in a sentence, once, when something is wrong with the file, and what that means.
    public init(
        path: String, openingSeconds: Double = 2, now: @escaping @Sendable () -> Date = { Date() },
        report: @escaping @Sendable (String) -> Void
    ) {
        file = HistoryFile(path: path)
        self.now = now
        self.report = report
        let isOpen = DispatchSemaphore(value: 0)
        queue.async {
            self.open()
            isOpen.signal()
        }
        if isOpen.wait(timeout: .now() + openingSeconds) == .timedOut {
            tell(.isSlow, "\(path) is slow to open: earlier measurements are not known yet")
        }
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
        if begins { queue.async { self.write() } }
    }

    /// Waits until everything that was recorded is in the file, or was given up. Blocks.
    /// - Parameter seconds: the longest to wait.
    /// - Returns: whether that was long enough.
    @discardableResult
    public func flush(within seconds: Double = 2) -> Bool {
        let isDone = DispatchSemaphore(value: 0)
        queue.async { isDone.signal() }
        guard isDone.wait(timeout: .now() + seconds) == .timedOut else { return true }
        tell(.takesTooLong, "\(file.path) takes too long to write: the latest measurements are lost")
        return false
    }

    /// Writes what waits and closes the file. What is recorded afterwards counts in memory alone. Blocks.
    /// - Parameter seconds: the longest to wait.
    public func close(within seconds: Double = 2) {
        state.withLock { $0.isClosed = true }
        guard flush(within: seconds) else { return }
        let isDone = DispatchSemaphore(value: 0)
        queue.async {
            let open = self.connection.withLock { connection in
                defer { connection = nil }
                return connection
            }
            try? open?.close()
            isDone.signal()
        }
        _ = isDone.wait(timeout: .now() + seconds)
    }

    // From here on everything happens on the queue.

    private func open() {
        var found = Measurements()
        do {
            let opened = try file.open(now: now()) { found = try MeasurementRecord.all(in: $0) }
            if let place = opened.setAside {
                tell(
                    .wasCorrupt,
                    "\(file.path) was corrupt: it is kept as \(place), and a new one is begun. "
                        + "Earlier measurements are lost")
            }
            if opened.isReadOnly {
                tell(.isReadOnly, "\(file.path) cannot be written: what is measured now is forgotten at the end")
            } else {
                try? opened.queue.write { try MeasurementRecord.prune($0) }
                connection.withLock { $0 = opened.queue }
            }
        } catch {
            tell(
                .isUnusable,
                "\(file.path) cannot be used: \(Self.reason(error)). What is measured is forgotten at the end")
        }
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
        guard !batch.isEmpty, let open = connection.withLock({ $0 }) else { return }
        let time = now()
        do {
            try open.write { database in
                for record in batch.compactMap(MeasurementRecord.init) { try record.insert(into: database, at: time) }
            }
        } catch {
            // The next measurement tries again: a disk may be full for a while, or another program busy.
            state.withLock { state in
                state.waiting = Array((batch + state.waiting).suffix(Self.mostWaiting))
            }
            tell(
                .refusesWrites,
                "\(file.path) cannot be written: \(Self.reason(error)). What is measured may be forgotten at the end")
        }
    }

    private func tell(_ trouble: Trouble, _ message: String) {
        let isNews = state.withLock { $0.told.insert(trouble).inserted }
        if isNews { report(message) }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case HistoryFailure.newer: "a newer version of the program wrote it"
        case HistoryFailure.unusable(let reason): reason
        case let error as DatabaseError: error.message ?? error.resultCode.description
        default: (error as NSError).localizedDescription
        }
    }
}
