import Foundation
import PromptChainCore
import Testing

@testable import ModelManagement

/// From bytes to lines of the Log pane.
@Suite struct ServerLogReaderTests {
    private let now = Timestamp.parse("2026-11-24T12:10:00Z") ?? .distantPast

    private func reader(
        _ envelope: ServerLogSource.Envelope = .none, _ server: ServerConfiguration = ServerConfiguration()
    ) -> ServerLogReader {
        ServerLogReader(envelope, of: server, component: "server", utcOffset: 0)
    }

    private func bytes(_ lines: String...) -> [[UInt8]] { lines.map { Array($0.utf8) } }

    @Test(
        arguments: [
            #"[GIN] 2026/11/24 - 12:03:41 | 200 | 38.041µs | 127.0.0.1 | GET "/api/ps""#,
            #"[GIN] 2026/11/24 - 12:03:41 | 200 | 38.041µs | ::1 | GET "/api/tags""#,
            #"[GIN] 2026/11/24 - 12:03:41 | 200 | 38.041µs | 172.17.0.1 | POST "/api/show""#,
            #"INFO: 127.0.0.1:58834 - "GET /metrics HTTP/1.1" 200 OK"#,
            #"(APIServer pid=1) INFO:     [::1]:5 - "GET /v1/models HTTP/1.1" 200 OK"#,
            "0.10.124.978 I srv  log_server_r: request: GET /slots 127.0.0.1 200",
            #"[INFO] Request 127.0.0.1 "GET /upstream/qwen/slots HTTP/1.1" 200 5"#,
        ])
    func ownPollingIsHidden(line: String) {
        var reader = reader()
        #expect(reader.lines(bytes(line), now: now).isEmpty)
    }

    @Test(
        arguments: [
            #"[GIN] 2026/11/24 - 12:03:41 | 500 | 1s | 127.0.0.1 | GET "/api/ps""#,
            #"[GIN] 2026/11/24 - 12:03:41 | 200 | 1s | 192.168.7.4 | GET "/api/ps""#,
            #"[GIN] 2026/11/24 - 12:03:41 | 200 | 1s | 127.0.0.1 | POST "/api/generate""#,
            "srv  log_server_r: request: GET /health 127.0.0.1 503",
            "a prompt about GET /api/ps",
        ])
    func errorsAndOthersAreNot(line: String) {
        var reader = reader()
        #expect(reader.lines(bytes(line), now: now).count == 1)
    }

    @Test func theJournalsObjects() {
        var reader = reader(.journal)
        let stamp = #""__REALTIME_TIMESTAMP":"1795522224123456""#
        let lines = reader.lines(
            bytes(
                "{\(stamp),\"MESSAGE\":\"time=2026-11-24T12:03:44Z level=WARN msg=low\"}",
                "{\(stamp),\"MESSAGE\":[104,105,27,91,51,49,109,33,255]}", "{\(stamp),\"MESSAGE\":null}",
                "No journal files were opened due to insufficient permissions."), now: now)
        #expect(lines.map(\.message).prefix(2) == ["low", "hi!\u{FFFD}"])
        #expect(lines.map(\.level) == [.warning, .info, .info, .warning])
        #expect(lines.first?.time == Date(timeIntervalSince1970: 1_795_522_224.123456))
        #expect(lines.last?.message.hasPrefix("No journal files") == true)
    }

    @Test func dockersObjectsAreJoined() {
        var reader = reader(.docker)
        let lines = reader.lines(
            bytes(
                #"{"log":"first half, ","stream":"stderr","time":"2026-11-24T12:03:44.5Z"}"#,
                #"{"log":"second half\n","stream":"stderr","time":"2026-11-24T12:03:45.5Z"}"#, "no object"), now: now)
        #expect(lines.map(\.message) == ["first half, second half", "no object"])
        #expect(lines.first.map { Timestamp.text($0.time) } == "2026-11-24T12:03:45.500Z")
    }

    @Test func tracebacksKeepTheLevelOfTheirBeginning() {
        var reader = reader()
        let lines = reader.lines(
            bytes("Traceback (most recent call last):", "  File \"x\", line 1", "    boom()", "ValueError: x", "fine"),
            now: now)
        #expect(lines.map(\.level) == [.error, .error, .error, .error, .info])
    }

    @Test func secretsAndEndlessLinesStayOut() {
        let server = ServerConfiguration(headers: ["Authorization": "Bearer s3cret-token"])
        var reader = reader(.none, server)
        let lines = reader.lines(bytes("key s3cret-token", String(repeating: "x", count: 50_000)), now: now)
        #expect(lines.first?.message == "key …")
        #expect(lines.last?.message.hasSuffix("… (50000 bytes in all)") == true)
        #expect((lines.last?.message.utf8.count ?? .max) < 2000)
    }

    @Test func linesWithoutTimeOfThePastHaveTheirNeighbours() {
        var reader = reader()
        let past = now.addingTimeInterval(-3600)
        let lines = reader.lines(
            bytes("first", "time=2026-11-24T12:03:44Z level=INFO msg=timed", "behind"), now: now, past: past)
        #expect(lines[0].time == past)
        #expect(lines[2].time == lines[1].time)
        #expect(reader.lines(bytes("new"), now: now).first?.time == now)
        // A clock that runs ahead.
        let ahead = reader.lines(bytes("time=2036-11-24T12:03:44Z level=INFO msg=timed"), now: now)
        #expect(ahead.first?.time == now)
    }

    @Test func aFloodIsCountedAndErrorsAreNotDrownedByIt() {
        var budget = LogBudget()
        func line(_ level: LogLine.Level, _ text: String) -> LogLine {
            LogLine(time: now, level: level, component: "server", message: text)
        }
        let flood = (0..<10_000).map { line(.info, "chatter \($0)") } + [line(.error, "out of memory")]
        let shown = budget.admit(flood, component: "server", now: now)
        #expect(shown.count == 402)
        #expect(shown.suffix(2).map(\.message) == ["out of memory", "9600 lines left out: more than can be read"])
        // Told once a second, and everything again when it is over.
        #expect(budget.admit([line(.info, "x")], component: "server", now: now).isEmpty)
        let later = budget.admit([line(.info, "y")], component: "server", now: now.addingTimeInterval(2))
        #expect(later.map(\.message) == ["y", "1 line left out: more than can be read"])
        #expect(budget.admit([], component: "server", now: now.addingTimeInterval(9)).isEmpty)
    }

    @Test func namesOfComponents() {
        #expect(LogLine.component(ofServer: "127.0.0.1:11434", among: ["127.0.0.1:11434"]) == "server")
        #expect(LogLine.component(ofServer: "127.0.0.1:11434", among: ["a", "b"]) == "server.11434")
        #expect(LogLine.component(ofServer: "gpu_box.lan", among: ["a", "b"]) == "server.gpu-box-lan")
    }
}
