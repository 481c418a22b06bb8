import Foundation
import GRDB
import PromptChainCore

/// A long run in outline: every step that is over without its prompt and its text, and what happened around them. With
/// the events that follow, it shows a run as all of its events would, in a fraction of the time.
public struct RunOutline: Equatable, Sendable {
    /// Its events, in order. Each step that is over begins and ends among them, without a prompt and an output.
    public var records: [ChainEventRecord]
    /// The number of the last event that it stands for. The step that began last comes after it, whole; of a step with very
    /// many items the newest items do, and of the others only their ends are told.
    public var lastSequence: Int

    /// An outline.
    public init(records: [ChainEventRecord], lastSequence: Int) {
        self.records = records
        self.lastSequence = lastSequence
    }
}

extension HistoryArchive {
    /// Runs with fewer events than this are read whole: that takes no time.
    static let fewestForOutline = 4000
    /// The newest events beside those of steps that an outline holds at most.
    private static let mostOthers = 2000
    /// The newest items of a step that come whole, where there are very many.
    static let wholeItems = 20

    /// A long run in outline, up to where its newest step begins; `nil` for a run that is short enough to be read whole.
    /// - Parameter run: its whole identifier.
    /// - Throws: `HistoryFault`.
    public func outline(of run: String) throws -> RunOutline? {
        try reading { database in
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT number, last_sequence FROM run WHERE id = ?", arguments: [run]),
                let number: Int64 = row.value(at: 0), let last: Int = row.value(at: 1),
                last >= Self.fewestForOutline
            else { return nil }
            // A run that went on begins anew at its last beginning.
            let beginning = try Self.newest("run_started", before: .max, of: number, in: database)
            guard let beginning, let cut = try Self.newest("step_started", before: .max, of: number, in: database),
                cut > beginning + 1
            else { return nil }
            let items = last - cut >= Self.fewestForOutline ? try Self.items(after: cut, of: number, in: database) : nil
            let before = items ?? cut
            let source = OutlineSource(
                database: database, run: run, number: number, from: beginning, newest: cut, before: before)
            guard let start = try source.beginning() else { return nil }
            var steps = try source.steps()
            if items != nil { steps += try source.items() }
            let records =
                [start] + OutlineSource.merged(steps, with: try source.others(limit: Self.mostOthers))
                + (items == nil ? [] : try source.openTexts(limit: Self.mostOthers))
            return RunOutline(records: records, lastSequence: before - 1)
        }
    }

    // Where the newest items of a step begin; `nil` where it has fewer.
    private static func items(after cut: Int, of run: Int64, in database: Database) throws -> Int? {
        try Int.fetchOne(
            database,
            sql: """
                SELECT sequence FROM event WHERE run = ? AND sequence > ? AND kind = 'step_started'
                ORDER BY sequence DESC LIMIT 1 OFFSET ?
                """, arguments: [run, cut, wholeItems - 1])
    }

