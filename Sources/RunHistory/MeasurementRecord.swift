import Foundation
import GRDB
import PromptChainCore

/// A measurement as a row of the table `measurement`.
struct MeasurementRecord: Sendable {
    /// The most rows that are kept over all servers; the oldest go first.
    static let mostRows = 20_000
    /// The longest name that is kept, in UTF-8 bytes: names come from servers and files.
    static let longestName = 1024

    /// What kind of measurement a row holds.
    enum Kind: String, Sendable {
        case footprint, load, unload, step
        case warmLoad = "warm_load"

        /// How many rows are kept of what is measured again and again: of sizes only the last counts.
        var kept: Int { self == .footprint ? 1 : Measurements.kept }
    }

    var kind: Kind
    var model: MeasuredModel
    var chain: String?
    var step: String?
    var seconds: Double?
    var sizeBytes: Int64?
    var vramBytes: Int64?

    /// The row of a measurement; `nil` for what cannot be true, or names something in a way that cannot be kept.
    init?(_ measurement: ModelMeasurement) {
        guard measurement.isPlausible else { return nil }
        switch measurement {
        case .footprint(let model, let size, let vram):
            (kind, self.model, sizeBytes, vramBytes) = (.footprint, model, size, vram)
        case .load(let model, let seconds, let isWarm):
            (kind, self.model, self.seconds) = (isWarm ? .warmLoad : .load, model, seconds)
        case .unload(let model, let seconds):
            (kind, self.model, self.seconds) = (.unload, model, seconds)
        case .step(let chain, let step, let model, let seconds):
            (kind, self.model, self.seconds, self.chain, self.step) = (.step, model, seconds, chain, step)
        }
        let names = [model.server, model.weights, model.serverVersion, chain, step]
        // A text ends at a zero byte when it is read back, and would then be another name.
        let isSound = names.allSatisfy { name in
            name.map { $0.utf8.count <= Self.longestName && !$0.utf8.contains(0) } ?? true
        }
        guard isSound else { return nil }
    }

    /// What a row holds; `nil` for one that nobody of ours wrote.
    init?(_ row: Row) {
        guard let kind = row.value("kind", as: String.self).flatMap(Kind.init),
            let server: String = row.value("server"),
            let weights: String = row.value("weights")
        else { return nil }
        self.kind = kind
        model = MeasuredModel(
            server: server, weights: weights, contextLength: row.value("context_length"),
            serverVersion: row.value("server_version"))
        chain = row.value("chain")
        step = row.value("step")
        seconds = row.value("seconds")
        sizeBytes = row.value("size_bytes")
        vramBytes = row.value("vram_bytes")
    }

    /// The row as a measurement; `nil` when something is missing.
    var measurement: ModelMeasurement? {
        switch kind {
        case .footprint:
            guard let sizeBytes, let vramBytes else { return nil }
            return .footprint(model, sizeBytes: sizeBytes, vramBytes: vramBytes)
        case .load, .warmLoad: return seconds.map { .load(model, seconds: $0, isWarm: kind == .warmLoad) }
        case .unload: return seconds.map { .unload(model, seconds: $0) }
        case .step:
            guard let chain, let step, let seconds else { return nil }
            return .step(chain: chain, step: step, model: model, seconds: seconds)
        }
    }
}

extension MeasurementRecord {
    /// Everything that is kept.
    static func all(in database: Database) throws -> Measurements {
        var measurements = Measurements()
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM measurement ORDER BY id")
        while let row = try rows.next() {
            if let measurement = MeasurementRecord(row)?.measurement { measurements.add(measurement) }
        }
        return measurements
    }

    /// Adds the row, and deletes what it makes worthless: measurements of its kind beyond those that count, and those
    /// of other versions of the server.
    func insert(into database: Database, at time: Date) throws {
        try database.execute(
            sql: """
                INSERT INTO measurement (kind, server, server_version, weights, context_length, chain, step, seconds,
                    size_bytes, vram_bytes, measured_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                kind.rawValue, model.server, model.serverVersion, model.weights, model.contextLength, chain, step,
                seconds, sizeBytes, vramBytes, Timestamp.text(time),
            ])
        if kind == .step {
            try prune(
                database, where: "kind = ? AND server = ? AND weights = ? AND chain = ? AND step = ?",
                [kind.rawValue, model.server, model.weights, chain, step])
            return
        }
        try prune(
            database,
            where: "kind = ? AND server = ? AND weights = ? AND server_version IS ? AND context_length IS ?",
            [kind.rawValue, model.server, model.weights, model.serverVersion, model.contextLength])
        guard let version = model.serverVersion else { return }
        try database.execute(
            sql: "DELETE FROM measurement WHERE server = ? AND kind <> 'step' AND server_version <> ?",
            arguments: [model.server, version])
    }

    private func prune(_ database: Database, where condition: String, _ values: StatementArguments) throws {
        try database.execute(
            sql: """
                DELETE FROM measurement WHERE id IN
                    (SELECT id FROM measurement WHERE \(condition) ORDER BY id DESC LIMIT -1 OFFSET ?)
                """,
            arguments: values + [kind.kept])
    }

    /// Deletes the oldest rows beyond a number.
    static func prune(_ database: Database, keeping rows: Int = mostRows) throws {
        try database.execute(
            sql: "DELETE FROM measurement WHERE id <= (SELECT id FROM measurement ORDER BY id DESC LIMIT 1 OFFSET ?)",
            arguments: [rows])
    }
}
