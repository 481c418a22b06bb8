import Foundation
import GRDB
import PromptChainCore

/// Deletes old runs, so that the history stays within an age and a size. A run that still lives is left alone.
public struct HistoryPruning: Equatable, Sendable {
    /// What was deleted.
    public struct Result: Equatable, Sendable {
        /// How many runs.
        public var runs = 0
        /// How many bytes of the file that freed.
        public var bytes: Int64 = 0
    }

    /// The oldest that is kept, in seconds; `nil` for any age.
    public var keepSeconds: Double?
    /// The largest that the history may be, in bytes; `nil` for any size.
    public var maximumBytes: Int64?

    /// Bounds of the history.
    public init(keepSeconds: Double? = nil, maximumBytes: Int64? = nil) {
        self.keepSeconds = keepSeconds
        self.maximumBytes = maximumBytes
    }

    /// Prunes a database that is open, on its queue. What fails is tried by the next program.
    public func perform(in database: HistoryDatabase) {
        database.perform {
            guard let connection = database.connection else { return }
            _ = try? prune(connection, now: database.now())
        }
    }

    /// Prunes a file and gives the freed room back to the disk. Blocks.
    /// - Throws: `HistoryFault`.
    public func perform(path: String, now: Date) throws -> Result {
        do {
            guard FileManager.default.fileExists(atPath: path) else { return Result() }
            let opened = try HistoryFile(path: path).open(now: now, setsAside: false) { _ in }
            guard !opened.isReadOnly else { throw HistoryFailure.unusable("it cannot be written") }
            let before = try opened.queue.read(Self.fileBytes)
            var result = try prune(opened.queue, now: now)
            if result.runs > 0 { try opened.queue.vacuum() }
            result.bytes = max(0, before - (try opened.queue.read(Self.fileBytes)))
            try opened.queue.close()
            return result
        } catch {
            throw HistoryFault(
                message: "\(path) cannot be pruned: \(HistoryDatabase.reason(error))",
                hint: "Nothing that it held is lost but what was pruned already.")
        }
    }

    private func isTooOld(_ run: RecordedRun, now: Date) -> Bool {
        guard let keepSeconds else { return false }
        return (run.finishedAt ?? run.startedAt) < now.addingTimeInterval(-keepSeconds)
    }

    // A run at a time, so that whoever writes waits for none of it.
    private func prune(_ connection: DatabaseQueue, now: Date) throws -> Result {
        var result = Result()
        let runs = try connection.read { database in
            try Row.fetchAll(database, sql: "SELECT \(RunRow.columns) FROM run ORDER BY number").map(RunRow.run)
        }
        for run in runs where run.liveness != .running {
            let isTooLarge =
                try maximumBytes.map { maximum in try connection.read(Self.usedBytes) > maximum } ?? false
            guard isTooLarge || isTooOld(run, now: now) else { continue }
            try connection.write { database in
                try database.execute(sql: "DELETE FROM run WHERE number = ?", arguments: [run.number])
            }
            result.runs += 1
        }
        return result
    }

    private static func fileBytes(_ database: Database) throws -> Int64 {
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        return pages * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }

    // Pages that were freed are written anew before the file grows.
    private static func usedBytes(_ database: Database) throws -> Int64 {
        let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        return (pages - free) * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }
}