    /// Everything that was told of one step the last time that it was done, its text in pieces.
    /// - Parameters:
    ///   - run: its whole identifier.
    ///   - step: the step, counted from 1.
    /// - Throws: `HistoryFault`.
    public func events(of run: String, step: Int) throws -> [ChainEventRecord] {
        let bounds = try reading { database -> (first: Int, last: Int)? in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT run.number, step.sequence FROM run JOIN step ON step.run = run.number
                        WHERE run.id = ? AND step.step = ? AND step.item = 0
                        """, arguments: [run, step]),
                let number: Int64 = row.value(at: 0), let last: Int = row.value(at: 1), last > 0
            else { return nil }
            let first = try Int.fetchOne(
                database,
                sql: """
                    SELECT sequence FROM event WHERE run = ? AND sequence <= ? AND kind = 'step_started'
                    AND json_extract(line, '$.step') = ? AND json_extract(line, '$.item') IS NULL
                    ORDER BY sequence DESC LIMIT 1
                    """, arguments: [number, last, step])
            return first.map { ($0, last) }
        }
        guard let bounds else { return [] }
        return try events(of: run, after: bounds.first - 1, limit: bounds.last - bounds.first + 1).filter {
            $0.sequence <= bounds.last && $0.event.step == step
        }
    }

    private static func newest(
        _ kind: String, before sequence: Int, of run: Int64, in database: Database
    ) throws -> Int? {
        try Int.fetchOne(
            database,
            sql: """
                SELECT sequence FROM event WHERE run = ? AND sequence < ? AND kind = ?
                AND json_extract(line, '$.item') IS NULL ORDER BY sequence DESC LIMIT 1
                """, arguments: [run, sequence, kind])
    }
}

/// Where an outline comes from: a part of a run's events, and its table of steps.
private struct OutlineSource {
    let database: Database
    let run: String
    let number: Int64
    /// The number of the event with which the run begins.
    let from: Int
    /// The number of the event with which the newest step begins.
    let newest: Int
    /// The number of the event from which on everything is read.
    let before: Int

    /// The run's beginning. The names of the steps are taken from their table: there may be very many.
    func beginning() throws -> ChainEventRecord? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT json_extract(line, '$.time'), json_extract(line, '$.chain'), json_extract(line, '$.policy'),
                json_extract(line, '$.capacity_bytes') FROM event WHERE run = ? AND sequence = ?
                """, arguments: [number, from])
        guard let row, let time = Timestamp.parse(row.value(at: 0) ?? "") else { return nil }
        let rows = try Row.fetchCursor(
            database, sql: "SELECT name, model FROM step WHERE run = ? AND item = 0 ORDER BY step",
            arguments: [number])
        var names: [String] = []
        var models: [ModelName?] = []
        var known = KnownModels()
        while let row = try rows.next() {
            names.append(row[0] as String? ?? "")
            models.append(known.model(row[1] as String?))
        }
        let servers = try String?.fetchAll(
            database,
            sql: """
                SELECT json_extract(step.value, '$.server') FROM event, json_each(event.line, '$.steps') AS step
                WHERE run = ? AND sequence = ? ORDER BY step.key
                """, arguments: [number, from])
        let start = ChainEvent.RunStarted(
            chain: row.value(at: 1) ?? "", steps: names, models: models, servers: servers, policy: row.value(at: 2),
            capacityBytes: row.value(at: 3))
        return ChainEventRecord(sequence: from, time: time, run: run, event: .runStarted(start))
    }

