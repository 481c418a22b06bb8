import ChainEngine
import Dashboard
import DashboardTestSupport
import Foundation
import ModelManagement
import PromptChainCore
import RunHistory
import Testing

@testable import DashboardRuntime

/// Runs of other processes in a dashboard: attached, stopped, played back.
@Suite(.timeLimit(.minutes(5))) struct FeedTests {
    private struct Record: RunArchive {
        var records: [ChainEventRecord]
        func run(matching name: String) throws -> RecordedRun? { nil }
        func runs(limit: Int) throws -> [RecordedRun] { [] }
        func events(of run: String, after sequence: Int, limit: Int) throws -> [ChainEventRecord] {
            Array(records.filter { $0.sequence > sequence }.prefix(limit))
        }
    }

    private let folder = RunSocketFolder(path: "\(NSTemporaryDirectory())pc-\(UUID().uuidString.prefix(8))")
    private let server = FakeServer()
    private let chain = "name: One\nsteps:\n  - {name: Only, model: m, instruction: \"Say {input}\"}\n"

    private func runner(_ inbox: Inbox, feed: (any RunFeed)? = nil) -> EffectRunner {
        let services = RuntimeServices(
            connections: [], chainServers: OneServer(server: server), runOptions: ChainRunOptions(),
            library: ChainLibrary(folders: [], shipped: [(name: "one.yaml", text: chain)]),
            loadTheme: { _ in .failure(FileFault(file: "x", message: "no theme")) }, themeNames: [], log: LogHub(),
            feed: feed, sockets: folder, clock: ManualPollClock())
        return EffectRunner(services: services, post: { inbox.take($0) })
    }

    /// Finds the run that goes on, on a thread where waiting is allowed.
    private func latest() async throws -> FoundRun {
        let finder = RunFinder(archive: nil, folder: folder)
        while true {
            let found = await BlockingWork.run { try? finder.find("latest") }
            if let found { return found }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test func aRunOfTheDashboardIsSeenByAnotherOneAndStoppedFromThere() async throws {
        server.set { $0.isSlow = true }
        let (here, there) = (Inbox(), Inbox())
        let runner = runner(here)
        runner.perform(.startRun(path: "shipped:one.yaml", input: "hello"))
        let attached = self.runner(there, feed: AttachedRun(try await latest(), archive: nil))
        attached.start()
        try await there.until {
            !$0.records.isEmpty && $0.all.contains { if case .feed(.live) = $0 { true } else { false } }
        }
        attached.perform(.stopRun)
        try await there.until { if case .runEnded? = $0.all.last { true } else { false } }
        try await here.until { $0.all.contains { if case .runEnded = $0 { true } else { false } } }
        // On the way, times are cut to milliseconds.
        #expect(there.records.map { $0.jsonLine() } == here.records.map { $0.jsonLine() })
        guard case .runFinished(let result)? = there.records.last?.event else {
            Issue.record("the last event is \(String(describing: there.records.last))")
            return
        }
        #expect(result.status == .cancelled && runner.lastResult?.status == .cancelled)
        await attached.close()
        await runner.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.place).isEmpty)
    }

    @Test func aReplayEndsOnTheScreenOfTheLiveRun() async throws {
        let inbox = Inbox()
        let runner = runner(inbox)
        runner.perform(.startRun(path: "shipped:one.yaml", input: "hello"))
        try await inbox.until { if case .runEnded? = $0.all.last { true } else { false } }
        await runner.close()
        var records = inbox.records
        let sample = ServerSnapshot(
            name: "box", provider: .ollama, url: "http://box", time: records[0].time, state: .ready,
            capacityBytes: .gib(24),
            models: [.llama])
        records.insert(
            ChainEventRecord(sequence: 1, time: records[0].time, run: records[0].run, event: .serverSample(sample)),
            at: 0)
        for index in records.indices { records[index].sequence = index + 1 }

        var live = JourneyDriver(servers: [])
        for record in records {
            live.send(.tick(uptime: 0, clock: record.time.timeIntervalSince1970))
            live.send(.runEvents([record]))
        }
        live.send(.runEnded(run: records.first?.run ?? ""))
        let told = Inbox()
        RecordedTape(run: "x", archive: Record(records: records)).start { told.take($0) }
        try await told.until { $0.all.last == .feed(.recordComplete) }
        var replay = JourneyDriver(
            servers: [], feed: FeedDescription(kind: .replay(ReplayStart(at: .infinity)), name: "run x"))
        for message in told.all { replay.send(message) }
        #expect(Array(replay.lines.dropFirst(2).dropLast()) == Array(live.lines.dropFirst(2).dropLast()))
        #expect(replay.shows("✔ 1 Only") && replay.shows("answer of m"))
    }

    @Test func aLongRecordComesInPieces() async throws {
        let records = (1...12_000).map { number in
            ChainEventRecord(
                sequence: number, time: Date(timeIntervalSince1970: Double(number)), run: "x",
                event: .token(step: 1, text: "a", thinking: false))
        }
        let told = Inbox()
        RecordedTape(run: "x", archive: Record(records: records)).start { told.take($0) }
        try await told.until { $0.all.last == .feed(.recordComplete) }
        let pieces = told.all.compactMap { if case .feed(.records(let piece)) = $0 { piece.count } else { nil } }
        #expect(pieces == [5000, 5000, 2000])
    }
}
