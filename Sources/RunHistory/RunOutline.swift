import Foundation
import GRDB
import PromptChainCore

/// A long run in outline: every step that is over without its prompt and its text, and what happened around them. With
/// the events that follow, it shows a run as all of its events would, in a fraction of the time.
public struct RunOutline: Equatable, Sendable {
    /// Its events, in order. Each step that is over begins and ends among them, without a prompt and an output.
    public var records: [ChainEventRecord]
    /// The number of the last event that it stands for. The step that began last comes after it, whole.
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
            let source = OutlineSource(database: database, run: run, number: number, from: beginning, before: cut)
            guard let start = try source.beginning() else { return nil }
            let records =
                [start]
                + OutlineSource.merged(
                    try source.steps(), with: try source.others(limit: Self.mostOthers))
            return RunOutline(records: records, lastSequence: cut - 1)
        }
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
        let start = ChainEvent.RunStarted(
            chain: row.value(at: 1) ?? "", steps: names, models: models, policy: row.value(at: 2),
            capacityBytes: row.value(at: 3))
        return ChainEventRecord(sequence: from, time: time, run: run, event: .runStarted(start))
    }

    /// The beginnings and ends of the steps that are over, in the order of time.
    func steps() throws -> [ChainEventRecord] {
        // What a column holds is made a number here, so that it can be taken without a look at its type.
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT step, item, name, model, status = 'done', CAST(started_at AS INTEGER),
                    CAST(finished_at AS INTEGER), CAST(queue_seconds AS REAL), CAST(load_seconds AS REAL),
                    CAST(first_token_seconds AS REAL), CAST(generate_seconds AS REAL),
                    CAST(prompt_tokens AS INTEGER), CAST(output_tokens AS INTEGER), CAST(tokens_per_second AS REAL),
                    sequence
                FROM step WHERE run = ? AND started_at IS NOT NULL AND sequence > ? AND sequence < ?
                ORDER BY started_at, sequence
                """, arguments: [number, from, before])
        var records: [ChainEventRecord] = []
        var known = KnownModels()
        while let row = try rows.next() {
            let step = Int(row[0] as Int64)
            let item = Int(row[1] as Int64)
            let sequence = Int(row[14] as Int64)
            func add(_ time: Int64?, _ event: ChainEvent) {
                guard let time = StoredTime.date(time) else { return }
                records.append(
                    ChainEventRecord(
                        sequence: sequence, time: time, run: run, item: item == 0 ? nil : item, event: event))
            }
            let name = row[2] as String? ?? ""
            add(row[5], .stepStarted(step: step, name: name, model: known.model(row[3] as String?), prompt: nil))
            // Why a step failed is among the other events.
            guard row[4] as Int64? == 1 else { continue }
            add(
                row[6],
                .stepFinished(
                    ChainEvent.StepResult(
                        step: step, queueSeconds: row[7], loadSeconds: row[8], firstTokenSeconds: row[9],
                        generateSeconds: row[10], promptTokens: (row[11] as Int64?).map { Int($0) },
                        outputTokens: (row[12] as Int64?).map { Int($0) }, tokensPerSecond: row[13], output: "")))
        }
        return records
    }

    /// The newest events beside those of steps and their texts.
    func others(limit: Int) throws -> [ChainEventRecord] {
        let lines = try String.fetchAll(
            database,
            sql: """
                SELECT line FROM event WHERE run = ? AND sequence > ? AND sequence < ? AND kind NOT IN
                    ('step_started', 'prompt_sent', 'step_finished', 'tool_called', 'tool_finished', 'load_progress')
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
