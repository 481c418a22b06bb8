import Foundation
import GRDB
import PromptChainCore
import Synchronization
import Testing

@testable import RunHistory

/// What a database told.
private final class Reports: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func tell(_ line: String) { lines.withLock { $0.append(line) } }
}

/// A folder for one test, gone when the test is.
private final class Folder: Sendable {
    let path = NSTemporaryDirectory() + "promptchain-history-" + UUID().uuidString

    var database: String { path + "/state/history.db" }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func open(_ reports: Reports = Reports()) -> MeasurementDatabase {
        MeasurementDatabase(
            path: database, openingSeconds: 20, now: { Date(timeIntervalSince1970: 1_795_503_600) },
            report: reports.tell)
    }

    /// The database without ours in between.
    func rows<Value: Sendable>(_ work: (Database) throws -> Value) throws -> Value {
        try DatabaseQueue(path: database).write(work)
    }

    func write(_ text: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/state", withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: database))
    }
}

private func model(_ context: Int? = 8192, version: String? = "0.32.1", weights: String = "sha") -> MeasuredModel {
    MeasuredModel(server: "http://gpu:11434", weights: weights, contextLength: context, serverVersion: version)
}

@Suite struct MeasurementDatabaseTests {
    private let folder = Folder()

    @Test func everyKindComesBack() throws {
        let reports = Reports()
        let all: [ModelMeasurement] = [
            .footprint(model(), sizeBytes: 9 << 30, vramBytes: 8 << 30),
            .footprint(model(nil, version: nil), sizeBytes: 5 << 30, vramBytes: 0),
            .load(model(), seconds: 12.5, isWarm: false), .load(model(), seconds: 2.25, isWarm: true),
            .unload(model(), seconds: 0.75),
            .step(chain: "Brief “1”", step: "'; DROP TABLE measurement; --", model: model(), seconds: 30),
        ]
        var expected = Measurements()
        let first = folder.open(reports)
        for measurement in all {
            expected.add(measurement)
            first.record(measurement)
        }
        #expect(first.measurements == expected)
        first.close(within: 20)
        let second = folder.open(reports)
        #expect(second.measurements == expected)
        second.close(within: 20)
        #expect(reports.all.isEmpty)
        let modes = try FileManager.default.attributesOfItem(atPath: folder.database)[.posixPermissions] as? Int
        #expect(modes == 0o600)
        #expect(try folder.rows { try String.fetchOne($0, sql: "SELECT count(*) FROM measurement") } == "6")
        #expect(
            try DatabaseQueue(path: folder.database).read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
                == "wal")
    }

    @Test func onlyWhatCountsIsKept() throws {
        let store = folder.open()
        for second in 1...30 { store.record(.load(model(), seconds: Double(second), isWarm: false)) }
        for size in 1...5 { store.record(.footprint(model(), sizeBytes: Int64(size), vramBytes: 0)) }
        store.record(.load(model(), seconds: .nan, isWarm: false))
        store.record(.footprint(model(), sizeBytes: -1, vramBytes: 0))
        store.record(.unload(model(weights: String(repeating: "x", count: 2000)), seconds: 1))
        store.record(.unload(model(weights: "a\u{0}b"), seconds: 1))
        store.close(within: 20)
        let rows = try folder.rows {
            try Int64?.fetchAll($0, sql: "SELECT size_bytes FROM measurement ORDER BY id")
        }
        #expect(rows.count == Measurements.kept + 1)
        #expect(rows.last == 5)
        #expect(folder.open().measurements.loadSeconds(model(), isWarm: false) == 26)
    }

    @Test func aNewVersionOfTheServerReplacesTheOld() throws {
        let store = folder.open()
        store.record(.footprint(model(version: "1"), sizeBytes: 1, vramBytes: 1))
        store.record(.footprint(model(version: nil), sizeBytes: 2, vramBytes: 2))
        store.record(.step(chain: "c", step: "s", model: model(version: "1"), seconds: 3))
        store.record(.footprint(model(version: "2"), sizeBytes: 4, vramBytes: 4))
        store.close(within: 20)
        let again = folder.open().measurements
        #expect(again.footprint(model(version: "1")) == nil)
        #expect(again.footprint(model(version: nil))?.sizeBytes == 2)
        #expect(again.footprint(model(version: "2"))?.sizeBytes == 4)
        #expect(again.stepSeconds(chain: "c", step: "s", model: model(version: "2")) == 3)
    }

    @Test func manyAtOnceFromManyThreadsAllArrive() throws {
        let reports = Reports()
        let stores = [folder.open(reports), folder.open(reports)]
        DispatchQueue.concurrentPerform(iterations: 400) { index in
            stores[index % 2].record(.footprint(model(index + 1), sizeBytes: Int64(index + 1), vramBytes: 0))
        }
        for store in stores { #expect(store.flush(within: 60)) }
        for store in stores { store.close(within: 20) }
        #expect(folder.open(reports).measurements.measuredFootprints(model()).count == 400)
        #expect(reports.all.isEmpty)
    }

    @Test func severalBeginTheFileTogether() throws {
        let reports = Reports()
        let stores = Mutex<[MeasurementDatabase]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { index in
            let store = folder.open(reports)
            store.record(.footprint(model(index + 1), sizeBytes: 1, vramBytes: 1))
            stores.withLock { $0.append(store) }
        }
        for store in stores.withLock({ $0 }) { store.close(within: 20) }
        #expect(reports.all.isEmpty)
        #expect(folder.open().measurements.measuredFootprints(model()).count == 8)
    }

    @Test func whatIsRecordedAfterTheEndCountsInMemory() {
        let store = folder.open()
        store.close(within: 20)
        store.record(.unload(model(), seconds: 1))
        #expect(store.measurements.unloadSeconds(model()) == 1)
        #expect(folder.open().measurements.unloadSeconds(model()) == nil)
    }
}

