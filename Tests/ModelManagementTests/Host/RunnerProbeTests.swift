import Foundation
import PromptChainCore
import ProviderStubs
import Synchronization
import Testing

@testable import ModelManagement

/// An Ollama on port 11434 as the kernel's files show it, whose runner for one model is a stub.
private final class ProbeBench: Sendable {
    static let blob = "aeda25e63ebd698fab8638ffb778e68bed908b960d39d0becc650fa981609d25"
    /// The answer while a request of somebody else's was written, of Ollama 0.32.15.
    static let working =
        #"[{"id":0,"n_ctx":4096,"speculative":false,"is_processing":true,"id_task":201,"n_prompt_tokens":205,"#
        + #""n_prompt_tokens_processed":13,"n_prompt_tokens_cache":10,"next_token":[{"has_next_token":true,"#
        + #""n_remain":218,"n_decoded":182}]}]"#

    let runner: StubServer
    let tree: FileTree
    let clock: TestClock
    let probe: RunnerProbe

    init(
        url: String = "http://127.0.0.1:11434", limit: Double = 5, runnerArguments: String? = nil,
        installed: [InstalledModel] = []
    ) async throws {
        runner = try await StubServer.start()
        let arguments =
            runnerArguments
            ?? "/usr/lib/ollama/llama-server\0--model\0/var/lib/ollama/blobs/sha256-\(Self.blob)\0--port\0"
            + "\(runner.port)\0--host\0127.0.0.1\0-c\04096\0-np\01\0"
        tree = try FileTree(
            [
                "net/tcp":
                    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
                    + "   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4242 1 0 100\n",
                "uptime": "1000.25 3500.00\n",
                "50/stat": "50 (ollama) S 1 50 50 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 5000 0 0",
                "50/cmdline": "/usr/bin/ollama\0serve\0",
                "61/stat": "61 (llama-server) S 50 50 50 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 98025 0 0",
                "61/cmdline": arguments,
                // Of somebody else's: never asked.
                "70/stat": "70 (llama-server) S 1 70 70 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 98025 0 0",
                "70/cmdline": arguments,
            ], links: ["50/fd/3": "socket:[4242]"])
        clock = TestClock()
        let reader = CapacityReader(
            monitor: GPUMonitor(readers: []), processes: ProcessTable(root: tree.path), timekeeper: clock.timekeeper)
        let address = try #require(ServerAddress(url))
        let described = Relay()
        probe = RunnerProbe(
            server: ServerConfiguration(url: address), reader: reader, timekeeper: clock.timekeeper, limit: limit,
            describe: { name in
                described.note(name.canonical)
                guard name != "gone" else { throw CancellationError() }
                return ModelDescription(
                    model: InstalledModel(name: name, server: "box"),
                    weights: name == "smol" ? Self.blob : "ffffffffffff")
            },
            installed: { installed })
        relay = described
    }

    private let relay: Relay
    var descriptions: [String] { relay.names.withLock { $0 } }

    private final class Relay: Sendable {
        let names = Mutex<[String]>([])
        func note(_ name: String) { names.withLock { $0.append(name) } }
    }

    let smol = ModelInfo(name: "smol", provider: .ollama, server: "box", isLoaded: true, digest: "d1")
    let other = ModelInfo(name: "other", provider: .ollama, server: "box", isLoaded: true, digest: "d2")

    func pass(_ seconds: Double) async throws { try await clock.timekeeper.sleep(seconds) }
}

@Suite struct RunnerProbeTests {
    private func slot(
        task: Int, context: Int, processed: Int, cached: Int = 0, decoded: Int, isWorking: Bool = true
    ) -> StubAnswer {
        .json(
            #"[{"id":0,"n_ctx":4096,"is_processing":\#(isWorking),"id_task":\#(task),"n_prompt_tokens":\#(context),"#
                + #""n_prompt_tokens_processed":\#(processed),"n_prompt_tokens_cache":\#(cached),"#
                + #""next_token":[{"n_decoded":\#(decoded)}]}]"#)
    }

    @Test func aStrangersRequestIsSeen() async throws {
        let bench = try await ProbeBench()
        bench.runner.on("GET", "/slots", .json(ProbeBench.working))
        let found = await bench.probe.activities(of: [bench.other, bench.smol])
        #expect(
            found == [
                ModelActivity(
                    model: "smol", phase: .generating, requests: 1, promptTokens: 23, outputTokens: 182,
                    contextTokens: 205, contextLength: 4096,
                    process: RunnerProcess(
                        processID: 61, parentID: 50, state: .sleeping,
                        settings: RunnerSettings(contextTokens: 4096, parallelSlots: 1)))
            ])
        #expect(bench.runner.requests.map(\.target) == ["/slots"])
        #expect(bench.runner.requests.first?.headers["connection"] == "close")
        await bench.runner.stop()
    }

