import CellScreen
import ChainEngine
import DashboardTestSupport
import Foundation
import ModelManagement
import OllamaSimulator
import PromptChainCore
import RunHistory
import SimulatorTestSupport
import Synchronization
import Testing

@testable import Dashboard
@testable import DashboardRuntime

/// A run against the simulated server, in stepped time, on two screens: the one on which it was watched, and the one on
/// which the record of it is played back. At the end they are the same in every cell.
@Suite(.timeLimit(.minutes(5))) struct ReplayedScreenTests {
    private static let size = Size(width: 110, height: 40)

    private static let chains = [
        // Two models, of which one has to leave for the other.
        """
        name: Two tales
        model_management: {enabled: true}
        policy: strict
        steps:
          - {name: Draft, model: "llama3.1:8b", instruction: "Tell of: {input}"}
          - {name: Polish, model: "mistral-small:22b", instruction: "Tell again: {input}"}
        """,
        // Items, a step of a command, and one that is left out.
        """
        name: Parts
        model_management: {enabled: true}
        steps:
          - {name: Each, model: "llama3.1:8b", for_each: lines, instruction: "Say: {input}"}
          - {name: Count, command: [wc, -l]}
          - {name: Never, model: "llama3.1:8b", when: {contains: "no such words"}, instruction: "{input}"}
        """,
        // A failure.
        """
        name: Broken
        model_management: {enabled: true}
        steps:
          - {name: Draft, model: "llama3.1:8b", instruction: "Tell of: {input}"}
          - {name: Fails, command: ["false"]}
        """,
    ]

    @Test(arguments: chains) func aReplayEndsOnTheScreenOfTheLiveRun(text: String) async throws {
        let time = SteppedTime()
        let server = try SimulatedServer(
            configuration: SimulatorConfiguration(vramBytes: 48 << 30, speed: 1), time: time)
        try await server.start()
        let url = await server.url
        let servers = try #require(SteppedServers(url: url, time: time))
        let chain = try #require(ChainFile.parse(text, file: "chain.yaml").chain)
        let folder = NSTemporaryDirectory() + "promptchain-replay-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let database = HistoryDatabase(path: folder + "/history.db") { Issue.record("\($0)") }
        let run = ChainRun(
            chain: chain, options: ChainRunOptions(samplesServers: true), servers: servers, runID: "r1",
            clock: SteppedRunClock(time: time), locks: InProcessModelLocks())
        let recorder = RunRecorder(in: database) {
            RecordedRun(
                id: "r1", chain: chain.name, input: "one\ntwo\nthree", host: "h", processID: 1, startedAt: Date(),
                steps: 3)
        }
        let records = Mutex<[ChainEventRecord]>([])
        _ = await run.start(input: "one\ntwo\nthree") { record in
            recorder.record(record)
            records.withLock { $0.append(record) }
        }
        await servers.shutdown()
        await server.stop()
        recorder.flush(within: 60)
        database.close(within: 60)

        let live = live(records.withLock { $0 }, url: url)
        let replay = await replay(HistoryArchive(path: folder + "/history.db"))
        // The first row tells that it is a record and where in it one is, the last one which keys there are.
        let differences = Self.differences(live.picture, replay.picture, rows: 1..<Self.size.height - 1)
        #expect(differences.isEmpty, "live:\n\(live.screen)\nreplay:\n\(replay.screen)")
        #expect(live.lines[1].contains(chain.name))
    }

    /// The run as whoever watched it saw it: each event when it came, and each reading of the server. It was watched
    /// read-only: a replay, too, names no keys that change something. A record tells times to the millisecond.
    private func live(_ records: [ChainEventRecord], url: String) -> JourneyDriver {
        var journey = JourneyDriver(
            size: Self.size, servers: [ServerDescription(name: "box", url: url, provider: .ollama)],
            isReadOnly: true)
        let start = records.first?.time ?? Date()
        for record in records {
            var record = record
            record.time = Timestamp.parse(Timestamp.text(record.time)) ?? record.time
            journey.send(
                .tick(uptime: record.time.timeIntervalSince(start), clock: record.time.timeIntervalSince1970))
            if case .serverSample(let sample) = record.event { journey.send(.snapshot(sample)) }
            journey.send(.runEvents([record]))
        }
        journey.send(.runEnded(run: "r1"))
        return journey
    }

    private func replay(_ archive: HistoryArchive) async -> JourneyDriver {
        let told = Mutex<[DashboardMessage]>([])
        RecordedTape(run: "r1", archive: archive).start { message in told.withLock { $0.append(message) } }
        while told.withLock({ $0.last }) != .feed(.recordComplete) { await Task.yield() }
        var journey = JourneyDriver(
            size: Self.size, servers: [],
            feed: FeedDescription(kind: .replay(ReplayStart(at: .infinity)), name: "run r1"))
        for message in told.withLock({ $0 }) { journey.send(message) }
        return journey
    }

    private static func differences(_ one: CellBuffer, _ other: CellBuffer, rows: Range<Int>) -> [Point] {
        rows.flatMap { y in
            (0..<size.width).filter { one[$0, y] != other[$0, y] }.map { Point(x: $0, y: y) }
        }
    }
}
