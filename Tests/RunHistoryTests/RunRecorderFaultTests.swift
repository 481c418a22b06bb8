import Foundation
import GRDB
import PromptChainCore
import Synchronization
import Testing

@testable import RunHistory

/// Whatever is wrong with the file: it is told once, the run goes on, and what can be kept is kept.
@Suite struct RunRecorderFaultTests {
    private let folder = HistoryFolder()

    // The tables are there and take nothing, until the room is given.
    @Test func aFullDiskIsToldOnceAndFilledLater() throws {
        let database = folder.open()
        let recorder = RunRecorder(in: database) { sampleRun("full") }
        #expect(recorder.flush(within: 20))
        let pages = try #require(database.connection).write { database in
            try Int.fetchOne(database, sql: "PRAGMA max_page_count = 1")
        }
        #expect((pages ?? 0) > 1)
        var script = Script("full")
        script.add(.runStarted(.init(chain: "Brief", steps: ["Long"], models: [nil])))
        script.write(String(repeating: "long ", count: 40_000), step: 1)
        for event in script.records { recorder.record(event) }
        #expect(!recorder.flush(within: 20))
        recorder.record(script.add(.stepFinished(.init(step: 1, output: "long"))))
        #expect(!recorder.flush(within: 20))
        #expect(folder.told.count == 1)
        #expect(
            folder.told.first?.contains("full. The run goes on, and is kept in memory until the file takes it") == true)
        try #require(database.connection).write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        recorder.record(script.add(.runFinished(.init(status: .completed, output: "long"))))
        #expect(recorder.flush(within: 20))
        database.close(within: 20)
        let archive = HistoryArchive(path: folder.database)
        let events = try archive.events(of: "full", after: 0, limit: 100)
        #expect(events.map(\.sequence) == [1, 2, 3, 4])
        #expect(try archive.run(matching: "full")?.lostEvents == 0)
        #expect(folder.told.count == 1)
    }

    @Test func aFileThatIsLockedForLong() throws {
        folder.open().close(within: 20)
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        configuration.allowsUnsafeTransactions = true
        let told = Mutex<[String]>([])
        let database = HistoryDatabase(path: folder.database, busySeconds: 0.01, now: { HistoryFolder.noon }) { line in
            told.withLock { $0.append(line) }
        }
        #expect(database.waitForQueue(20))
        let other = try DatabaseQueue(path: folder.database, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let recorder = RunRecorder(in: database) { sampleRun("late") }
        for event in Script.whole("late").records { recorder.record(event) }
        #expect(!recorder.flush(within: 20))
        // Whoever reads is not held up.
        #expect(try HistoryArchive(path: folder.database).runs(limit: 10).isEmpty)
        try other.inDatabase { try $0.execute(sql: "COMMIT") }
        database.close(within: 20)
        #expect(try HistoryArchive(path: folder.database).run(matching: "late")?.status == .completed)
        #expect(
            told.withLock { $0 } == [
                "\(folder.database) cannot be written: another program has it locked. "
                    + "The run goes on, and is kept in memory until the file takes it"
            ])
    }

    @Test func aCorruptFileIsSetAsideByTheNextRunAndNotByWhoReads() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/state", withIntermediateDirectories: true)
        try Data(String(repeating: "no database\n", count: 500).utf8).write(to: URL(fileURLWithPath: folder.database))
        let fault = #expect(throws: HistoryFault.self) {
            try HistoryArchive(path: folder.database).runs(limit: 10)
        }
        #expect(fault?.message.contains("cannot be read: file is not a database") == true)
        #expect(fault?.hint?.contains("moves it aside") == true)
        folder.record(sampleRun("aa"), Script.whole("aa").records)
        #expect(folder.told.count == 1)
        #expect(folder.told.first?.contains("was corrupt: it is kept as") == true)
        #expect(try HistoryArchive(path: folder.database).run(matching: "aa")?.status == .completed)
    }

    @Test func aNewerFileIsLeftAlone() throws {
        folder.record(sampleRun("aa"), Script.whole("aa").records)
        try folder.rows { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: something new')") }
        folder.record(sampleRun("bb"), Script.whole("bb").records)
        #expect(
            folder.told == [
                "\(folder.database) cannot be used: a newer version of the program wrote it. "
                    + "This run and what is measured is forgotten at the end"
            ])
        let fault = #expect(throws: HistoryFault.self) { try HistoryArchive(path: folder.database).runs(limit: 10) }
        #expect(fault?.hint == "Use that version to look at it, or move the file away to begin a new one.")
        #expect(try folder.rows { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") } == 1)
    }

    // Nobody, not even root, can make a file below a file.
    @Test func aFolderThatCannotBeMade() throws {
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: folder.path + "/state"))
        folder.record(sampleRun("aa"), Script.whole("aa").records)
        #expect(folder.told.count == 1)
        #expect(folder.told.first?.contains("cannot be used") == true)
        #expect(try HistoryArchive(path: folder.database).runs(limit: 10).isEmpty)
    }

    @Test func aFileOfMeasurementsAloneHasNoRuns() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/state", withIntermediateDirectories: true)
        try folder.rows { database in
            try database.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        }
        folder.record(sampleRun("aa"), Script.whole("aa").records)
        #expect(try HistoryArchive(path: folder.database).runs(limit: 10).map(\.id) == ["aa"])
    }

    @Test func whatWaitsForADiskIsBounded() throws {
        var buffer = RunBuffer(limit: 120_000)
        var script = Script("big")
        for step in 1...400 {
            script.write(String(repeating: "x", count: 500), step: step)
            script.add(.stepFinished(.init(step: step, output: "done")))
        }
        for event in script.records { buffer.take(event) }
        let batch = buffer.drain()
        #expect(batch.lost > 0)
        #expect(batch.lost + batch.events.count + batch.pieces.count == script.records.count)
        // Text goes before what a step gave, and the newest stays.
        #expect(batch.events.count == 400)
        #expect(batch.events.last?.sequence == script.sequence)
        #expect(buffer.isEmpty)
        buffer.putBack(batch)
        #expect(buffer.drain() == batch)
    }

    @Test func aRunThatBeginsWithoutAFileIsForgotten() {
        let database = folder.open()
        database.close(within: 20)
        let recorder = RunRecorder(in: database) { sampleRun("aa") }
        for event in Script.whole("aa").records { recorder.record(event) }
        #expect(!recorder.flush(within: 20))
    }
}