    @Test func readingWritingAndRest() async throws {
        let bench = try await ProbeBench()
        bench.runner.on(
            "GET", "/slots",
            sequence: [
                // The counter of the answer before still stands.
                slot(task: 7, context: 2048, processed: 2048, decoded: 300),
                slot(task: 7, context: 2310, processed: 2300, decoded: 10),
                slot(task: 7, context: 2390, processed: 2300, decoded: 90),
                slot(task: 8, context: 2320, processed: 2300, decoded: 20),
                slot(task: 8, context: 2320, processed: 2300, decoded: 20, isWorking: false),
            ])
        var found: [ModelActivity?] = []
        for _ in 0..<5 {
            found.append(await bench.probe.activities(of: [bench.smol]).first)
            try await bench.pass(2)
        }
        #expect(found.map(\.?.phase) == [.reading, .generating, .generating, .generating, .idle])
        #expect(found.map(\.?.promptTokens) == [2048, 2300, 2300, 2300, nil])
        #expect(found.map(\.?.outputTokens) == [nil, 10, 90, 20, nil])
        // Ten tokens since it only read; eighty in two seconds; another request has no rate yet.
        #expect(found.map(\.?.tokensPerSecond) == [nil, 5, 40, nil, nil])
        #expect(found.last??.requests == 0)
        #expect(found.last??.contextTokens == nil)
        #expect(bench.descriptions == ["smol:latest"])
        await bench.runner.stop()
    }