    /// The beginnings and ends of the steps that are over, in the order of time. Their items have nothing to add.
    func steps() throws -> [ChainEventRecord] {
        // What a column holds is made a number here, so that it can be taken without a look at its type.
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT step, name, model, status = 'done', CAST(started_at AS INTEGER),
                    CAST(finished_at AS INTEGER), CAST(queue_seconds AS REAL), CAST(load_seconds AS REAL),
                    CAST(first_token_seconds AS REAL), CAST(generate_seconds AS REAL),
                    CAST(prompt_tokens AS INTEGER), CAST(output_tokens AS INTEGER), CAST(tokens_per_second AS REAL),
                    sequence
                FROM step WHERE run = ? AND item = 0 AND started_at IS NOT NULL AND sequence > ? AND sequence < ?
                ORDER BY started_at, sequence
                """, arguments: [number, from, newest])
        var records: [ChainEventRecord] = []
        var known = KnownModels()
        while let row = try rows.next() {
            let step = Int(row[0] as Int64)
            let sequence = Int(row[13] as Int64)
            func add(_ time: Int64?, _ event: ChainEvent) {
                guard let time = StoredTime.date(time) else { return }
                records.append(ChainEventRecord(sequence: sequence, time: time, run: run, event: event))
            }
            let name = row[1] as String? ?? ""
            add(row[4], .stepStarted(step: step, name: name, model: known.model(row[2] as String?), prompt: nil))
            // Why a step failed is among the other events.
            guard row[3] as Int64? == 1 else { continue }
            add(
                row[5],
                .stepFinished(
                    ChainEvent.StepResult(
                        step: step, queueSeconds: row[6], loadSeconds: row[7], firstTokenSeconds: row[8],
                        generateSeconds: row[9], promptTokens: (row[10] as Int64?).map { Int($0) },
                        outputTokens: (row[11] as Int64?).map { Int($0) }, tokensPerSecond: row[12], output: "")))
        }
        return records
    }

    /// The beginning of the newest step, and what became of its items until the newest of them: of those that are over
    /// the end, of the others the beginning.
    func items() throws -> [ChainEventRecord] {
        var reader = ChainEventReader(run: run)
        let line = try String.fetchOne(
            database, sql: "SELECT line FROM event WHERE run = ? AND sequence = ?", arguments: [number, newest])
        guard let start = try line.flatMap({ try reader.read($0) }), let step = start.event.step else { return [] }
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT item, status, coalesce(reason, ''), coalesce(finished_at, started_at, 0), sequence, name, model
                FROM step WHERE run = ? AND step = ? AND item > 0 AND sequence > ? AND sequence < ?
                """, arguments: [number, step, newest, before])
        var records = [start]
        var known = KnownModels()
        while let row = try rows.next() {
            let reason = row[2] as String? ?? ""
            let event: ChainEvent? =
                switch RecordedStep.Status(rawValue: row[1] as String? ?? "") {
                case .done: .stepFinished(ChainEvent.StepResult(step: step, output: ""))
                case .failed: .stepFailed(step: step, reason: reason, output: "")
                case .skipped: .stepSkipped(step: step, reason: reason)
                case .running:
                    .stepStarted(
                        step: step, name: row[5] as String? ?? "", model: known.model(row[6] as String?), prompt: nil)
                case .waiting, nil: nil
                }
            guard let event else { continue }
            let time = StoredTime.date(row[3] as Int64?) ?? start.time
            records.append(
                ChainEventRecord(
                    sequence: Int(row[4] as Int64), time: max(time, start.time), run: run, item: Int(row[0] as Int64),
                    event: event))
        }
        return records
    }

    /// What the items that are not over had written before everything is read, the newest of it.
    func openTexts(limit: Int) throws -> [ChainEventRecord] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT last_sequence, time, text.step, text.item, is_thinking, text FROM text
                JOIN step ON step.run = text.run AND step.step = text.step AND step.item = text.item
                WHERE text.run = ? AND last_sequence > ? AND last_sequence < ? AND step.item > 0
                AND step.status = 'running' AND step.sequence < ?
                ORDER BY last_sequence DESC LIMIT ?
                """, arguments: [number, newest, before, before, limit])
        return rows.reversed().compactMap { row in
            guard let time = StoredTime.date(row.value(at: 1)), let step: Int = row.value(at: 2) else { return nil }
            return ChainEventRecord(
                sequence: row.value(at: 0) ?? 0, time: time, run: run, item: row.value(at: 3),
                event: .token(step: step, text: row.value(at: 5) ?? "", thinking: row.value(at: 4) ?? false))
        }
    }

    /// The newest events beside those of steps and their texts.
    func others(limit: Int) throws -> [ChainEventRecord] {
        let lines = try String.fetchAll(
            database,
            sql: """
                SELECT line FROM event WHERE run = ? AND sequence > ? AND sequence < ? AND kind NOT IN
                    ('step_started', 'prompt_sent', 'step_finished', 'tool_called', 'tool_finished', 'load_progress')
                AND NOT (kind IN ('step_failed', 'step_skipped') AND json_extract(line, '$.item') IS NOT NULL)
                ORDER BY sequence DESC LIMIT ?
                """, arguments: [number, from, before, limit])
        var reader = ChainEventReader(run: run)
        return lines.reversed().compactMap { try? reader.read($0) }
    }

    /// Two lists in one, in the order of time.
    static func merged(_ steps: [ChainEventRecord], with others: [ChainEventRecord]) -> [ChainEventRecord] {
        // Items overlap, so that an end may stand before an earlier beginning.
        let steps = steps.enumerated().sorted {
            ($0.element.time, $0.element.sequence, $0.offset) < ($1.element.time, $1.element.sequence, $1.offset)
        }.map(\.element)
        var records: [ChainEventRecord] = []
        records.reserveCapacity(steps.count + others.count)
        var next = others.startIndex
        for step in steps {
            while next < others.endIndex,
                (others[next].time, others[next].sequence) < (step.time, step.sequence)
            {
                records.append(others[next])
                next += 1
            }
            records.append(step)
        }
        return records + others[next...]
    }
}

/// Models by the names under which they are kept: to make one of a name takes a moment, and a run has few.
private struct KnownModels {
    private var models: [String: ModelName] = [:]

    mutating func model(_ name: String?) -> ModelName? {
        guard let name else { return nil }
        if let model = models[name] { return model }
        let model = ModelName(name)
        models[name] = model
        return model
    }
}
