import Foundation
import GRDB
import PromptChainCore
import Testing

@testable import RunHistory

/// What a run tells comes back, whoever else uses the file.
@Suite struct RunRecorderTests {
    private let folder = HistoryFolder()

    @Test func aRunComesBack() throws {
        let script = Script.whole("aa01")
        folder.record(sampleRun("aa01"), script.records)
        let archive = HistoryArchive(path: folder.database)
        let run = try #require(try archive.run(matching: "latest"))
        var expected = sampleRun("aa01")
        expected.finishedAt = script.records.last?.time
        expected.status = .completed
        expected.stallSeconds = 3
        expected.peakVRAMBytes = 5 << 30
        expected.lastSequence = script.sequence
        expected.number = 1
        expected.stepsDone = 2
        #expect(run == expected)
        let steps = try archive.steps(of: run)
        #expect(steps.map(\.status) == [.done, .done])
        #expect(steps.map(\.model) == ["mistral:7b", "deepseek-r1:70b"])
        #expect(steps.map(\.loadSeconds) == [1.5, 1.5])
        #expect(try archive.outputs(of: run) == [1: "One two three", 2: "One two three"])
        #expect(
            try archive.changes(of: run).map(\.kind.rawValue).prefix(4) == [
                "load_started", "loaded", "unload_started", "unloaded",
            ])
        #expect(folder.told.isEmpty)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.database)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func tokensComeBackInPiecesAndEverythingElseAsItWas() throws {
        let script = Script.whole("aa01")
        folder.record(sampleRun("aa01"), script.records)
        let events = try HistoryArchive(path: folder.database).events(of: "aa01", after: 0, limit: 1000)
        #expect(events.count < script.records.count)
        #expect(events.map(\.sequence) == events.map(\.sequence).sorted())
        let others = script.records.filter { if case .token = $0.event { false } else { true } }
        #expect(
            events.filter { if case .token = $0.event { false } else { true } }.map { $0.jsonLine() }
                == others.map { $0.jsonLine() })
        #expect(Self.text(events, step: 1) == "One two three")
        // A piece has the number and the time of its last token.
        let last = try #require(script.records.last { if case .token = $0.event { true } else { false } })
        #expect(
            events.contains { $0.sequence == last.sequence && Timestamp.text($0.time) == Timestamp.text(last.time) })
        // Page by page it is the same.
        var pages: [ChainEventRecord] = []
        let archive = HistoryArchive(path: folder.database)
        while case let page = try archive.events(of: "aa01", after: pages.last?.sequence ?? 0, limit: 3), !page.isEmpty
        {
            pages += page
        }
        #expect(pages == events)
    }

    @Test func oddTextsComeBack() throws {
        var script = Script("aa02")
        script.add(.runStarted(.init(chain: "Brief", steps: ["a'; DROP TABLE run"], models: [nil])))
        script.write("zero \u{0} byte", "🧵 e\u{301}\u{202E}", step: 1)
        script.write("thought", step: 1, thinking: true)
        script.write("more", step: 1)
        script.write("of item 2", step: 1, item: 2)
        folder.record(sampleRun("aa02"), script.records)
        let archive = HistoryArchive(path: folder.database)
        let events = try archive.events(of: "aa02", after: 0, limit: 100)
        let texts = events.compactMap { record -> String? in
            guard case .token(_, let text, let thinking) = record.event else { return nil }
            return "\(record.item ?? 0)\(thinking ? "t" : "") \(text)"
        }
        #expect(texts == ["0 zero \u{0} byte", "0 🧵 e\u{301}\u{202E}", "0t thought", "0 more", "2 of item 2"])
        #expect(
            try archive.steps(of: #require(try archive.run(matching: "aa02"))).map(\.name) == ["a'; DROP TABLE run"])
    }

    @Test func itemsAndFailuresHaveRowsOfTheirOwn() throws {
        var script = Script("aa03")
        script.add(.runStarted(.init(chain: "Brief", steps: ["Each", "Never"], models: [nil, nil])))
        for item in [1, 2] { script.add(.stepStarted(step: 1, name: "Each", model: nil, prompt: nil), item: item) }
        script.add(.stepFinished(.init(step: 1, outputTokens: 7, output: "x")), item: 1)
        script.add(.stepFailed(step: 1, reason: "no answer", output: "par"), item: 2)
        script.add(.stepFailed(step: 1, reason: "item 2: no answer", output: "par"))
        script.add(.stepSkipped(step: 2, reason: "not now"))
        script.add(.warning(message: "careful", hint: "slow down"))
        script.add(.runFinished(.init(status: .failed, output: "", error: "no answer")))
        folder.record(sampleRun("aa03"), script.records)
        let archive = HistoryArchive(path: folder.database)
        let run = try #require(try archive.run(matching: "aa03"))
        #expect(run.status == .failed)
        #expect(run.error == "no answer")
        let steps = try archive.steps(of: run)
        #expect(
            steps.map { "\($0.step)/\($0.item ?? 0) \($0.status.rawValue) \($0.reason ?? "")" } == [
                "1/0 failed item 2: no answer", "1/1 done ", "1/2 failed no answer", "2/0 skipped not now",
            ])
        #expect(try archive.notes(of: run).map(\.event.wire.name) == ["step_failed", "step_failed", "warning"])
        #expect(try archive.outputs(of: run) == [1: "par"])
    }

    @Test func aRunThatGoesOnIsTheSameRun() throws {
        var script = Script("aa04")
        script.add(.runStarted(.init(chain: "Brief", steps: ["Quick", "Deep"], models: [nil, nil])))
        script.add(.stepStarted(step: 1, name: "Quick", model: nil, prompt: nil))
        script.add(.stepFinished(.init(step: 1, output: "one")))
        script.add(.stepFailed(step: 2, reason: "gone", output: ""))
        script.add(.runFinished(.init(status: .failed, output: "", error: "gone", stallSeconds: 1)))
        let before = script.sequence
        folder.record(sampleRun("aa04"), script.records)
        var changed = sampleRun("aa04")
        changed.chainDigest = "d2"
        changed.startedAt = changed.startedAt.addingTimeInterval(3600)
        script.start += 3600
        let again = changed
        let database = folder.open()
        let recorder = RunRecorder(in: database) { again }
        #expect(recorder.flush(within: 20))
        let archive = HistoryArchive(path: folder.database)
        #expect(try archive.run(matching: "aa04")?.status == nil)
        let end = try #require(script.records.last).time
        let next = script.add(.runStarted(.init(chain: "Brief", steps: ["Quick", "Deep"], models: [nil, nil]))).time
        script.add(.runResumed(fromStep: 2))
        script.add(.stepStarted(step: 2, name: "Deep", model: nil, prompt: nil))
        script.add(.stepFinished(.init(step: 2, output: "two")))
        script.add(.runFinished(.init(status: .completed, output: "two", stallSeconds: 3)))
        for event in script.records.dropFirst(before) { recorder.record(event) }
        #expect(recorder.flush(within: 20))
        let run = try #require(try archive.run(matching: "aa04"))
        #expect(run.status == .completed)
        #expect(run.error == nil)
        #expect(run.stallSeconds == 3)
        // The hour in between does not count.
        #expect(run.startedAt == HistoryFolder.noon)
        #expect(abs((run.seconds ?? 0) - 1.5) < 0.01)
        let pauses = try archive.pauses(of: run)
        #expect(pauses.count == 1)
        #expect(pauses.first?.lowerBound.timeIntervalSince(end).magnitude ?? 1 < 0.001)
        #expect(pauses.first?.upperBound.timeIntervalSince(next).magnitude ?? 1 < 0.001)
        #expect(run.chainDigest == "d2")
        #expect(run.lastSequence == script.sequence)
        #expect(try archive.steps(of: run).map(\.reason) == [nil, nil])
        #expect(try archive.outputs(of: run) == [1: "one", 2: "two"])
        #expect(try archive.runs(limit: 10).count == 1)
        database.close(within: 20)
    }

    @Test func manyRunsFromManyProgramsAtOnce() throws {
        let databases = [folder.open(), folder.open()]
        DispatchQueue.concurrentPerform(iterations: 12) { index in
            let id = "run\(index)x"
            let recorder = RunRecorder(in: databases[index % 2]) { sampleRun(id) }
            for event in Script.whole(id).records { recorder.record(event) }
            #expect(recorder.flush(within: 60))
        }
        for database in databases { database.close(within: 60) }
        let archive = HistoryArchive(path: folder.database)
        #expect(try archive.runs(limit: 100).filter { $0.status == .completed && $0.stepsDone == 2 }.count == 12)
        #expect(folder.told.isEmpty)
    }

    // What is in the file of a program that was killed is what its last second left.
    @Test func whatADeadProgramLeftCanBeRead() throws {
        let database = folder.open()
        let recorder = RunRecorder(in: database) { sampleRun("dead") }
        let script = Script.whole("dead")
        let end = try #require(script.records.firstIndex { if case .stepFinished = $0.event { true } else { false } })
        for event in script.records[...end] { recorder.record(event) }
        #expect(recorder.flush(within: 20))
        let copy = HistoryFolder()
        try FileManager.default.createDirectory(atPath: copy.path + "/state", withIntermediateDirectories: true)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: folder.database + suffix, toPath: copy.database + suffix)
        }
        try copy.rows { try $0.execute(sql: "UPDATE run SET process_start = 'before the restart'") }
        let archive = HistoryArchive(path: copy.database)
        let run = try #require(try archive.run(matching: "dead"))
        #expect(run.status == nil)
        #expect(run.liveness == .died)
        #expect(try archive.run(matching: "1")?.id == "dead")
        #expect(try archive.outputs(of: run) == [1: "One two three"])
        #expect(try archive.events(of: "dead", after: 0, limit: 100).last?.sequence == end + 1)
        database.close(within: 20)
    }

    private static func text(_ events: [ChainEventRecord], step: Int) -> String {
        events.compactMap { record in
            if case .token(step, let text, false) = record.event { text } else { nil }
        }.joined()
    }
}
