import CellScreen
import Dashboard
import Foundation
import PromptChainCore
import RunHistory

/// Records a large run and measures what is then asked of the history: `history-benchmark [STEPS [TOKENS]]`.
@main
struct Benchmark {
    let steps: Int
    let tokensPerStep: Int
    let path: String

    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let steps = max(1, numbers.first ?? 10_000)
        let tokens = numbers.count > 1 ? numbers[1] : 1_000_000
        let folder = NSTemporaryDirectory() + "history-benchmark-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let benchmark = Benchmark(steps: steps, tokensPerStep: max(1, tokens / steps), path: folder + "/history.db")
        benchmark.write()
        try benchmark.read()
    }

    private func write() {
        let database = HistoryDatabase(path: path) { print("told: \($0)") }
        let run = RecordedRun(
            id: "benchmark", chain: "Large", input: "Why?", host: RunProcess.host, processID: .max,
            startedAt: Date(timeIntervalSince1970: 1_795_503_600), steps: steps)
        database.flush(within: 60)
        let recorder = RunRecorder(in: database) { run }
        let model = ModelName("mistral-small:22b")
        var sequence = 0
        var time = run.startedAt
        var longest = Duration.zero
        let clock = ContinuousClock()
        func tell(_ event: ChainEvent) {
            sequence += 1
            time += 0.02
            let record = ChainEventRecord(sequence: sequence, time: time, run: run.id, event: event)
            longest = max(longest, clock.measure { recorder.record(record) })
        }
        let told = clock.measure {
            let names = (1...steps).map { "Step \($0)" }
            tell(.runStarted(.init(chain: "Large", steps: names, models: names.map { _ in model })))
            for step in 1...steps {
                tell(.stepStarted(step: step, name: names[step - 1], model: model, prompt: "Go on from step \(step)."))
                var output = ""
                for token in 1...tokensPerStep {
                    output += "word\(token % 10) "
                    tell(.token(step: step, text: "word\(token % 10) ", thinking: false))
                }
                tell(
                    .stepFinished(
                        .init(
                            step: step, queueSeconds: 0.01, loadSeconds: 0, firstTokenSeconds: 0.1,
                            generateSeconds: 2, outputTokens: tokensPerStep, tokensPerSecond: 50, output: output)))
            }
            tell(.runFinished(.init(status: .completed, output: "done", seconds: 1)))
        }
        let rest = clock.measure { recorder.flush(within: 600) }
        database.close(within: 60)
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        show("events", "\(sequence)")
        show("told in", told)
        show("  an event, the longest", longest)
        show("  written afterwards in", rest)
        show("file", ByteCount.text(Int64(size ?? 0)))
        show("memory, peak", memory("VmHWM"))
        forgetPeak()
    }

    private func read() throws {
        try median("list") { _ = try $0.runs(limit: 20) }
        try median("show") { archive in
            guard let run = try archive.run(matching: "latest") else { return }
            let steps = try archive.steps(of: run)
            _ = try archive.notes(of: run)
            let timeline = ResidencyTimeline(
                run: run, steps: steps, changes: try archive.changes(of: run), samples: try archive.samples(of: run))
            _ = timeline.columns(80)
        }
        try median("export or replay, the first 500 events") { archive in
            _ = try archive.events(of: "benchmark", after: 0, limit: 500)
        }
        try median("attach, the last 500 events") { archive in
            guard let run = try archive.run(matching: "latest") else { return }
            _ = try archive.events(of: run.id, after: run.lastSequence - 500, limit: 5000)
        }
        try median("attach, until its screen is complete") { archive in
            guard let outline = try archive.outline(of: "benchmark") else { return }
            let program = DashboardProgram()
            var state = DashboardState(
                servers: [], feed: FeedDescription(kind: .attached, name: "run benchmark"),
                size: Size(width: 110, height: 30))
            _ = program.update(&state, .feed(.outline(outline.records)))
            var last = outline.lastSequence
            while case let records = try archive.events(of: "benchmark", after: last, limit: 2000),
                let newest = records.last
            {
                last = newest.sequence
                _ = program.update(&state, .runEvents(records))
            }
            var buffer = CellBuffer(size: Size(width: 110, height: 30))
            program.draw(state, into: &buffer)
            guard buffer.text.contains("10000") || steps != 10_000 else { return print(buffer.text) }
        }
        try median("  of which the outline is read in") { _ = try $0.outline(of: "benchmark") }
        try median("the text of an earlier step") { _ = try $0.events(of: "benchmark", step: max(1, steps / 2)) }
        try median("attach, all events") { archive in
            var last = 0
            while let newest = try archive.events(of: "benchmark", after: last, limit: 5000).last {
                last = newest.sequence
            }
        }
        try median("resume: outputs of all steps") { archive in
            guard let run = try archive.run(matching: "latest") else { return }
            _ = try archive.continuation(of: run)
        }
        show("memory of reading, peak", memory("VmHWM"))
    }

    /// Five times, each with a file that is opened anew.
    private func median(_ name: String, _ work: (HistoryArchive) throws -> Void) throws {
        var times: [Duration] = []
        for _ in 1...5 {
            times.append(try ContinuousClock().measure { try work(HistoryArchive(path: path)) })
        }
        show(name, times.sorted()[2])
    }

    private func show(_ name: String, _ time: Duration) {
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        show(name, ByteCount.fixed(seconds * 1000, digits: 2) + " ms")
    }

    private func show(_ name: String, _ value: String) {
        print(name.padding(toLength: 44, withPad: " ", startingAt: 0) + value)
    }

    private func memory(_ key: String) -> String {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
        return kilobytes.map { ByteCount.text($0 * 1024) } ?? "unknown"
    }

    private func forgetPeak() {
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }
}
