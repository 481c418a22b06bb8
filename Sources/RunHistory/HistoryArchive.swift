import Foundation
import GRDB
import PromptChainCore
import Synchronization

/// Why the history cannot be read, or what a user asked of it cannot be found.
public struct HistoryFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, in one sentence.
    public var message: String
    /// What helps.
    public var hint: String?

    /// The sentence.
    public var description: String { message }
}

/// Reads the history database. Every call waits for a disk, and is short: whoever writes is not held up.
public final class HistoryArchive: RunArchive {
    /// The database's file.
    public let path: String
    private let connection = Mutex<DatabaseQueue?>(nil)

    /// An archive; the file is opened when it is first asked, and need not exist.
    /// - Parameter path: the file, `history.db` in the state folder.
    public init(path: String) { self.path = path }

    /// The run that a user means: by its identifier, the beginning of one, its number in the list, or `latest`.
    /// - Throws: `HistoryFault`.
    public func run(matching name: String) throws -> RecordedRun? {
        let name = name.trimmingCharacters(in: .whitespaces).lowercased()
        guard !name.isEmpty else { return nil }
        return try read(nil) { database in
            if name == "latest" { return try Self.runs(database, "ORDER BY number DESC LIMIT 1", []).first }
            if let run = try Self.runs(database, "WHERE id = ?", [name]).first { return run }
            if let number = Int64(name), let run = try Self.runs(database, "WHERE number = ?", [number]).first {
                return run
            }
            let found = try Self.runs(
                database, "WHERE substr(id, 1, ?) = ? ORDER BY number DESC LIMIT 4", [name.count, name])
            if found.count > 1 {
                throw HistoryFault(
                    message: "several runs begin with “\(name)”: "
                        + found.prefix(3).map(\.id).joined(separator: ", ") + (found.count > 3 ? ", …" : ""),
                    hint: "Write more of its identifier, or its number: promptchain history lists them.")
            }
            return found.first
        }
    }

    /// The newest runs, newest first.
    /// - Throws: `HistoryFault`.
    public func runs(limit: Int) throws -> [RecordedRun] {
        try read([]) { try Self.runs($0, "ORDER BY number DESC LIMIT ?", [max(0, limit)]) }
    }

