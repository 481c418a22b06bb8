import GRDB

/// The tables of the history database, version by version. A version that was shipped is never changed: what is new
/// comes as a further one.
enum HistorySchema {
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
        return migrator
    }
}
