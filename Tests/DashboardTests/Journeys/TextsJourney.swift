import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: what Output and Log show and copy") struct TextsJourney {
    private func withLog() -> JourneyDriver {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        for number in 0..<17 { journey.log(.info, "poll \(number)") }
        journey.log(.warning, "the server is slow")
        journey.log(.error, "the server is gone")
        return journey
    }

    @Test("f shows only graver lines, one level after the other, and Escape shows all again")
    func levels() {
        var journey = withLog()
        journey.press("6 z f")
        #expect(journey.shows("from info on") && journey.shows("poll 16"))
        journey.press("f")
        #expect(journey.shows("from warning on") && !journey.shows("poll 16") && journey.shows("the server is slow"))
        journey.log(.info, "poll 17")
        journey.log(.warning, "slow again")
        #expect(!journey.shows("poll 17") && journey.shows("slow again"))
        journey.press("f")
        #expect(journey.shows("the server is gone") && !journey.shows("slow again"))
        journey.press("Esc")
        #expect(journey.shows("poll 17") && !journey.shows("from error on"))
    }

    @Test("A filter that shows nothing says so")
    func nothing() {
        var journey = JourneyDriver()
        journey.log(.info, "poll")
        journey.press("6 f f f")
        #expect(journey.shows("the filter shows none of the lines"))
    }

    @Test("& shows lines that hold a text, or do not hold it, while it is written; Escape goes back, Enter keeps")
    func filterLines() {
        var journey = withLog()
        journey.press("6 z &")
        journey.type("poll 1")
        #expect(journey.shows("filter") && journey.shows("poll 1") && !journey.shows("poll 2"))
        #expect(journey.shows("with “poll 1”") && !journey.shows("the server is gone"))
        journey.press("Esc")
        #expect(journey.shows("poll 2") && journey.shows("the server is gone"))
        journey.press("&")
        journey.type("!poll !slow")
        journey.press("Enter")
        #expect(!journey.shows("poll 2") && journey.shows("the server is gone") && !journey.shows("is slow"))
        #expect(journey.shows("without “poll”, “slow”"))
        journey.press("Esc")
        #expect(journey.shows("poll 2"))
    }

    @Test("Small letters of a filter stand for large ones, a large one for itself")
    func smartCase() {
        var journey = withLog()
        journey.log(.info, "GET /api/ps")
        journey.log(.info, "get ready")
        journey.press("6 z &")
        journey.type("GET")
        #expect(journey.shows("/api/ps") && !journey.shows("get ready"))
        journey.press("Esc &")
        journey.type("get")
        #expect(journey.shows("/api/ps") && journey.shows("get ready"))
    }

    @Test("A search counts what it found, and tells which one is current")
    func count() {
        var journey = withLog()
        journey.press("6 z /")
        journey.type("poll")
        journey.press("Enter")
        #expect(journey.shows("/poll 17 of 17"))
        journey.press("n")
        #expect(journey.shows("/poll 1 of 17"))
        journey.press("N N")
        #expect(journey.shows("/poll 16 of 17"))
    }

    @Test("y copies the line that was found, or else what is in view")
    func copyLog() {
        var journey = withLog()
        journey.press("6 z /")
        journey.type("poll 7")
        journey.press("Enter")
        #expect(journey.press("y") == [.copy("12:03:44 info promptchain.test: poll 7")])
        journey.press("Esc Esc f f")
        #expect(
            journey.press("y") == [
                .copy(
                    "12:03:44 warning promptchain.test: the server is slow\n"
                        + "12:03:44 error promptchain.test: the server is gone")
            ])
        #expect(journey.shows("copied 2 lines"))
    }

    @Test("What is kept is bounded, also where the filter shows none of it; a huge message is cut")
    func bounds() {
        var log = LogState()
        log.use(LogFilter(least: .error))
        for number in 0..<300 {
            let text = "\(number) " + String(repeating: "x", count: 8000)
            log.add(
                LogLine(time: Date(timeIntervalSince1970: Double(number)), level: .info, component: "a", message: text))
        }
        #expect(log.entries.isEmpty && log.kept.count < 80 && log.kept.last?.line.message.hasPrefix("299 ") == true)
        log.use(LogFilter())
        let huge = String(repeating: "y", count: 1 << 20)
        log.add(LogLine(time: Date(timeIntervalSince1970: 900), level: .info, component: "a", message: huge))
        #expect(log.entries.last?.line.message.hasSuffix("y… (1048576 bytes in all)") == true)
        #expect(log.entries.count == log.text.lines.count)
    }

    @Test("i shows what the step was asked, and back; another step shows its own")
    func prompt() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        #expect(journey.press("5 i").isEmpty && journey.shows("no step has begun"))
        journey.beginRun()
        journey.events(
            .stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: "Analyse: flat curves"),
            .token(step: 1, text: "Three parts.", thinking: false), .stepFinished(.init(step: 1, output: "")),
            .stepStarted(step: 2, name: "Deep reasoning", model: "deepseek-r1:70b", prompt: "Reason about it"),
            .token(step: 2, text: "Because.", thinking: false))
        journey.press("i")
        #expect(journey.shows("what step 2 is asked") && journey.shows("Reason about it") && !journey.shows("Because."))
        journey.press("[")
        #expect(journey.shows("Analyse: flat curves"))
        #expect(journey.press("y") == [.copy("Analyse: flat curves")])
        journey.press("i")
        #expect(journey.shows("Three parts.") && !journey.shows("Analyse: flat curves"))
        #expect(journey.press("y") == [.copy("Three parts.")])
        journey.press("]")
        #expect(journey.shows("Because."))
        journey.press("]")
        #expect(journey.shows("5 Output ─ step 3"))
        journey.press("]")
        #expect(journey.shows("this is the last step"))
    }

    private static let sent: [ChainEvent.PromptSent] = [
        .init(
            step: 1, round: 1, server: "gpu-box", model: "mistral-small:22b",
            messages: [
                .init(role: "system", content: "Be brief."),
                .init(
                    role: "user", content: nil,
                    pictures: [.init(name: "curve.png", kind: "image/png", byteCount: 12_000)]),
            ], tools: ["mcp_lake_search"],
            parameters: ["stream": true, "keep_alive": 320, "options": ["num_ctx": 8192, "temperature": 0.2]]),
        .init(
            step: 1, round: 2, server: "gpu-box", model: "mistral-small:22b", kept: 2,
            messages: [
                .init(
                    role: "assistant", content: "Let me look.",
                    calls: [.init(tool: "mcp_lake_search", arguments: ["query": "flat curves"])]),
                .init(role: "tool", content: "3 hits", tool: "mcp_lake_search"),
            ], tools: [],
            parameters: ["stream": true, "keep_alive": 320, "options": ["num_ctx": 8192, "temperature": 0.2]]),
    ]

    @Test("i shows each request as it was sent, and what is new in it")
    func requests() {
        var journey = JourneyDriver(size: Size(width: 110, height: 40))
        journey.beginRun()
        let use = ChainEvent.ToolUse(call: "1", server: "lake", tool: "search", arguments: ["query": "flat curves"])
        journey.events(
            .stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: "Analyse: flat curves"),
            .promptSent(Self.sent[0]), .token(step: 1, text: "Let me look.", thinking: false),
            .toolCalled(step: 1, use), .toolFinished(step: 1, use, seconds: 1.2, isError: false, output: "3 hits"))
        journey.press("5 z")
        #expect(
            journey.lines[3...6].map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " │")) } == [
                "Let me look.", #"lake/search {"query":"flat curves"} · 1.2s"#, "", "",
            ])
        journey.press("i")
        // A further request comes while it is shown.
        journey.events(.promptSent(Self.sent[1]), .token(step: 1, text: "\n\nThree.", thinking: false))
        #expect(
            journey.lines[3...24].map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " │")) } == [
                "step 1 to mistral-small:22b on gpu-box", "system", "Be brief.", "user", "Analyse: flat curves",
                "[picture: curve.png, image/png, 12000 bytes]", "on offer: mcp_lake_search",
                "with keep_alive 320 · num_ctx 8192 · temperature 0.2 · stream true", "",
                "step 1, request 2 to mistral-small:22b on gpu-box", "the 2 messages before, and", "assistant",
                "Let me look.",
                #"calls mcp_lake_search {"query":"flat curves"}"#, "tool mcp_lake_search", "3 hits",
                "on offer: no tools any more", "", "", "", "", "",
            ])
        guard case .copy(let text)? = journey.press("y").first else {
            Issue.record("nothing is copied")
            return
        }
        #expect(
            text.hasPrefix("step 1 to mistral-small:22b on gpu-box\nsystem\nBe brief.\nuser\nAnalyse: flat curves\n"))
        #expect(journey.shows("copied what step 1 was asked"))
        journey.press("S")
        guard case .saveText(let saving)? = journey.press("Enter").first else {
            Issue.record("nothing is saved")
            return
        }
        #expect(saving.text == .text(text + "\n"))
        journey.press("i")
        #expect(journey.shows("Three."))
    }

    @Test("A step that is tried again shows what it is asked now, each item its own prompt")
    func requestsOfItems() {
        var journey = JourneyDriver(size: Size(width: 110, height: 40))
        journey.beginRun()
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil))
        for (item, attempts) in [(1, 1), (2, 2)] {
            journey.events(
                .stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: "About \(item)"),
                item: item)
            for _ in 0..<attempts { journey.events(.promptSent(Self.sent[0]), item: item) }
        }
        journey.press("5 z i")
        #expect(journey.shows("step 1, item 1 to mistral-small:22b on gpu-box") && journey.shows("About 1"))
        #expect(
            journey.lines.count { $0.contains("item 2 to mistral-small:22b on gpu-box") } == 1
                && journey.shows("About 2"))
    }

    @Test("Of very long requests the newest are kept")
    func manyRequests() {
        var requests = SentRequests()
        var sent = Self.sent[1]
        for round in 1...40 {
            sent.round = round
            sent.messages = [.init(role: "tool", content: String(repeating: "x", count: 100_000))]
            requests.add(sent, prompt: nil, of: nil, at: Double(round))
        }
        #expect(requests.forgotten == 20 && requests.all.last?.sent.round == 40)
        #expect(requests.past(at: 30).all.last?.sent.round == 30)
        sent.round = 1
        requests.add(sent, prompt: nil, of: nil, at: 41)
        #expect(requests.all.count == 1)
    }

    @Test("More than a terminal takes is not copied, and that is said")
    func tooMuch() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.beginRun()
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil))
        #expect(journey.press("5 y").isEmpty && journey.shows("there is nothing to copy"))
        journey.events(.token(step: 1, text: String(repeating: "word ", count: 20_000), thinking: false))
        #expect(journey.press("y").count == 1 && journey.shows("some terminals take 74 kB at most"))
        journey.events(.token(step: 1, text: String(repeating: "word ", count: 200_000), thinking: false))
        #expect(journey.press("y").isEmpty && journey.shows("more than a terminal takes"))
    }

    @Test("Keys of the other text pane say where they work")
    func elsewhere() {
        var journey = JourneyDriver()
        #expect(journey.press("5 f").isEmpty && journey.shows("only the Log has levels"))
        journey.press("&")
        #expect(journey.shows("only the Log has a filter"))
        journey.press("6 [")
        #expect(journey.shows("only Output has steps"))
    }
}

extension JourneyDriver {
    mutating func log(_ level: LogLine.Level, _ message: String) {
        send(
            .log(
                LogLine(
                    time: Date(timeIntervalSince1970: clock), level: level, component: "promptchain.test",
                    message: message)))
    }
}
