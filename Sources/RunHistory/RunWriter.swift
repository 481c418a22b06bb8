import Foundation
import GRDB
import PromptChainCore

/// Writes events of one run into the tables, inside a transaction. What is written twice is there once.
struct RunWriter {
    let run: Int64
    let database: Database

    /// Writes a batch.
    func write(_ batch: RunBuffer.Batch) throws {
        for piece in batch.pieces { try write(piece) }
        for event in batch.events { try write(event) }
        let last = max(
            batch.events.map(\.sequence).max() ?? 0, batch.pieces.map(\.lastSequence).max() ?? 0)
        try execute(
            "UPDATE run SET last_sequence = max(last_sequence, ?), lost_events = lost_events + ? WHERE number = ?",
            [last, batch.lost, run])
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private func write(_ piece: TextPiece) throws {
        try execute(
            """
            INSERT OR REPLACE INTO text (run, last_sequence, first_sequence, step, item, is_thinking, time, text)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                run, piece.lastSequence, piece.firstSequence, piece.place.step, piece.place.item ?? 0,
                piece.place.isThinking, StoredTime(piece.time), StoredText(piece.text),
            ])
    }

    private func write(_ record: ChainEventRecord) throws {
        try execute(
            "INSERT OR REPLACE INTO event (run, sequence, kind, line) VALUES (?, ?, ?, ?)",
            [run, record.sequence, record.event.wire.name, record.jsonLine()])
        switch record.event {
        case .runStarted(let start): try begin(start)
        case .stepStarted(let step, let name, let model, _, _):
            try change(
                step, record, status: .running,
                ["name": StoredText(name), "model": model?.canonical, "started_at": StoredTime(record.time)])
        case .stepFinished(let result): try finish(result, record)
        case .stepFailed(let step, let reason, _):
            try change(
                step, record, status: .failed, ["reason": reason, "finished_at": StoredTime(record.time)])
        case .stepSkipped(let step, let reason): try change(step, record, status: .skipped, ["reason": reason])
        case .runFinished(let result): try finish(result, at: record.time)
        case .serverSample(let snapshot): try write(snapshot, record)
        default: try writeChange(record)
        }
    }

    // Every step is there from the beginning, so that those that were never reached can be shown.
    private func begin(_ start: ChainEvent.RunStarted) throws {
        try execute(
            "UPDATE run SET steps = ?, capacity_bytes = ? WHERE number = ?",
            [start.steps.count, start.capacityBytes, run])
        for (index, name) in start.steps.enumerated() {
            let model = index < start.models.count ? start.models[index]?.canonical : nil
            try execute(
                """
                INSERT INTO step (run, step, item, name, model, status, sequence) VALUES (?, ?, 0, ?, ?, ?, 0)
                ON CONFLICT DO UPDATE SET name = excluded.name, model = excluded.model
                """,
                [run, index + 1, StoredText(name), model, RecordedStep.Status.waiting.rawValue])
        }
    }

    private func finish(_ result: ChainEvent.StepResult, _ record: ChainEventRecord) throws {
        try change(
            result.step, record, status: .done,
            [
                "finished_at": StoredTime(record.time), "queue_seconds": result.queueSeconds,
                "load_seconds": result.loadSeconds, "first_token_seconds": result.firstTokenSeconds,
                "generate_seconds": result.generateSeconds, "prompt_tokens": result.promptTokens,
                "output_tokens": result.outputTokens, "tokens_per_second": result.tokensPerSecond, "reason": nil,
            ])
    }

    // A step that is done again, after a jump or by another try, is written over: the last time counts.
    private func change(
        _ step: Int, _ record: ChainEventRecord, status: RecordedStep.Status,
        _ values: KeyValuePairs<String, (any DatabaseValueConvertible)?>
    ) throws {
        let names = values.map(\.key)
        let updates = (["status", "sequence"] + names).map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let columns = names.contains("name") ? names : names + ["name"]
        let marks = columns.map { _ in ", ?" }.joined()
        var arguments: [(any DatabaseValueConvertible)?] = [
            run, step, record.item ?? 0, status.rawValue, record.sequence,
        ]
        arguments += values.map(\.value)
        if columns.count > names.count { arguments.append("step \(step)") }
        try execute(
            """
            INSERT INTO step (run, step, item, status, sequence, \(columns.joined(separator: ", ")))
            VALUES (?, ?, ?, ?, ?\(marks)) ON CONFLICT DO UPDATE SET \(updates)
            """, StatementArguments(arguments))
    }

    private func finish(_ result: ChainEvent.RunResult, at time: Date) throws {
        // A run that goes on tells how long it waited in all its parts.
        try execute(
            """
            UPDATE run SET status = ?, error = ?, finished_at = ?, stall_seconds = max(coalesce(stall_seconds, 0), ?),
                peak_vram_bytes = coalesce(max(peak_vram_bytes, ?), peak_vram_bytes, ?)
            WHERE number = ?
            """,
            [
                result.status.rawValue, result.error.map(StoredText.init), StoredTime(time), result.stallSeconds,
                result.peakVRAMBytes, result.peakVRAMBytes, run,
            ])
    }

    private func writeChange(_ record: ChainEventRecord) throws {
        let (model, change, bytes): (ModelName, RecordedChange.Kind, Int64?)
        switch record.event {
        case .modelLoadStarted(let name, _, _, _): (model, change, bytes) = (name, .loadStarted, nil)
        case .modelLoaded(let name, _, let vram, _): (model, change, bytes) = (name, .loaded, vram)
        case .modelLoadFailed(let name, _, _): (model, change, bytes) = (name, .loadFailed, nil)
        case .modelUnloadStarted(let name, _): (model, change, bytes) = (name, .unloadStarted, nil)
        case .modelUnloaded(let name, _, let verified):
            (model, change, bytes) = (name, verified ? .unloaded : .stays, nil)
        default: return
        }
        try execute(
            "INSERT OR REPLACE INTO model_change (run, sequence, time, model, change, vram_bytes) VALUES (?, ?, ?, ?, ?, ?)",
            [run, record.sequence, StoredTime(record.time), StoredText(model.canonical), change.rawValue, bytes])
    }

    private func write(_ snapshot: ServerSnapshot, _ record: ChainEventRecord) throws {
        let sql = """
            INSERT INTO sample (run, sequence, time, server, model, size_bytes, vram_bytes, context_length)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        let (time, server) = (StoredTime(record.time), StoredText(snapshot.name))
        if snapshot.models.isEmpty {
            try execute(sql, [run, record.sequence, time, server, nil, nil, nil, nil])
        }
        for model in snapshot.models {
            try execute(
                sql,
                [
                    run, record.sequence, time, server, StoredText(model.name.canonical), model.sizeBytes,
                    model.vramBytes, model.contextLength,
                ])
        }
    }
}