    @Test func aLoadOfSomebodyElsesIsNamedOnceItsWeightsAreKnown() async throws {
        let bench = try await ProbeBench(installed: [
            InstalledModel(name: "other", server: "box", digest: "d2"),
            InstalledModel(name: "smol", server: "box", digest: "d1"),
        ])
        bench.runner.on("GET", "/slots", .json(#"{"error":{"message":"Loading model","code":503}}"#, status: 503))
        #expect(await bench.probe.activities(of: []) == [])
        await bench.probe.settle()
        // Began at 980.25 s, and it is 1000.25 s.
        let loading = ModelActivity(
            model: "smol", phase: .loading, loadingSeconds: 20,
            process: RunnerProcess(
                processID: 61, parentID: 50, state: .sleeping, ageSeconds: 20,
                settings: RunnerSettings(contextTokens: 4096, parallelSlots: 1)))
        #expect(await bench.probe.activities(of: []) == [loading])
        #expect(await bench.probe.activities(of: [bench.other]) == [loading])
        #expect(bench.descriptions == ["other:latest", "smol:latest"])
        await bench.runner.stop()
    }

    @Test(arguments: [404, 501])
    func aRunnerThatTellsNothingIsAskedOnce(status: Int) async throws {
        let bench = try await ProbeBench()
        bench.runner.on("GET", "/slots", .json("{}", status: status))
        for _ in 0..<3 { #expect(await bench.probe.activities(of: [bench.smol]) == []) }
        #expect(bench.runner.requests.count == 1)
        await bench.runner.stop()
    }

    @Test func aRunnerThatHangsIsLeftAlone() async throws {
        let bench = try await ProbeBench(limit: 0.05)
        bench.runner.on("GET", "/slots", .hang)
        #expect(await bench.probe.activities(of: [bench.smol]) == [])
        bench.runner.on("GET", "/slots", .json(ProbeBench.working))
        // It may answer the next time.
        #expect(await bench.probe.activities(of: [bench.smol]).first?.phase == .generating)
        await bench.runner.stop()
    }

    @Test func aServerElsewhereIsNotLookedFor() async throws {
        let bench = try await ProbeBench(url: "http://gpu-box:11434")
        bench.runner.on("GET", "/slots", .json(ProbeBench.working))
        #expect(await bench.probe.activities(of: [bench.smol]) == [])
        #expect(bench.runner.requests.isEmpty)
        await bench.runner.stop()
    }

    @Test(arguments: [
        "/usr/bin/ollama\0runner\0--model\0/b/sha256-aeda25e63ebd698f\0--port\0x\0", "/bin/sh\0-c\0sleep 1\0", "",
        "llama-server\0--port\011435\0--model\0/models/own.gguf\0",
        "llama-server\0--model\0/b/sha256-aeda25e63ebd\0--port\0",
    ])
    func otherChildrenAreNoRunners(arguments: String) async throws {
        let words = arguments.split(separator: "\0").map(String.init)
        #expect(OllamaRunner(processID: 1, arguments: words) == nil)
    }

    @Test func aRunnersArgumentsAreRead() {
        let runner = OllamaRunner(
            processID: 9, arguments: ["llama-server", "--model=/b/sha256-0123456789abcdef", "--port=40123"])
        #expect(runner?.port == 40_123)
        #expect(runner?.weights == "0123456789abcdef")
    }

    @Test(
        arguments: [
            (
                "-c 16384 -np 4 -fa on -ctk q8_0 -ctv q8_0 -ngl 33",
                RunnerSettings(
                    contextTokens: 16_384, parallelSlots: 4, keyType: "q8_0", valueType: "q8_0", flashAttention: "on",
                    gpuLayers: 33)
            ),
            (
                "--ctx-size=4096 --parallel=1 --n-gpu-layers 999",
                RunnerSettings(
                    contextTokens: 4096, parallelSlots: 1, gpuLayers: 999)
            ),
            // Older ones have a switch; the last of two counts.
            ("--flash-attn --ctx-size 1024 -c 2048", RunnerSettings(contextTokens: 2048, flashAttention: "on")),
            ("-fa auto --cache-type-k F16", RunnerSettings(keyType: "f16", flashAttention: "auto")),
            // Nothing that could be anything else.
            ("-c none -np -4 -ctk q8\u{1B}[0m -fa perhaps -ngl all", nil), ("--no-webui --offline", nil), ("-c", nil),
        ] as [(String, RunnerSettings?)])
    func whatARunnerWasStartedWithIsRead(line: String, expected: RunnerSettings?) {
        let arguments = ["llama-server"] + line.split(separator: " ").map(String.init)
        #expect(RunnerSettings(arguments: arguments) == expected)
    }

    @Test(arguments: [
        "", "{}", "[]", "[1]", #"[{"id":0}]"#, #"[{"is_processing":"yes"}]"#, "<html>", #"{"error":"x"}"#,
    ])
    func whatIsNoListOfSlotsIsNone(body: String) { #expect(SlotReading(Data(body.utf8)) == nil) }

    @Test func absurdFiguresAreUnknown() throws {
        let body =
            #"[{"is_processing":true,"n_ctx":-4,"n_prompt_tokens":9223372036854775807,"id_task":1e300,"#
            + #""n_prompt_tokens_processed":9223372036854775807,"next_token":[{"n_decoded":-1}]},"#
            + #"{"is_processing":true,"next_token":{"n_decoded":9223372036854775807}}]"#
        let slots = try #require(SlotReading(Data(body.utf8)))
        #expect(
            slots.activity(of: "m", tokensPerSecond: nil) == ModelActivity(model: "m", phase: .reading, requests: 2))
    }

    @Test func severalRequestsAreSummedUp() throws {
        let body =
            #"[{"id":0,"is_processing":true,"n_ctx":2048,"n_prompt_tokens":30,"n_prompt_tokens_processed":10,"#
            + #""n_prompt_tokens_cache":0,"next_token":[{"n_decoded":20}]},"#
            + #"{"id":1,"is_processing":true,"n_ctx":2048,"n_prompt_tokens":500,"n_prompt_tokens_processed":400,"#
            + #""n_prompt_tokens_cache":100,"next_token":[{"n_decoded":0}]},"#
            + #"{"id":2,"is_processing":false,"n_ctx":2048,"n_prompt_tokens":900}]"#
        let slots = try #require(SlotReading(Data(body.utf8)))
        #expect(
            slots.activity(of: "m", tokensPerSecond: 3)
                == ModelActivity(
                    model: "m", phase: .generating, requests: 2, promptTokens: 510, outputTokens: 20,
                    contextTokens: 500, contextLength: 2048, tokensPerSecond: 3))
    }
}