/// Whatever is wrong with the file: it is told once, nothing fails, and what can be kept is kept.
@Suite struct MeasurementDatabaseFaultTests {
    private let folder = Folder()
    private let reports = Reports()

    private func recordTwice(_ store: MeasurementDatabase) {
        for seconds in [1.0, 3] {
            store.record(.unload(model(), seconds: seconds))
            store.flush(within: 20)
        }
        #expect(store.measurements.unloadSeconds(model()) == 2)
        store.close(within: 20)
    }

    @Test func aCorruptFileIsSetAside() throws {
        try folder.write(String(repeating: "this is no database\n", count: 500))
        recordTwice(folder.open(reports))
        #expect(reports.all.count == 1)
        let place = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path + "/state")
                .first { $0.hasPrefix("history.db.corrupt-") })
        #expect(reports.all.first?.contains(place) == true)
        #expect(try String(contentsOfFile: folder.path + "/state/" + place, encoding: .utf8).hasPrefix("this is no"))
        #expect(folder.open(reports).measurements.unloadSeconds(model()) == 2)
        #expect(reports.all.count == 1)
    }

    @Test func aFileThatIsCorruptInsideIsSetAside() throws {
        let store = folder.open()
        for context in 1...600 { store.record(.footprint(model(context), sizeBytes: 1, vramBytes: 1)) }
        store.close(within: 20)
        // The pages behind the first, which holds the names of the tables, become nonsense.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        #expect(bytes.count > 16_384)
        bytes.replaceSubrange(4096..<bytes.count, with: Data(repeating: 0x5A, count: bytes.count - 4096))
        try bytes.write(to: URL(fileURLWithPath: folder.database))
        recordTwice(folder.open(reports))
        #expect(reports.all.count == 1)
        #expect(reports.all.first?.contains("was corrupt") == true)
        #expect(folder.open(reports).measurements.unloadSeconds(model()) == 2)
    }

    @Test func aNewerFileIsLeftAlone() throws {
        folder.open().close(within: 20)
        try folder.rows { database in
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: something new')")
        }
        recordTwice(folder.open(reports))
        #expect(reports.all.count == 1)
        #expect(reports.all.first?.contains("newer version of the program") == true)
        #expect(try folder.rows { try Int.fetchOne($0, sql: "SELECT count(*) FROM measurement") } == 0)
    }

    @Test func aFolderInItsPlace() throws {
        try FileManager.default.createDirectory(atPath: folder.database, withIntermediateDirectories: true)
        recordTwice(folder.open(reports))
        #expect(reports.all.count == 1)
        #expect(reports.all.first?.contains("it is a folder") == true)
    }

    // Nobody, not even root, can make a file below a file.
    @Test func aFolderThatCannotBeMade() throws {
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: folder.path + "/state"))
        recordTwice(folder.open(reports))
        #expect(reports.all.count == 1)
        #expect(reports.all.first?.contains("cannot be used") == true)
    }

    @Test func aDiskThatTakesNothingForAWhile() throws {
        let store = folder.open(reports)
        try folder.rows {
            try $0.execute(
                sql: """
                    CREATE TRIGGER refuse BEFORE INSERT ON measurement
                    BEGIN SELECT RAISE(ABORT, 'no space'); END
                    """)
        }
        store.record(.unload(model(), seconds: 1))
        store.flush(within: 20)
        store.record(.unload(model(), seconds: 2))
        store.flush(within: 20)
        #expect(reports.all.count == 1)
        #expect(reports.all.first?.contains("no space") == true)
        try folder.rows { try $0.execute(sql: "DROP TRIGGER refuse") }
        store.record(.unload(model(), seconds: 9))
        store.close(within: 20)
        #expect(folder.open().measurements.unloadSeconds(model()) == 2)
    }

    // Another program holds the file while it makes it, and is stopped there.
    @Test func aFileThatOpensLateIsTakenInLate() throws {
        let before = folder.open()
        before.record(.unload(model(), seconds: 1))
        before.record(.footprint(model(), sizeBytes: 5, vramBytes: 5))
        before.close(within: 20)
        let lock = open(folder.database + ".lock", O_RDWR)
        #expect(flock(lock, LOCK_EX) == 0)
        let store = MeasurementDatabase(
            path: folder.database, openingSeconds: 0.01, now: { Date(timeIntervalSince1970: 0) },
            report: reports.tell)
        #expect(reports.all.first?.contains("slow to open") == true)
        #expect(store.measurements == Measurements())
        store.record(.unload(model(), seconds: 3))
        store.record(.footprint(model(), sizeBytes: 7, vramBytes: 7))
        #expect(store.measurements.unloadSeconds(model()) == 3)
        #expect(!store.flush(within: 0.01))
        #expect(reports.all.last?.contains("takes too long to write") == true)
        close(lock)
        #expect(store.flush(within: 20))
        #expect(store.measurements.unloadSeconds(model()) == 2)
        #expect(store.measurements.footprint(model())?.sizeBytes == 7)
        store.close(within: 20)
        #expect(folder.open().measurements == store.measurements)
        #expect(reports.all.count == 2)
    }

    @Test func rowsThatNobodyOfOursWroteAreSkipped() throws {
        folder.open().close(within: 20)
        try folder.rows {
            for values in [
                "'unload', 'http://gpu:11434', x'00ff', 'many', 'soon'", "'dream', 's', 'w', 1, 2.0",
                "'unload', 'http://gpu:11434', 'sha', 8192, 'soon'", "'unload', 'http://gpu:11434', 'sha', 1e300, 4.0",
            ] {
                try $0.execute(
                    sql: """
                        INSERT INTO measurement (kind, server, weights, context_length, seconds, measured_at)
                        VALUES (\(values), 'today')
                        """)
            }
        }
        let store = folder.open(reports)
        #expect(store.measurements.unloadSeconds(model()) == nil)
        #expect(store.measurements.unloadSeconds(model(nil, version: nil)) == 4)
        #expect(reports.all.isEmpty)
    }
}

