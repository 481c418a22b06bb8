import Foundation
import NIOCore
import SimulatorTestSupport
import Testing

@testable import OllamaSimulator

/// Replays the recorded timelines: the same requests in the same order, with the same order of events.
@Suite(.serialized) struct TimelineTests {
    typealias Timeline = @Sendable () async throws -> Void

    static let timelines: [String: Timeline] = [
        "tl_cancel_while_queued.txt": cancelWhileQueued,
        "tl_client_disconnect_during_load.txt": disconnectDuringLoad,
        "tl_client_disconnect_midstream.txt": disconnectMidstream,
        "tl_eviction_choice.txt": evictionChoice,
        "tl_expires_at_during_long_generation.txt": expiryDuringGeneration,
        "tl_expires_at_first_generation.txt": expiryDuringFirstGeneration,
        "tl_generate_with_keepalive_0.txt": generateWithKeepAliveZero,
        "tl_keepalive_10s_expiry.txt": keepAliveExpiry,
        "tl_long_prompt_over_context.txt": longPrompt,
        "tl_max_loaded_1_two_models.txt": oneLoadedTwoModels,
        "tl_max_queue_overflow.txt": queueOverflow,
        "tl_ps_during_slow_load.txt": psDuringLoad,
        "tl_reload_num_ctx_slow.txt": reload,
        "tl_runner_killed_idle.txt": killedIdle,
        "tl_runner_killed_midstream.txt": killedMidstream,
        "tl_runner_killed_nostream.txt": killedWithoutStream,
        "tl_two_first_requests_same_model.txt": twoFirstRequests,
        "tl_unload_idle_latency.txt": unloadLatency,
        "tl_unload_while_generating.txt": unloadWhileGenerating,
    ]

    @Test(arguments: timelines.keys.sorted())
    func happensInTheRecordedOrder(_ name: String) async throws { try await Self.timelines[name]?() }

    private static let dragon = "Write a long story about a dragon."
    /// Loads take 3.3 seconds.
    private static func slow(maxLoaded: Int = 0, maxQueue: Int = 512) -> SimulatorConfiguration {
        .test(vram: 48 << 30, catalogue: .slow, maxLoaded: maxLoaded, maxQueue: maxQueue)
    }

    /// Runs something against a server whose time stands still until it is told otherwise.
    private static func withHeldServer(
        _ configuration: SimulatorConfiguration,
        _ body: (TestClient, SimulatedServer, SteppedTime) async throws -> Void
    ) async throws {
        let time = SteppedTime(isHeld: true)
        try await withServer(configuration, time: time) { client, server in try await body(client, server, time) }
    }

    /// Lets time go on for as long as something takes.
    @discardableResult private static func during<Result>(
        _ time: SteppedTime, _ work: () async throws -> Result
    ) async rethrows -> Result {
        time.goOn()
        defer { time.hold() }
        return try await work()
    }

    private static func limit(_ count: Int64) -> [String: JSONValue] {
        ["options": .members(["num_predict": .integer(count)])]
    }

    /// Starts a request and waits until the server has it.
    private static func begin(
        _ client: TestClient, _ server: SimulatedServer, _ model: String, _ prompt: String? = nil,
        _ extra: [String: JSONValue] = [:]
    ) async throws -> Task<TestAnswer, any Error> {
        let before = await server.arrivals()
        let task = Task { try await client.generate(model, prompt, extra) }
        #expect(try await client.until { await server.arrivals() > before }, "the request arrives")
        return task
    }

    static let cancelWhileQueued: Timeline = {
        try await withHeldServer(slow(maxLoaded: 1)) { (client, server, time) async throws in
            let first = try await begin(client, server, "smol-a")
            let second = try await begin(client, server, "smol-b")
            let third = try await begin(client, server, "smol-c")
            second.cancel()
            #expect(try await client.until { await server.queued() == 1 })
            time.goOn()
            #expect(try await first.value.json["done_reason"] == "load")
            #expect(try await third.value.json["done_reason"] == "load")
            #expect(try await client.loadedNames() == ["smol-c:latest"])
            await #expect(throws: (any Error).self) { try await second.value }
        }
    }

