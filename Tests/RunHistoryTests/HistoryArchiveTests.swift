import Foundation
import GRDB
import PromptChainCore
import Testing

@testable import RunHistory

/// What users ask of the history.
@Suite struct HistoryArchiveTests {
    private let folder = HistoryFolder()

    @Test func aRunIsFoundByWhatUsersWrite() throws {
        for id in ["ab12cd", "ab34cd", "2f00aa"] { folder.record(sampleRun(id), []) }
        let archive = HistoryArchive(path: folder.database)
        #expect(try archive.runs(limit: 2).map(\.id) == ["2f00aa", "ab34cd"])
        for (name, id) in [
            ("latest", "2f00aa"), ("ab12cd", "ab12cd"), ("AB3", "ab34cd"), ("2", "ab34cd"), ("2f", "2f00aa"),
            (" 3 ", "2f00aa"), ("", nil), ("zz", nil), ("99", nil), ("%", nil), ("a_", nil),
        ] {
            #expect(try archive.run(matching: name)?.id == id, "\(name)")
        }
        let fault = #expect(throws: HistoryFault.self) { try archive.run(matching: "ab") }
        #expect(fault?.message == "several runs begin with “ab”: ab34cd, ab12cd")
    }

    @Test func aFileThatIsNotThereHasNoRuns() throws {
        let archive = HistoryArchive(path: folder.database)
        #expect(try archive.runs(limit: 10).isEmpty)
        #expect(try archive.run(matching: "latest") == nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        // It is found once it is there.
        folder.record(sampleRun("aa"), [])
        #expect(try archive.run(matching: "latest")?.id == "aa")
    }

    @Test func samplesTellWhatWasInMemory() throws {
        var script = Script("aa")
        let model = ModelInfo(name: "mistral:7b", provider: .ollama, server: "gpu", isLoaded: true, vramBytes: 5)
        for models in [[model], []] {
            script.add(
                .serverSample(
                    ServerSnapshot(
                        name: "gpu", provider: .ollama, url: "http://gpu", time: HistoryFolder.noon, state: .ready,
                        models: models)))
        }
        folder.record(sampleRun("aa"), script.records)
        let archive = HistoryArchive(path: folder.database)
        let samples = try archive.samples(of: #require(try archive.run(matching: "aa")))
        #expect(samples.map(\.model) == ["mistral:7b", nil])
        #expect(samples.map(\.vramBytes) == [5, nil])
    }

    @Test func rowsThatNobodyOfOursWroteAreSkipped() throws {
        folder.record(sampleRun("aa"), [])
        try folder.rows { database in
            for line in ["not json", #"{"event":"dream","v":1}"#, #"{"event":"token","v":1}"#, "\u{1}"] {
                try database.execute(
                    sql: "INSERT INTO event SELECT 1, count(*) + 5, 'warning', ? FROM event", arguments: [line])
            }
            try database.execute(sql: "INSERT INTO model_change VALUES (1, 1, 'soon', x'00', 'dreamt', 1.5)")
            try database.execute(sql: "INSERT INTO step VALUES (1, 1, 0, 'n', 1, 'odd', 'x', 'y', 1,2,3,4,5,6,7,'r',9)")
            try database.execute(sql: "UPDATE run SET options = '{', files = 'x', status = 'odd', steps = 'many'")
        }
        let archive = HistoryArchive(path: folder.database)
        let run = try #require(try archive.run(matching: "aa"))
        #expect(run.status == nil)
        #expect(run.steps == 0)
        #expect(try archive.events(of: "aa", after: 0, limit: 100).isEmpty)
        #expect(try archive.notes(of: run).isEmpty)
        #expect(try archive.changes(of: run).isEmpty)
        #expect(try archive.steps(of: run).map(\.status) == [.waiting])
    }

    @Test func processesAreToldApart() throws {
        var run = sampleRun("aa")
        #expect(run.liveness == .running)
        run.processStart = "another"
        #expect(run.liveness == .died)
        run.processID = .max
        run.processStart = nil
        #expect(run.liveness == .died)
        run.host = "elsewhere.example"
        #expect(run.liveness == .elsewhere)
        run.status = .failed
        #expect(run.liveness == .ended)
    }
}

@Suite struct HistoryPruningTests {
    private let folder = HistoryFolder()

    private func fill() {
        for (index, id) in ["old", "mid", "new"].enumerated() {
            let start = HistoryFolder.noon.addingTimeInterval(Double(index - 2) * 86_400)
            var run = sampleRun(id)
            run.startedAt = start
            folder.record(run, Script.whole(id, start: start).records)
        }
    }

    private var kept: [String] { get throws { try HistoryArchive(path: folder.database).runs(limit: 10).map(\.id) } }

    @Test func byAge() throws {
        fill()
        let pruning = HistoryPruning(keepSeconds: 1.5 * 86_400)
        #expect(try pruning.perform(path: folder.database, now: HistoryFolder.noon).runs == 1)
        #expect(try kept == ["new", "mid"])
        for table in ["event", "text", "step", "model_change"] {
            #expect(try folder.rows { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table) WHERE run = 1") } == 0)
        }
    }

    @Test func bySize() throws {
        fill()
        var script = Script("huge")
        for step in 1...200 {
            script.add(.stepFinished(.init(step: step, output: String(repeating: "y", count: 9000))))
        }
        script.add(.runFinished(.init(status: .completed, output: "")))
        folder.record(sampleRun("huge"), script.records)
        folder.record(sampleRun("last"), Script.whole("last").records)
        let result = try HistoryPruning(maximumBytes: 1 << 20).perform(path: folder.database, now: HistoryFolder.noon)
        #expect(result.runs == 4)
        #expect(result.bytes > 1 << 20)
        #expect(try kept == ["last"])
    }

    @Test func aRunThatLivesIsKept() throws {
        folder.record(sampleRun("alive"), [])
        folder.record(sampleRun("dead"), [])
        try folder.rows { try $0.execute(sql: "UPDATE run SET process_id = 2147483646 WHERE id = 'dead'") }
        let pruning = HistoryPruning(keepSeconds: 0, maximumBytes: 0)
        #expect(try pruning.perform(path: folder.database, now: HistoryFolder.noon.addingTimeInterval(1)).runs == 1)
        #expect(try kept == ["alive"])
    }

    @Test func behindARunOfTheProgram() throws {
        fill()
        let database = folder.open()
        HistoryPruning(keepSeconds: 86_400 * 0.5).perform(in: database)
        database.close(within: 20)
        #expect(try kept == ["new"])
    }

    @Test func nothingToPrune() throws {
        #expect(try HistoryPruning(keepSeconds: 0).perform(path: folder.database, now: HistoryFolder.noon).runs == 0)
    }
}

@Suite struct ContentDigestTests {
    // The examples of FIPS 180-4, and lengths around a block's border.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"
        ),
    ])
    func examples(text: String, digest: String) {
        #expect(ContentDigest.sha256(Data(text.utf8)) == digest)
    }
}
