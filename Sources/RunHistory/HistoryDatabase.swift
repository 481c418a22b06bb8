import Foundation
import GRDB
import PromptChainCore
import Synchronization

/// The history database of a program: one file, one connection and one queue for everything that is kept in it.
///
/// Nobody waits for it but whoever asks to. Whatever is wrong with the file never fails a run: it is told once, and
/// everything goes on in memory.
public final class HistoryDatabase: Sendable {
    /// What can be wrong with the file; each is told once.
    enum Trouble: Hashable, Sendable {
        case isSlow, wasCorrupt, isReadOnly, isUnusable, refusesMeasurements, refusesRuns, givesUpText, takesTooLong
    }

    private struct State {
        var connection: DatabaseQueue?
        var isClosed = false
        var told: Set<Trouble> = []
        // Who still holds what the file has not taken, for the last attempt.
        var holders: [ObjectIdentifier: @Sendable () -> Void] = [:]
        var found = Measurements()
    }

    /// The file's path.
    public let path: String
    let now: @Sendable () -> Date
    private let report: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "promptchain.history", qos: .utility)

    /// Opens the database, or begins it, without waiting for that.
    /// - Parameters:
    ///   - path: the file, `history.db` in the state folder. Its folder is made.
    ///   - busySeconds: how long to wait for another program that writes, in seconds.
    ///   - now: the time.
    ///   - report: is told in a sentence, once, when something is wrong with the file, and what that means.
    public init(
        path: String, busySeconds: Double = 5, now: @escaping @Sendable () -> Date = { Date() },
        report: @escaping @Sendable (String) -> Void
    ) {
        self.path = path
        self.now = now
        self.report = report
        queue.async { self.open(busySeconds: busySeconds) }
    }

    /// Waits until everything that was handed over before is in the file, or was refused by it. Blocks.
    /// - Parameter seconds: the longest to wait.
    /// - Returns: whether that was long enough.
    @discardableResult
    public func flush(within seconds: Double = 2) -> Bool {
        guard !waitForQueue(seconds) else { return true }
        tell(.takesTooLong, "\(path) takes too long to write: the latest of this run is lost to the history")
        return false
    }

    /// Writes what waits and closes the file. What comes afterwards is not kept. Blocks.
    /// - Parameter seconds: the longest to wait.
    public func close(within seconds: Double = 2) {
        let holders = state.withLock { state in
            state.isClosed = true
            return Array(state.holders.values)
        }
        for holder in holders { queue.async(execute: holder) }
        guard flush(within: seconds) else { return }
        queue.async {
            let open = self.state.withLock { state in
                defer { state.connection = nil }
                return state.connection
            }
            try? open?.close()
        }
        _ = waitForQueue(seconds)
    }

    // MARK: - For those who keep something in it

    /// What the file held of measurements when it was opened.
    var found: Measurements { state.withLock { $0.found } }

    /// Whether nothing more is kept.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Waits for what was handed over before, without a word when it takes longer.
    func waitForQueue(_ seconds: Double) -> Bool {
        let isDone = DispatchSemaphore(value: 0)
        queue.async { isDone.signal() }
        return isDone.wait(timeout: .now() + seconds) == .success
    }

    /// Does something on the queue, after the file was opened and everything that came before.
    func perform(after seconds: Double = 0, _ work: @escaping @Sendable () -> Void) {
        guard seconds > 0 else { return queue.async(execute: work) }
        queue.asyncAfter(deadline: .now() + seconds, execute: work)
    }

    /// The open file; `nil` when it cannot be written. To be used on the queue.
    var connection: DatabaseQueue? { state.withLock { $0.connection } }

    /// Notes who still holds what the file has not taken; `nil` when that is over.
    func hold(_ holder: AnyObject, _ write: (@Sendable () -> Void)?) {
        state.withLock { $0.holders[ObjectIdentifier(holder)] = write }
    }

    /// Tells of a trouble, the first time.
    func tell(_ trouble: Trouble, _ message: @autoclosure () -> String) {
        guard state.withLock({ $0.told.insert(trouble).inserted }) else { return }
        report(message())
    }

    /// Why something failed, for a sentence.
    static func reason(_ error: any Error) -> String {
        switch error {
        case HistoryFailure.newer: "a newer version of the program wrote it"
        case HistoryFailure.unusable(let reason): reason
        case let error as DatabaseError where error.resultCode == .SQLITE_BUSY: "another program has it locked"
        case let error as DatabaseError: error.message ?? error.resultCode.description
        default: (error as NSError).localizedDescription
        }
    }

    private func open(busySeconds: Double) {
        do {
            var found = Measurements()
            let opened = try HistoryFile(path: path, busySeconds: busySeconds).open(now: now()) { database in
                found = try MeasurementRecord.all(in: database)
                try RunRow.check(database)
            }
            if let place = opened.setAside {
                tell(
                    .wasCorrupt,
                    "\(path) was corrupt: it is kept as \(place), and a new one is begun. "
                        + "Earlier measurements and runs are lost")
            }
            if opened.isReadOnly {
                tell(.isReadOnly, "\(path) cannot be written: this run and what is measured is forgotten at the end")
            } else {
                try? opened.queue.write { try MeasurementRecord.prune($0) }
            }
            state.withLock { state in
                state.found = found
                if !opened.isReadOnly { state.connection = opened.queue }
            }
        } catch {
            tell(
                .isUnusable,
                "\(path) cannot be used: \(Self.reason(error)). "
                    + "This run and what is measured is forgotten at the end")
        }
    }
}
