import Foundation
import SimulatorTestSupport
import Testing

@testable import OllamaSimulator

/// The residency trace, and how time is told.
@Suite struct TraceTests {
    private func path() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("trace-\(UUID().uuidString).jsonl").path
    }

    /// Reads a date with any number of digits in its fraction.
    private static func date(_ text: String) -> Date? {
        let fraction = text.drop { $0 != "." }.prefix { $0 == "." || $0.isNumber }
        let whole = text.replacingOccurrences(of: fraction, with: "")
        let base = try? Date.ISO8601FormatStyle().parse(whole)
        return base?.addingTimeInterval(Double("0\(fraction)") ?? 0)
    }

    @Test func everyChangeIsALine() async throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        var configuration = SimulatorConfiguration.test(vram: 8 << 30, maxLoaded: 1)
        configuration.traceFile = path
        try await withServer(configuration) { (client, _) async throws in
            try await client.generate("smol-a")
            try await client.generate("smol-b", nil, ["keep_alive": "1s"])
            #expect(try await client.until { try await client.loaded().isEmpty })
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map { try JSONReader.read($0.utf8) }
        let events = lines.map { "\($0["event"]?.text ?? "") \($0["model"]?.text ?? "")" }
        #expect(
            events == [
                "load_started smol-a:latest", "loaded smol-a:latest", "evicted smol-a:latest",
                "unload_started smol-a:latest", "unloaded smol-a:latest", "load_started smol-b:latest",
                "loaded smol-b:latest", "expired smol-b:latest", "unload_started smol-b:latest",
                "unloaded smol-b:latest",
            ])
        for line in lines {
            let sum = line["resident"]?.elements?.reduce(0) { $0 + ($1["vram_bytes"]?.int ?? 0) }
            #expect(line["used_vram_bytes"]?.int == sum)
            #expect(line["size_bytes"]?.int == line["vram_bytes"]?.int)
            #expect(line["context_length"] == 4096)
        }
        #expect(lines[0]["resident"]?.elements?.count == 1, "a loading model holds memory")
        #expect(lines[4]["resident"]?.elements?.isEmpty == true)
        let seconds = lines.compactMap { $0["seconds"]?.double }
        #expect(seconds == seconds.sorted())
        #expect((seconds.last ?? 0) > 1.5, "they are simulated")
        let first = lines[0]["time"]?.text ?? ""
        #expect(first.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil, "\(first)")
    }

    @Test func aPathThatCannotBeWrittenIsExplained() {
        var configuration = SimulatorConfiguration.test()
        configuration.traceFile = "/no/such/folder/trace.jsonl"
        #expect(throws: SimulatorError.self) { try SimulatedServer(configuration: configuration) }
    }

    @Test func settingsThatMakeNoSenseAreRefused() {
        for change in [
            { (configuration: inout SimulatorConfiguration) in configuration.speed = 0 },
            { $0.vramBytes = -1 }, { $0.port = 70000 },
        ] {
            var configuration = SimulatorConfiguration.test()
            change(&configuration)
            #expect(throws: SimulatorError.self) { try SimulatedServer(configuration: configuration) }
        }
    }

    /// Two seconds of the wall clock are a minute here.
    @Test func expiryDatesComeTrueAtAnySpeed() async throws {
        let time = SteppedTime()
        try await withServer(.test(speed: 30), time: time) { (client, _) async throws in
            let answer = try await client.generate("smol-a", nil, ["keep_alive": "60s"])
            time.hold()
            let loaded = try #require(Self.date(answer.json["created_at"]?.text ?? ""))
            let shown = try await client.loaded().first?["expires_at"]?.text ?? ""
            let date = try #require(Self.date(shown), "\(shown)")
            #expect(abs(date.timeIntervalSince(loaded) - 2) < 0.01)
            time.pass(1.9)
            #expect(try await client.loadedNames() == ["smol-a:latest"])
            time.pass(0.2)
            time.goOn()
            #expect(try await client.until { try await client.loaded().isEmpty })
        }
    }

    @Test func durationsAreThoseOfTheWallClock() async throws {
        try await withServer(.test(speed: 20), time: SystemSimulationTime()) { (client, _) async throws in
            let start = ContinuousClock.now
            let answer = try await client.generate("smol-a", "Write a long story.", ["stream": false])
            let wall = (ContinuousClock.now - start) / .nanoseconds(1)
            let total = answer.json["total_duration"]?.double ?? 0
            #expect(total <= wall && total > 10_000_000)
            let parts = ["load_duration", "prompt_eval_duration", "eval_duration"].compactMap {
                answer.json[$0]?.double
            }
            #expect(parts.count == 3)
            #expect(parts.reduce(0, +) <= total * 1.05)
        }
    }

    @Test func datesAreWrittenLikeGos() {
        #expect(SimulationClock.text(of: Date(timeIntervalSince1970: 1_795_503_440)) == "2026-11-24T06:57:20Z")
        #expect(SimulationClock.text(of: Date(timeIntervalSince1970: 1_795_503_440.5)) == "2026-11-24T06:57:20.5Z")
        let local = SimulationClock.localText(of: Date(timeIntervalSince1970: 1_795_503_440))
        #expect(local.hasSuffix("Z") || local.contains("+") || local.dropFirst(12).contains("-"))
    }
}
