import Foundation
import GRDB
import PromptChainCore

/// A run as a row of the table `run`.
enum RunRow {
    /// Reads a little of every table, since a corrupt file often shows only then.
    static func check(_ database: Database) throws {
        // A file that cannot be written may be of an earlier version.
        guard try database.tableExists("run") else { return }
        _ = try Row.fetchOne(database, sql: "SELECT * FROM run ORDER BY number DESC LIMIT 1")
    }

    /// Adds a run, or takes up one that is there already. Gives its number.
    static func begin(_ run: RecordedRun, in database: Database) throws -> Int64 {
        let earlier = try seconds(of: run.id, in: database)
        let number = try Int64.fetchOne(
            database,
            sql: """
                INSERT INTO run (id, chain, file, chain_text, chain_digest, files, input, options, host, process_id,
                    process_start, socket, started_at, steps)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET chain_text = excluded.chain_text, chain_digest = excluded.chain_digest,
                    files = excluded.files, host = excluded.host, process_id = excluded.process_id,
                    process_start = excluded.process_start, socket = excluded.socket, options = excluded.options,
                    status = NULL, error = NULL, finished_at = NULL, resumed_at = excluded.started_at,
                    earlier_seconds = ?
                RETURNING number
                """,
            arguments: [
                run.id, StoredText(run.chain), run.file.map(StoredText.init), run.chainText.map(StoredText.init),
                run.chainDigest, JSONText.line(run.files), StoredText(run.input), JSONText.line(run.options),
                StoredText(run.host), run.processID, run.processStart, run.socket.map(StoredText.init),
                StoredTime(run.startedAt), run.steps, earlier,
            ])
        guard let number else { throw HistoryFailure.unusable("it took the run and did not say where") }
        return number
    }

    /// How long a run that is in the file has run, in seconds: up to its end, or where its process died, to the last that
    /// it told. The time between an end and the next beginning does not count.
    static func seconds(of run: String, in database: Database) throws -> Double {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM run WHERE id = ?", arguments: [run]) else {
            return 0
        }
        let earlier: Double = row.value("earlier_seconds") ?? 0
        let start: Int64? = row.value("resumed_at") ?? row.value("started_at")
        let end: Int64? = try row.value("finished_at") ?? lastHeard(of: row.value("number") ?? 0, in: database)
        guard let start, let end else { return earlier }
        return earlier + Double(max(0, end - start)) / 1000
    }

    /// When a run told something last, in milliseconds since 1970.
    /// - Parameter sequence: only what comes before the event with this number counts.
    static func lastHeard(of run: Int, before sequence: Int = .max, in database: Database) throws -> Int64? {
        let event = try String.fetchOne(
            database,
            sql: """
                SELECT json_extract(line, '$.time') FROM event WHERE run = ? AND sequence < ?
                ORDER BY sequence DESC LIMIT 1
                """, arguments: [run, sequence])
        let text = try Int64.fetchOne(
            database,
            sql: "SELECT time FROM text WHERE run = ? AND last_sequence < ? ORDER BY last_sequence DESC LIMIT 1",
            arguments: [run, sequence])
        let told = event.flatMap(Timestamp.parse).map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
        return [told, text].compactMap { $0 }.max()
    }

    /// The columns that `run(_:)` reads.
    static let columns = """
        run.*, (SELECT count(*) FROM step WHERE run = number AND item = 0 AND step.status = 'done') AS steps_done
        """

    /// What a row holds; what cannot be read of it is left out.
    static func run(_ row: Row) -> RecordedRun {
        func decoded<Value: Decodable>(_ column: String, as type: Value.Type) -> Value? {
            row.value(column, as: String.self).flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
        }
        var run = RecordedRun(
            id: row.value("id") ?? "", chain: row.value("chain") ?? "", file: row.value("file"),
            chainText: row.value("chain_text"),
            chainDigest: row.value("chain_digest"), input: row.value("input") ?? "",
            options: decoded("options", as: JSONValue.self) ?? .object([:]), host: row.value("host") ?? "",
            processID: row.value("process_id") ?? 0, socket: row.value("socket"),
            startedAt: StoredTime.date(row.value("started_at")) ?? Date(timeIntervalSince1970: 0),
            finishedAt: StoredTime.date(row.value("finished_at")),
            status: row.value("status", as: String.self).flatMap(ChainEvent.RunResult.Status.init),
            steps: row.value("steps") ?? 0, stallSeconds: row.value("stall_seconds"),
            lastSequence: row.value("last_sequence") ?? 0)
        run.number = row.value("number") ?? 0
        run.stepsDone = row.value("steps_done") ?? 0
        run.files = decoded("files", as: [RecordedFile].self) ?? []
        run.processStart = row.value("process_start")
        run.error = row.value("error")
        run.peakVRAMBytes = row.value("peak_vram_bytes")
        run.capacityBytes = row.value("capacity_bytes")
        run.lostEvents = row.value("lost_events") ?? 0
        run.resumedAt = StoredTime.date(row.value("resumed_at"))
        run.earlierSeconds = row.value("earlier_seconds") ?? 0
        return run
    }
}

extension Row {
    /// What a column holds; `nil` when it is something else. A column may hold a value of any type, whatever its
    /// declaration says.
    func value<Value: DatabaseValueConvertible>(_ column: String, as type: Value.Type = Value.self) -> Value? {
        (self[column] as DatabaseValue?).flatMap(Value.fromDatabaseValue)
    }

    /// What the column at a place holds; `nil` when it is something else.
    func value<Value: DatabaseValueConvertible>(at place: Int, as type: Value.Type = Value.self) -> Value? {
        Value.fromDatabaseValue(self[place] as DatabaseValue)
    }
}

/// Text as it is stored: SQLite ends a text at its first zero byte, so that one with such a byte is stored as bytes.
struct StoredText: DatabaseValueConvertible {
    let text: String

    init(_ text: String) { self.text = text }

    var databaseValue: DatabaseValue {
        text.utf8.contains(0) ? Data(text.utf8).databaseValue : text.databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> StoredText? {
        String.fromDatabaseValue(value).map(StoredText.init)
    }
}

/// A time as it is stored: milliseconds since 1970.
struct StoredTime: DatabaseValueConvertible {
    let date: Date

    init(_ date: Date) { self.date = date }

    var databaseValue: DatabaseValue {
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        return (Int64(exactly: milliseconds) ?? 0).databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> StoredTime? {
        date(Int64.fromDatabaseValue(value)).map(StoredTime.init)
    }

    /// The time of a stored number.
    static func date(_ milliseconds: Int64?) -> Date? {
        milliseconds.map { Date(timeIntervalSince1970: Double($0) / 1000) }
    }
}
