import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite struct OllamaLoadingTests {
    private let done = StubAnswer.json(#"{"model":"m","response":"","done":true,"done_reason":"load"}"#)

    private func show(_ text: String) -> StubAnswer { .json(text) }

    @Test func loadsWithoutAPromptAndTellsWhatTheServerMadeOfIt() async throws {
        let fixture = try await OllamaFixture()
        let entry = entry("mistral-small:22b", size: 22_000_000_000, vram: 22_000_000_000)
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(entry)])
        fixture.server.on("POST", "/api/generate", done)
        fixture.server.on(
            "POST", "/api/show",
            show(#"{"model_info":{"general.architecture":"llama","llama.context_length":32768}}"#))
        let info = try await fixture.manager.loadModel(
            "ollama/mistral-small:22b", params: LoadParameters(contextLength: 4096, keepAlive: .seconds(600)))
        #expect(info.isLoaded)
        #expect(info.vramUsage == 22_000)
        #expect(info.contextLength == 4096)
        #expect(info.loadSeconds == 0)
        #expect(info.lastUsed == TestClock.start)
        let request = try #require(fixture.server.requests.first { $0.path == "/api/generate" })
        #expect(
            request.body
                == #"{"keep_alive":600,"model":"mistral-small:22b","options":{"num_ctx":4096},"stream":false}"#)
        #expect(
            fixture.lines.all == [
                "info promptchain.model_management: 🔄 Model Management: Loading mistral-small:22b",
                "info promptchain.ollama_model_manager: 🔄 Model mistral-small:22b max context length: 32768",
                "info promptchain.ollama_model_manager: 🔄 Setting model context length to 4096",
                "info promptchain.model_management: ✓ Successfully loaded mistral-small:22b in 0.00s (VRAM: 22000MB)",
            ])
        await fixture.close()
    }

    /// A run asks about a model to plan for it, and then loads it.
    @Test func whatWasJustToldIsNotAskedAgain() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/generate", done)
        fixture.server.on(
            "POST", "/api/show",
            show(#"{"model_info":{"general.architecture":"llama","llama.context_length":32768}}"#))
        func shows() -> Int { fixture.asked.count { $0 == "POST /api/show" } }
        _ = try await fixture.manager.describe("m")
        // Other models are in memory, and may be the same weights under another name.
        fixture.server.on("GET", "/api/ps", loaded(entry("other:latest", digest: "d2")))
        _ = try await fixture.manager.loadModel("m", params: LoadParameters())
        #expect(fixture.server.requests.filter { $0.path == "/api/show" }.map(\.body).count { $0.contains("\"m") } == 1)
        #expect(fixture.lines.all.contains { $0.hasSuffix("max context length: 32768") })
        // Behind a name there may be other weights after a while, or after a download.
        let before = shows()
        try await fixture.clock.timekeeper.sleep(61)
        _ = try await fixture.manager.loadModel("m", params: LoadParameters())
        #expect(shows() == before + 1)
        fixture.server.on("POST", "/api/pull", .lines([#"{"status":"success"}"#]))
        for try await _ in fixture.manager.pull("m") {}
        _ = try await fixture.manager.loadModel("m", params: LoadParameters())
        #expect(shows() == before + 2)
        await fixture.close()
    }

    @Test func withoutVerboseItTellsTheSameAtLevelDebug() async throws {
        let fixture = try await OllamaFixture(verbose: false)
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(entry("m:latest"))])
        fixture.server.on("POST", "/api/generate", done)
        _ = try await fixture.manager.loadModel("m", params: LoadParameters())
        #expect(fixture.lines.all.allSatisfy { $0.hasPrefix("debug ") })
        #expect(!fixture.lines.all.isEmpty)
        await fixture.close()
    }

    @Test func aModelThatIsLoadedIsOnlyTouched() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", loaded(entry("m:latest", context: 4096)))
        fixture.server.on("POST", "/api/generate", done)
        _ = try await fixture.manager.loadModel("m", params: LoadParameters(contextLength: 4096))
        #expect(fixture.asked.isEmpty)
        let info = try await fixture.manager.loadModel(
            "library/M", params: LoadParameters(contextLength: 4096, keepAlive: .seconds(60)))
        #expect(fixture.asked == ["POST /api/generate"])
        #expect(info.expiresAt == TestClock.start.addingTimeInterval(60))
        #expect(fixture.lines.all.isEmpty)
        await fixture.close()
    }

    @Test func anotherContextLoadsItAgain() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", loaded(entry("m:latest", context: 4096)))
        fixture.server.on("POST", "/api/generate", done)
        _ = try await fixture.manager.loadModel("m", params: LoadParameters(contextLength: 8192))
        #expect(fixture.asked == ["POST /api/show", "POST /api/generate"])
        await fixture.close()
    }

    @Test func aContextThatWasCutDownIsToldOnceAndNotLoadedAgain() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(entry("smol-a:latest", context: 8192))])
        fixture.server.on("POST", "/api/generate", done)
        let params = LoadParameters(contextLength: 100_000)
        let info = try await fixture.manager.loadModel("smol-a", params: params)
        #expect(info.contextLength == 8192)
        #expect(
            fixture.lines.all.contains(
                "warning promptchain.ollama_model_manager: smol-a was asked for a context of 100000 tokens and has 8192: "
                    + "that is its maximum"))
        let before = fixture.asked.count
        _ = try await fixture.manager.loadModel("smol-a", params: params)
        #expect(fixture.asked.count == before)
        await fixture.close()
    }

    @Test func aModelThatDoesNotFitIsWarnedAbout() async throws {
        let fixture = try await OllamaFixture()
        let spilled = entry("big:70b", size: 40 << 30, vram: 24 << 30)
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(spilled)])
        fixture.server.on("POST", "/api/generate", done)
        let info = try await fixture.manager.loadModel("big:70b", params: LoadParameters())
        #expect(info.cpuBytes == 16 << 30)
        #expect(
            fixture.lines.all.contains(
                "warning promptchain.ollama_model_manager: big:70b does not fit into GPU memory: 16.0 GiB of 40.0 GiB "
                    + "are in the computer's own memory, which is much slower"))
        await fixture.close()
    }

    @Test func withoutAGPUNothingHasSpilled() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(entry("m:latest", vram: 0))])
        fixture.server.on("POST", "/api/generate", done)
        _ = try await fixture.manager.loadModel("m", params: LoadParameters())
        #expect(!fixture.lines.all.contains { $0.hasPrefix("warning") })
        await fixture.close()
    }

    @Test func anEmbeddingModelIsLoadedByEmbedding() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(entry("nomic:latest"))])
        fixture.server.on("POST", "/api/show", show(#"{"capabilities":["embedding"]}"#))
        fixture.server.on("POST", "/api/embed", try Capture("ollama/embed_empty_input").answer)
        _ = try await fixture.manager.loadModel("nomic", params: LoadParameters(keepAlive: .seconds(60)))
        #expect(fixture.asked == ["POST /api/show", "POST /api/embed"])
        let request = try #require(fixture.server.requests.first { $0.path == "/api/embed" })
        #expect(request.body == #"{"keep_alive":60,"model":"nomic:latest"}"#)
        await fixture.close()
    }

    @Test func anEmbeddingModelThatDoesNotSaySoIsFoundOutByTheRefusal() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(entry("smol-embed:latest"))])
        fixture.server.on("POST", "/api/show", show(#"{"capabilities":["completion"]}"#))
        fixture.server.on("POST", "/api/generate", try Capture("ollama/load_only_on_embed_model_generate").answer)
        fixture.server.on("POST", "/api/embed", try Capture("ollama/embed_empty_input").answer)
        let info = try await fixture.manager.loadModel("smol-embed", params: LoadParameters())
        #expect(info.isLoaded)
        #expect(fixture.asked == ["POST /api/show", "POST /api/generate", "POST /api/embed"])
        await fixture.close()
    }

    @Test func anOldServerThatTellsLittleStillLoads() async throws {
        let fixture = try await OllamaFixture()
        let old = #"{"models":[{"name":"m:latest","size":10,"expires_at":"2026-11-24T07:05:00Z"}]}"#
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), .json(old)])
        fixture.server.on("POST", "/api/show", .json(#"{"error":"json: unknown field"}"#, status: 400))
        fixture.server.on("POST", "/api/generate", done)
        let info = try await fixture.manager.loadModel("m", params: LoadParameters(contextLength: 4096))
        #expect(info.isLoaded)
        #expect(info.contextLength == nil)
        #expect(fixture.lines.all.last?.hasSuffix("(VRAM: unknown)") == true)
        await fixture.close()
    }

    @Test func aLoadIsNeverCutOffByTheTimeoutAndNeverSentTwice() async throws {
        let fixture = try await OllamaFixture(timeout: 2)
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(entry("m:latest"))])
        fixture.server.on("POST", "/api/generate", done.delayed(2500))
        _ = try await fixture.manager.loadModel("m", params: LoadParameters())
        #expect(fixture.asked.filter { $0 == "POST /api/generate" }.count == 1)
        await fixture.close()
    }

    @Test func aLoadThatWasCutOffIsNotSentAgain() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/generate", .cut)
        let error = await #expect(throws: ModelManagementError.self) {
            try await fixture.manager.loadModel("m", params: LoadParameters())
        }
        #expect(error?.kind == .interrupted)
        #expect(fixture.asked.filter { $0 == "POST /api/generate" }.count == 1)
        await fixture.close()
    }

    @Test func cancellingALoadClosesItsConnection() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/generate", .hang)
        let manager = fixture.manager
        let load = Task { try await manager.loadModel("m", params: LoadParameters()) }
        while !fixture.asked.contains("POST /api/generate") { try await Task.sleep(for: .milliseconds(5)) }
        let open = fixture.server.openConnections
        load.cancel()
        await #expect(throws: CancellationError.self) { try await load.value }
        while fixture.server.openConnections >= open { try await Task.sleep(for: .milliseconds(5)) }
        await fixture.close()
    }

    @Test func whatRunsInTheCloudIsNotLoaded() async throws {
        let fixture = try await OllamaFixture()
        let info = try await fixture.manager.loadModel("big:120b-cloud", params: LoadParameters())
        #expect(info.isLoaded)
        #expect(info.vramBytes == nil)
        #expect(try await fixture.manager.unloadModel("big:120b-cloud"))
        #expect(fixture.server.requests.isEmpty)
        await fixture.close()
    }
}