@Suite struct HistorySchemaTests {
    @Test func aFileOfTheFirstVersionIsBroughtUpToDate() throws {
        let folder = Folder()
        try FileManager.default.createDirectory(atPath: folder.path + "/state", withIntermediateDirectories: true)
        try folder.rows { try $0.execute(sql: firstVersion) }
        let store = folder.open()
        #expect(store.measurements.footprint(model())?.sizeBytes == 9_000)
        store.record(.unload(model(), seconds: 2))
        store.close(within: 20)
        #expect(folder.open().measurements.unloadSeconds(model()) == 2)
        #expect(try DatabaseQueue(path: folder.database).read(HistorySchema.migrator.hasCompletedMigrations))
    }

    @Test func theOldestRowsGoFirst() throws {
        let folder = Folder()
        let store = folder.open()
        for context in 1...10 { store.record(.footprint(model(context), sizeBytes: 1, vramBytes: 1)) }
        store.close(within: 20)
        try folder.rows { try MeasurementRecord.prune($0, keeping: 3) }
        #expect(folder.open().measurements.measuredFootprints(model()).map(\.contextLength) == [8, 9, 10])
        try folder.rows { try MeasurementRecord.prune($0, keeping: 3) }
        #expect(folder.open().measurements.measuredFootprints(model()).count == 3)
    }
}

/// A file as the first version of the program wrote it.
private let firstVersion = """
    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
    INSERT INTO grdb_migrations VALUES ('1: measurements');
    CREATE TABLE "measurement" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "kind" TEXT NOT NULL, "server" TEXT NOT NULL,
        "server_version" TEXT, "weights" TEXT NOT NULL, "context_length" INTEGER, "chain" TEXT, "step" TEXT,
        "seconds" DOUBLE, "size_bytes" INTEGER, "vram_bytes" INTEGER, "measured_at" TEXT NOT NULL);
    CREATE INDEX "measurement_of_weights" ON "measurement" ("server", "weights", "kind");
    INSERT INTO measurement (kind, server, server_version, weights, context_length, size_bytes, vram_bytes, measured_at)
        VALUES ('footprint', 'http://gpu:11434', '0.32.1', 'sha', 8192, 9000, 9000, '2026-11-24T08:12:00.123Z');
    """
