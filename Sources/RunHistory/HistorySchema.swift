import GRDB

/// The tables of the history database, version by version. A version that was shipped is never changed: what is new
/// comes as a further one.
enum HistorySchema {
    /// The events that whoever looks at a run should know of, as a condition on `event`. It has an index of its own.
    static let toHeed = "kind IN ('warning', 'step_failed', 'model_load_failed', 'chain_broken', 'jumped')"

    /// Brings a database of any earlier version to the newest.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: measurements") { database in
            try database.create(table: "measurement") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("kind", .text).notNull()
                table.column("server", .text).notNull()
                table.column("server_version", .text)
                table.column("weights", .text).notNull()
                table.column("context_length", .integer)
                table.column("chain", .text)
                table.column("step", .text)
                table.column("seconds", .double)
                table.column("size_bytes", .integer)
                table.column("vram_bytes", .integer)
                table.column("measured_at", .text).notNull()
            }
            try database.create(
                index: "measurement_of_weights", on: "measurement", columns: ["server", "weights", "kind"])
        }
        migrator.registerMigration("2: runs") { database in
            try createRuns(database)
            try createEvents(database)
            try createResidency(database)
        }
        migrator.registerMigration("3: runs that go on") { database in
            // The time between an end and the next beginning is no part of how long a run took.
            try database.alter(table: "run") { table in
                table.add(column: "resumed_at", .integer)
                table.add(column: "earlier_seconds", .double).notNull().defaults(to: 0)
            }
        }
        return migrator
    }

    // Times are milliseconds since 1970, in UTC. `number` is the run's place in the file; every other table names its
    // run by it.
    private static func createRuns(_ database: Database) throws {
        try database.create(table: "run") { table in
            table.autoIncrementedPrimaryKey("number")
            table.column("id", .text).notNull().unique()
            table.column("chain", .text).notNull()
            table.column("file", .text)
            table.column("chain_text", .text)
            table.column("chain_digest", .text)
            table.column("files", .text)
            table.column("input", .text).notNull()
            table.column("options", .text).notNull()
            table.column("host", .text).notNull()
            table.column("process_id", .integer).notNull()
            table.column("process_start", .text)
            table.column("socket", .text)
            table.column("started_at", .integer).notNull()
            table.column("finished_at", .integer)
            table.column("status", .text)
            table.column("error", .text)
            table.column("steps", .integer).notNull().defaults(to: 0)
            table.column("stall_seconds", .double)
            table.column("peak_vram_bytes", .integer)
            table.column("capacity_bytes", .integer)
            table.column("last_sequence", .integer).notNull().defaults(to: 0)
            table.column("lost_events", .integer).notNull().defaults(to: 0)
        }
        try database.create(table: "step", options: .withoutRowID) { table in
            table.column("run", .integer).notNull().references("run", onDelete: .cascade)
            table.column("step", .integer).notNull()
            // 0 for what concerns the whole step.
            table.column("item", .integer).notNull()
            table.column("name", .text).notNull()
            table.column("model", .text)
            table.column("status", .text).notNull()
            table.column("started_at", .integer)
            table.column("finished_at", .integer)
            table.column("queue_seconds", .double)
            table.column("load_seconds", .double)
            table.column("first_token_seconds", .double)
            table.column("generate_seconds", .double)
            table.column("prompt_tokens", .integer)
            table.column("output_tokens", .integer)
            table.column("tokens_per_second", .double)
            table.column("reason", .text)
            table.column("sequence", .integer).notNull()
            table.primaryKey(["run", "step", "item"])
        }
    }

    // An event is its line of JSON. The text of a model is not among them: it comes in pieces of about a second.
    private static func createEvents(_ database: Database) throws {
        try database.create(table: "event", options: .withoutRowID) { table in
            table.column("run", .integer).notNull().references("run", onDelete: .cascade)
            table.column("sequence", .integer).notNull()
            table.column("kind", .text).notNull()
            table.column("line", .text).notNull()
            table.primaryKey(["run", "sequence"])
        }
        try database.execute(sql: "CREATE INDEX event_to_heed ON event (run, sequence) WHERE \(toHeed)")
        try database.create(table: "text", options: .withoutRowID) { table in
            table.column("run", .integer).notNull().references("run", onDelete: .cascade)
            table.column("last_sequence", .integer).notNull()
            table.column("first_sequence", .integer).notNull()
            table.column("step", .integer).notNull()
            table.column("item", .integer).notNull()
            table.column("is_thinking", .integer).notNull()
            table.column("time", .integer).notNull()
            table.column("text", .text).notNull()
            table.primaryKey(["run", "last_sequence"])
        }
    }

    private static func createResidency(_ database: Database) throws {
        try database.create(table: "model_change", options: .withoutRowID) { table in
            table.column("run", .integer).notNull().references("run", onDelete: .cascade)
            table.column("sequence", .integer).notNull()
            table.column("time", .integer).notNull()
            table.column("model", .text).notNull()
            table.column("change", .text).notNull()
            table.column("vram_bytes", .integer)
            table.primaryKey(["run", "sequence"])
        }
        // A sample of a server with nothing in its memory has one row without a model.
        try database.create(table: "sample") { table in
            table.column("run", .integer).notNull().references("run", onDelete: .cascade)
            table.column("sequence", .integer).notNull()
            table.column("time", .integer).notNull()
            table.column("server", .text).notNull()
            table.column("model", .text)
            table.column("size_bytes", .integer)
            table.column("vram_bytes", .integer)
            table.column("context_length", .integer)
        }
        try database.create(index: "sample_of_run", on: "sample", columns: ["run", "sequence"])
    }
}