    /// The events of a run in their order, from the first one after a number. Text of a model comes in pieces of about a
    /// second: each has the number of the last event in it.
    /// - Parameters:
    ///   - run: its whole identifier.
    /// - Throws: `HistoryFault`.
    public func events(of run: String, after sequence: Int, limit: Int) throws -> [ChainEventRecord] {
        try read([]) { database in
            guard let number = try Self.number(of: run, in: database) else { return [] }
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT sequence, line, NULL AS step, NULL AS item, NULL AS is_thinking, NULL AS time
                    FROM event WHERE run = ? AND sequence > ?
                    UNION ALL
                    SELECT last_sequence, text, step, item, is_thinking, time
                    FROM text WHERE run = ? AND last_sequence > ?
                    ORDER BY 1
                    """, arguments: [number, sequence, number, sequence])
            var reader = ChainEventReader(run: run)
            var records: [ChainEventRecord] = []
            // A line that cannot be read leaves no gap that would look like the end.
            while records.count < limit, let row = try rows.next() {
                if let record = Self.record(row, run: run, reader: &reader) { records.append(record) }
            }
            return records
        }
    }

    // MARK: - Parts of a run

    /// The steps of a run, each with its items, in their order.
    /// - Throws: `HistoryFault`.
    public func steps(of run: RecordedRun) throws -> [RecordedStep] {
        try read([]) { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(Self.stepColumns) FROM step WHERE run = ? ORDER BY step, item",
                arguments: [run.number])
            var steps: [RecordedStep] = []
            while let row = try rows.next() { steps.append(Self.step(row)) }
            return steps
        }
    }

    /// What whoever looks at a run should know of: its warnings, failed steps and loads, and the rule that ended it.
    /// - Throws: `HistoryFault`.
    public func notes(of run: RecordedRun, limit: Int = 1000) throws -> [ChainEventRecord] {
        try notes(of: run, limit: limit, kind: nil)
    }

    /// - Parameter kind: the name of the events that are meant; `nil` for all that are to be heeded.
    func notes(of run: RecordedRun, limit: Int = .max, kind: String?) throws -> [ChainEventRecord] {
        try read([]) { database in
            var reader = ChainEventReader(run: run.id)
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT line FROM event WHERE run = ? AND \(HistorySchema.toHeed) AND kind = coalesce(?, kind)
                    ORDER BY sequence LIMIT ?
                    """, arguments: [run.number, kind, limit]
            ).compactMap { row in
                let line: String = row.value("line") ?? ""
                return try? reader.read(line)
            }
        }
    }

    /// What the run changed of the models in memory, in order.
    /// - Throws: `HistoryFault`.
    public func changes(of run: RecordedRun) throws -> [RecordedChange] {
        try read([]) { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM model_change WHERE run = ? ORDER BY sequence", arguments: [run.number]
            ).compactMap { row in
                guard let kind = RecordedChange.Kind(rawValue: row.value("change") ?? ""),
                    let time = StoredTime.date(row.value("time")), let model: String = row.value("model")
                else { return nil }
                return RecordedChange(time: time, model: model, kind: kind, vramBytes: row.value("vram_bytes"))
            }
        }
    }

    /// What was seen in the servers' memory while the run lived, in order.
    /// - Throws: `HistoryFault`.
    public func samples(of run: RecordedRun) throws -> [RecordedSample] {
        try read([]) { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM sample WHERE run = ? ORDER BY sequence, model", arguments: [run.number]
            ).compactMap { row in
                guard let time = StoredTime.date(row.value("time")), let server: String = row.value("server") else {
                    return nil
                }
                return RecordedSample(
                    sequence: row.value("sequence") ?? 0, time: time, server: server, model: row.value("model"),
                    vramBytes: row.value("vram_bytes"))
            }
        }
    }

    /// When the run did not run, between what it told last and where it went on, in order.
    /// - Throws: `HistoryFault`.
    public func pauses(of run: RecordedRun) throws -> [Range<Date>] {
        guard run.resumedAt != nil else { return [] }
        return try read([]) { database in
            let beginnings = try Row.fetchAll(
                database,
                sql: """
                    SELECT sequence, json_extract(line, '$.time') FROM event WHERE run = ? AND kind = 'run_started'
                    ORDER BY sequence
                    """, arguments: [run.number])
            return try beginnings.dropFirst().compactMap { row in
                guard let sequence: Int = row.value(at: 0), let time = Timestamp.parse(row.value(at: 1) ?? ""),
                    let last = try RunRow.lastHeard(of: run.number, before: sequence, in: database)
                else { return nil }
                let end = StoredTime.date(last)
                return end.flatMap { $0 < time ? $0..<time : nil }
            }
        }
    }

    /// The outputs of the steps that gave one, by the step. A step that failed gave what it had written until then: a
    /// chain may have gone on with it.
    /// - Throws: `HistoryFault`.
    public func outputs(of run: RecordedRun) throws -> [Int: String] {
        try read([:]) { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT step.step, event.line FROM step
                    JOIN event ON event.run = step.run AND event.sequence = step.sequence
                    WHERE step.run = ? AND step.item = 0 AND step.status IN ('done', 'failed')
                    """, arguments: [run.number])
            var reader = ChainEventReader(run: run.id)
            var outputs: [Int: String] = [:]
            while let row = try rows.next() {
                let line: String = row.value("line") ?? ""
                guard let step: Int = row.value("step") else { continue }
                switch try? reader.read(line)?.event {
                case .stepFinished(let result)?: outputs[step] = result.output
                case .stepFailed(_, _, let output)?: outputs[step] = output
                default: break
                }
            }
            return outputs
        }
    }

    // MARK: - The file

    /// Reads something; `nil` where there is no file, or nothing in it.
    /// - Throws: `HistoryFault`.
    func reading<Value>(_ work: (Database) throws -> Value?) throws -> Value? { try read(nil, work) }

    private func read<Value>(_ nothing: Value, _ work: (Database) throws -> Value) throws -> Value {
        do {
            guard let open = try opened() else { return nothing }
            return try open.read { database in
                guard try database.tableExists("run") else { return nothing }
                return try work(database)
            }
        } catch let fault as HistoryFault {
            throw fault
        } catch {
            throw HistoryFault(
                message: "\(path) cannot be read: \(HistoryDatabase.reason(error))", hint: Self.hint(error))
        }
    }

    private func opened() throws -> DatabaseQueue? {
        try connection.withLock { connection in
            if let connection { return connection }
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            connection = try HistoryFile(path: path).open(now: Date(), setsAside: false) { _ in }.queue
            return connection
        }
    }

    private static func hint(_ error: any Error) -> String? {
        switch error {
        case HistoryFailure.newer: "Use that version to look at it, or move the file away to begin a new one."
        case let error as DatabaseError where HistoryFile.isCorruption(error):
            "The next run moves it aside and begins a new one; what can be saved of it: sqlite3 FILE .recover"
        case let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_BUSY:
            "Another program writes to it; try again."
        default: nil
        }
    }

    private static func runs(
        _ database: Database, _ which: String, _ arguments: StatementArguments
    ) throws -> [RecordedRun] {
        try Row.fetchAll(database, sql: "SELECT \(RunRow.columns) FROM run \(which)", arguments: arguments)
            .map(RunRow.run)
    }

    private static func number(of run: String, in database: Database) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT number FROM run WHERE id = ?", arguments: [run])
    }

    private static func record(_ row: Row, run: String, reader: inout ChainEventReader) -> ChainEventRecord? {
        let text: String = row.value("line") ?? ""
        guard let step: Int = row.value("step") else {
            // A line that this version does not know, or that somebody else wrote, is passed over.
            return try? reader.read(text)
        }
        let item: Int = row.value("item") ?? 0
        return ChainEventRecord(
            sequence: row.value("sequence") ?? 0,
            time: StoredTime.date(row.value("time")) ?? Date(timeIntervalSince1970: 0), run: run,
            item: item == 0 ? nil : item,
            event: .token(step: step, text: text, thinking: row.value("is_thinking") ?? false))
    }

    private static let stepColumns = """
        step, item, name, model, status, started_at, finished_at, queue_seconds, load_seconds, first_token_seconds,
        generate_seconds, prompt_tokens, output_tokens, tokens_per_second, reason, sequence
        """

    // By place: a run may have very many steps.
    private static func step(_ row: Row) -> RecordedStep {
        let item: Int = row.value(at: 1) ?? 0
        return RecordedStep(
            step: row.value(at: 0) ?? 0, item: item == 0 ? nil : item, name: row.value(at: 2) ?? "",
            model: row.value(at: 3), status: RecordedStep.Status(rawValue: row.value(at: 4) ?? "") ?? .waiting,
            startedAt: StoredTime.date(row.value(at: 5)), finishedAt: StoredTime.date(row.value(at: 6)),
            queueSeconds: row.value(at: 7), loadSeconds: row.value(at: 8), firstTokenSeconds: row.value(at: 9),
            generateSeconds: row.value(at: 10), promptTokens: row.value(at: 11), outputTokens: row.value(at: 12),
            tokensPerSecond: row.value(at: 13), reason: row.value(at: 14), sequence: row.value(at: 15) ?? 0)
    }
}
