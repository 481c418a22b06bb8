import Foundation
import GRDB
import PromptChainCore
import Synchronization

@testable import RunHistory

/// A folder with a history for one test, gone when the test is.
final class HistoryFolder: Sendable {
    let path: String
    private let lines = Mutex<[String]>([])

    var database: String { path + "/state/history.db" }

    /// What was told about the file.
    var told: [String] { lines.withLock { $0 } }

    /// - Parameter mark: stands in its path.
    init(mark: String = "runs") { path = NSTemporaryDirectory() + "promptchain-\(mark)-" + UUID().uuidString }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The history, opened.
    func open() -> HistoryDatabase {
        HistoryDatabase(
            path: database, now: { HistoryFolder.noon }, report: { line in self.lines.withLock { $0.append(line) } })
    }

    /// The file without ours in between.
    func rows<Value: Sendable>(_ work: (Database) throws -> Value) throws -> Value {
        try DatabaseQueue(path: database).write(work)
    }

    /// Records a run to its end and closes the file.
    func record(_ run: RecordedRun, _ events: [ChainEventRecord]) {
        let database = open()
        let recorder = RunRecorder(in: database) { run }
        for event in events { recorder.record(event) }
        recorder.flush(within: 20)
        database.close(within: 20)
    }

    static let noon = Date(timeIntervalSince1970: 1_795_503_600)
}

/// A run of the tests.
func sampleRun(_ id: String, hours: Double = 0) -> RecordedRun {
    var run = RecordedRun(
        id: id, chain: "Brief", file: "/chains/brief.yaml", chainText: "name: Brief\n", chainDigest: "d1",
        input: "Why?", options: ["policy": "strict"], host: RunProcess.host, processID: getpid(),
        socket: "/run/\(id).sock", startedAt: HistoryFolder.noon.addingTimeInterval(hours * 3600), steps: 2)
    run.files = [RecordedFile(path: "/chains/brief.yaml", digest: "d1")]
    run.processStart = RunProcess.start(of: getpid())
    return run
}

/// Numbers events and gives each a time, a tenth of a second apart.
struct Script {
    var run: String
    var start = HistoryFolder.noon
    var sequence = 0
    private(set) var records: [ChainEventRecord] = []

    init(_ run: String, start: Date = HistoryFolder.noon) {
        self.run = run
        self.start = start
    }

    @discardableResult
    mutating func add(_ event: ChainEvent, item: Int? = nil) -> ChainEventRecord {
        sequence += 1
        let record = ChainEventRecord(
            sequence: sequence, time: start.addingTimeInterval(Double(sequence) / 10), run: run, item: item,
            event: event)
        records.append(record)
        return record
    }

    mutating func write(_ texts: String..., step: Int, item: Int? = nil, thinking: Bool = false) {
        for text in texts { add(.token(step: step, text: text, thinking: thinking), item: item) }
    }

    /// A run of two steps, with a model each, to its end.
    static func whole(_ run: String, start: Date = HistoryFolder.noon) -> Script {
        var script = Script(run, start: start)
        let (small, large) = (ModelName("mistral:7b"), ModelName("deepseek-r1:70b"))
        script.add(
            .runStarted(.init(chain: "Brief", steps: ["Quick", "Deep"], models: [small, large], policy: "strict")))
        for (step, model) in [(1, small), (2, large)] {
            script.add(.stepStarted(step: step, name: step == 1 ? "Quick" : "Deep", model: model, prompt: "P\(step)"))
            script.add(.modelLoadStarted(model: model, step: step, prefetch: false, expectedSeconds: nil))
            script.add(.modelLoaded(model: model, loadSeconds: 1.5, vramBytes: 5 << 30, contextLength: 4096))
            script.write("One ", "two ", "three", step: step)
            script.add(
                .stepFinished(
                    .init(
                        step: step, loadSeconds: 1.5, firstTokenSeconds: 0.1, generateSeconds: 0.2, outputTokens: 3,
                        tokensPerSecond: 15, output: "One two three")))
            script.add(.modelUnloadStarted(model: model, reason: "it is done"))
            script.add(.modelUnloaded(model: model, unloadSeconds: 0.2, verified: true))
        }
        script.add(
            .runFinished(
                .init(status: .completed, output: "One two three", peakVRAMBytes: 5 << 30, stallSeconds: 3, seconds: 2))
        )
        return script
    }
}