    static let disconnectDuringLoad: Timeline = {
        try await withHeldServer(slow()) { (client, server, time) async throws in
            let first = try await begin(client, server, "smol-a")
            #expect(try await client.loadedNames() == [])
            first.cancel()
            #expect(try await client.until { await server.residents() == [] })
            time.pass(60)
            #expect(try await client.loadedNames() == [], "the load was aborted")
            time.goOn()
            #expect(try await client.generate("smol-a").json["done_reason"] == "load")
            #expect(try await client.loadedNames() == ["smol-a:latest"])
        }
    }

    static let disconnectMidstream: Timeline = {
        try await withServer(slow()) { (client, server) async throws in
            try await client.generate("smol-a")
            let before = try await client.loaded().first?["expires_at"]
            let reading = Task {
                let response = try await client.open(
                    "POST", "/api/generate", TestClient.body("smol-a", dragon).serialized)
                for try await _ in response.body { return }
            }
            try await reading.value
            #expect(
                try await client.until { try await client.loaded().first?["expires_at"] != before },
                "the request has ended, the keep-alive starts again")
            let start = await server.now()
            let answer = try await client.generate("smol-a", "Say hello.", limit(4).merging(["stream": false]) { $1 })
            #expect(answer.json["eval_count"] == 4)
            #expect(await server.now() - start < 1, "the runner was free at once")
        }
    }

    static let evictionChoice: Timeline = {
        try await withServer(.test(maxLoaded: 2)) { (client, _) async throws in
            try await client.generate("smol-a", nil, ["keep_alive": "1h"])
            try await client.generate("smol-b", nil, ["keep_alive": "10m"])
            #expect(try await client.loaded().compactMap { $0["name"]?.text } == ["smol-a:latest", "smol-b:latest"])
            try await client.generate("smol-c")
            #expect(try await client.loadedNames() == ["smol-a:latest", "smol-c:latest"])
        }
    }

    static let expiryDuringGeneration: Timeline = {
        try await withHeldServer(.test()) { (client, server, time) async throws in
            try await during(time) { try await client.generate("smol-a", nil, ["keep_alive": "1s"]) }
            let shown = try await client.loaded().first?["expires_at"]
            let task = try await begin(
                client, server, "smol-a", dragon, limit(600).merging(["keep_alive": "1s"]) { $1 })
            time.pass(1.4)
            #expect(try await client.loaded().first?["expires_at"] == shown, "it lies in the past and stays")
            #expect(try await during(time) { try await task.value }.lines.last?["done"] == true)
            #expect(try await client.loaded().first?["expires_at"] != shown)
            time.goOn()
            #expect(try await client.until { try await client.loaded().isEmpty })
        }
    }

    static let expiryDuringFirstGeneration: Timeline = {
        try await withHeldServer(.test()) { (client, server, time) async throws in
            let task = try await begin(
                client, server, "smol-a", dragon, limit(500).merging(["keep_alive": "1s"]) { $1 })
            var dates: Set<String> = []
            _ = try await client.until {
                time.pass(0.1)
                if let date = try await client.loaded().first?["expires_at"]?.text { dates.insert(date) }
                return dates.count > 3
            }
            #expect(dates.count > 3, "it slides with every poll")
            time.goOn()
            #expect(try await task.value.lines.last?["done_reason"] == "length")
            #expect(try await client.until { try await client.loaded().isEmpty })
        }
    }

    static let generateWithKeepAliveZero: Timeline = {
        try await withServer(.test()) { (client, _) async throws in
            let answer = try await client.generate("smol-a", "Say hello.", limit(8).merging(["keep_alive": 0]) { $1 })
            #expect(answer.lines.count == 9)
            #expect(try await client.until { try await client.loaded().isEmpty })
        }
    }

    static let keepAliveExpiry: Timeline = {
        try await withHeldServer(.test()) { (client, _, time) async throws in
            try await during(time) { try await client.generate("smol-a", nil, ["keep_alive": "10s"]) }
            time.pass(9.9)
            #expect(try await client.loadedNames() == ["smol-a:latest"])
            time.goOn()
            #expect(try await client.until { try await client.loaded().isEmpty })
        }
    }

    static let longPrompt: Timeline = {
        try await withServer(.test()) { (client, _) async throws in
            let prompt = String(repeating: "word ", count: 3000)
            let small: JSONValue = .members(["num_ctx": 512, "num_predict": 2])
            let base: [String: JSONValue] = ["options": small, "stream": false]
            let cut = try await client.generate("smol-a", prompt, base)
            #expect(cut.status == 200)
            #expect((cut.json["prompt_eval_count"]?.int ?? 0) < 512)
            let refused = try await client.generate("smol-a", prompt, base.merging(["truncate": false]) { $1 })
            #expect(refused.status == 400)
            #expect(refused.error?.contains("exceeds the available context size (512 tokens)") == true)
            let fixed = try await client.generate("smol-a", prompt, base.merging(["shift": false]) { $1 })
            #expect(fixed.status == 400)
            #expect(fixed.error?.hasPrefix("the prompt is longer than the context length") == true)
        }
    }

    static let oneLoadedTwoModels: Timeline = {
        try await withHeldServer(slow(maxLoaded: 1)) { (client, server, time) async throws in
            let first = try await begin(client, server, "smol-a", dragon, limit(300))
            time.pass(3.4)
            #expect(try await client.until { try await client.loadedNames() == ["smol-a:latest"] })
            let second = try await begin(client, server, "smol-b", dragon, limit(8))
            let third = try await begin(client, server, "smol-a", dragon, limit(8))
            time.goOn()
            var ends: [String] = []
            for task in [first, third, second] {
                let answer = try await task.value
                #expect(answer.lines.last?["done"] == true)
                ends.append(answer.lines.last?["created_at"]?.text ?? "")
            }
            #expect(ends == ends.sorted(), "a request to the loaded model jumps ahead")
            #expect(try await client.loadedNames() == ["smol-b:latest"])
        }
    }

    static let queueOverflow: Timeline = {
        try await withHeldServer(slow(maxLoaded: 1, maxQueue: 2)) { (client, server, time) async throws in
            let first = try await begin(client, server, "smol-a")
            let waiting = [
                try await begin(client, server, "smol-c", "hi", limit(2)),
                try await begin(client, server, "smol-b", "hi", limit(2)),
            ]
            let text = "server busy, please try again.  maximum pending requests exceeded"
            let full = try await client.generate("smol-c", "hi", limit(2))
            #expect(full.status == 503)
            #expect(full.error == text)
            #expect(full.headers["retry-after"] == nil)
            let chat = try await client.send(
                "POST", "/api/chat", #"{"model":"smol-b","messages":[{"role":"user","content":"hi"}]}"#)
            #expect(chat.status == 503)
            #expect(try await client.send("POST", "/api/embed", #"{"model":"smol-embed","input":"x"}"#).status == 503)
            let other = try await client.send(
                "POST", "/v1/chat/completions", #"{"model":"smol-b","messages":[{"role":"user","content":"hi"}]}"#)
            #expect(other.status == 503)
            #expect(other.contentType == "application/json")
            #expect(other.json["error"]?["message"]?.text == text)
            time.goOn()
            #expect(try await first.value.json["done_reason"] == "load")
            for task in waiting { #expect(try await task.value.lines.count == 3) }
            #expect(try await client.loadedNames() == ["smol-b:latest"], "first come, first served")
        }
    }

    static let psDuringLoad: Timeline = {
        try await withHeldServer(slow()) { (client, server, time) async throws in
            let first = try await begin(client, server, "smol-a")
            #expect(try await client.loaded().isEmpty, "a model is not listed while it loads")
            #expect(try await client.get("/api/version").status == 200)
            let second = try await begin(client, server, "smol-b", "hi", limit(2).merging(["stream": false]) { $1 })
            time.pass(3.4)
            _ = try await first.value
            #expect(try await client.loadedNames() == ["smol-a:latest"], "one load at a time")
            time.goOn()
            let answer = try await second.value
            #expect((answer.json["load_duration"]?.int ?? 0) > 6_500_000_000, "it includes the time in the queue")
            #expect(try await client.loadedNames() == ["smol-a:latest", "smol-b:latest"])
        }
    }

    static let reload: Timeline = {
        try await withHeldServer(slow()) { (client, server, time) async throws in
            try await during(time) { try await client.generate("smol-a") }
            #expect(try await client.loaded().first?["context_length"] == 4096)
            let again = try await begin(client, server, "smol-a", nil, ["options": .members(["num_ctx": 2048])])
            #expect(
                try await client.until {
                    time.pass(0.1)
                    return try await client.loaded().isEmpty
                }, "nothing is listed meanwhile")
            time.goOn()
            _ = try await again.value
            #expect(try await client.loaded().first?["context_length"] == 2048)
        }
    }

    static let killedIdle: Timeline = {
        try await withServer(.test()) { (client, server) async throws in
            try await client.generate("smol-a")
            await server.crash("smol-a:latest")
            #expect(try await client.loadedNames() == ["smol-a:latest"], "nobody has noticed")
            #expect(try await client.generate("smol-a").json["done_reason"] == "load")
            #expect(await server.loadCount() == 2, "the request loaded it again")
        }
    }

    static let killedMidstream: Timeline = {
        try await withServer(.test(faults: ["error-line:after=20,times=1"])) { (client, server) async throws in
            let answer = try await client.generate("smol-a", dragon, limit(400))
            #expect(answer.status == 200)
            #expect(answer.lines.count == 21)
            let text = "an error was encountered while running the model: unexpected EOF"
            #expect(answer.lines.last?["error"]?.text == text)
            #expect(try await client.loadedNames() == ["smol-a:latest"])
            let next = try await client.generate("smol-a", "hi", limit(2).merging(["stream": false]) { $1 })
            #expect(next.json["eval_count"] == 2)
            #expect(await server.loadCount() == 2)
        }
    }

    static let killedWithoutStream: Timeline = {
        try await withServer(.test(faults: ["error-line:after=20"])) { (client, _) async throws in
            let answer = try await client.generate("smol-a", dragon, limit(400).merging(["stream": false]) { $1 })
            #expect(answer.status == 500)
            #expect(answer.error == "an error was encountered while running the model: unexpected EOF")
            #expect(try await client.loadedNames() == ["smol-a:latest"])
        }
    }

    static let twoFirstRequests: Timeline = {
        try await withServer(slow()) { (client, server) async throws in
            let first = try await begin(client, server, "smol-b")
            let second = try await begin(client, server, "smol-b")
            #expect(try await first.value.json["done_reason"] == "load")
            #expect(try await second.value.json["done_reason"] == "load")
            #expect(await server.loadCount() == 1)
        }
    }

    static let unloadLatency: Timeline = {
        try await withServer(.test()) { (client, _) async throws in
            for _ in 0..<3 {
                try await client.generate("smol-a")
                #expect(try await client.generate("smol-a", nil, ["keep_alive": 0]).json["done_reason"] == "unload")
                #expect(try await client.until { try await client.loaded().isEmpty })
            }
        }
    }

    static let unloadWhileGenerating: Timeline = {
        try await withHeldServer(.test()) { (client, server, time) async throws in
            let task = try await begin(client, server, "smol-a", dragon, limit(300))
            #expect(
                try await client.until {
                    time.pass(0.1)
                    return try await !client.loaded().isEmpty
                })
            let unload = try await client.generate("smol-a", nil, ["keep_alive": 0])
            #expect(unload.json["done_reason"] == "unload", "the answer comes at once")
            let shown = try await client.loaded().first?["expires_at"]
            #expect(shown != nil, "it stays while it generates")
            #expect(try await client.loaded().first?["expires_at"] == shown)
            time.goOn()
            #expect(try await task.value.lines.count == 301)
            #expect(try await client.until { try await client.loaded().isEmpty })
        }
    }
}
