import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite struct OllamaUnloadingTests {
    private let done = StubAnswer.json(#"{"model":"m","response":"","done":true,"done_reason":"unload"}"#)
    private let warning = "warning promptchain.ollama_model_manager: Model may still be loaded in Ollama: "

    @Test func asksAndWatchesUntilItIsGone() async throws {
        let fixture = try await OllamaFixture()
        let there = loaded(entry("mistral:latest"))
        fixture.server.on("GET", "/api/ps", sequence: [there, there, there, there, loaded()])
        fixture.server.on("POST", "/api/generate", done)
        #expect(try await fixture.manager.unloadModel("mistral"))
        let request = try #require(fixture.server.requests.first { $0.path == "/api/generate" })
        #expect(request.body == #"{"keep_alive":0,"model":"mistral:latest","stream":false}"#)
        #expect(fixture.asked == ["POST /api/generate"])
        #expect(fixture.clock.waits.map { ($0 * 1000).rounded() } == [50, 75, 113, 169])
        #expect(
            fixture.lines.all == [
                "info promptchain.model_management: 🔄 Model Management: Unloading mistral",
                "info promptchain.model_management: ✓ Successfully unloaded mistral",
            ])
        await fixture.close()
    }

    @Test func aModelThatIsNotThereIsGone() async throws {
        let fixture = try await OllamaFixture()
        #expect(try await fixture.manager.unloadModel("mistral"))
        #expect(fixture.asked.isEmpty)
        await fixture.close()
    }

    @Test func oneThatStaysIsAWarningWithTheReason() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", loaded(entry("m:latest", expires: "2026-11-24T06:59:00Z")))
        fixture.server.on("POST", "/api/generate", done)
        #expect(try await fixture.manager.unloadModel("m") == false)
        #expect(fixture.clock.waits.reduce(0, +) >= 30)
        #expect(fixture.clock.waits.max() == 0.5)
        #expect(
            fixture.lines.all.last == warning
                + "m is there after 30s: it is still answering a request, and leaves when that ends")
        await fixture.close()
    }

    @Test func oneThatSomebodyElseAskedForAgainIsToldAsSuch() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", loaded(entry("m:latest", expires: "2099-01-01T00:00:00Z")))
        fixture.server.on("POST", "/api/generate", done)
        #expect(try await fixture.manager.unloadModel("m") == false)
        #expect(fixture.lines.all.last == warning + "m is there after 30s: another client has asked for it again")
        await fixture.close()
    }

    @Test func oneThatWasDeletedFromDiskCannotBeUnloadedByItsName() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", loaded(entry("m:latest", expires: "2026-11-24T07:05:00Z")))
        fixture.server.on("POST", "/api/generate", .json(#"{"error":"model 'm:latest' not found"}"#, status: 404))
        #expect(try await fixture.manager.unloadModel("m") == false)
        #expect(
            fixture.lines.all.last == warning
                + "m was deleted from disk, so it cannot be unloaded by its name; it leaves by itself at "
                + "2026-11-24T07:05:00.000Z")
        await fixture.close()
    }

    @Test func anotherTagOnTheSameWeightsIsTheSameModel() async throws {
        let fixture = try await OllamaFixture()
        let weights = String(repeating: "ab", count: 32)
        let modelfile = #"{"modelfile":"FROM /blobs/sha256-\#(weights)\n"}"#
        fixture.server.on("POST", "/api/show", .json(modelfile))
        let there = loaded(entry("first:latest"))
        fixture.server.on("GET", "/api/ps", sequence: [there, there, there, loaded()])
        fixture.server.on("POST", "/api/generate", done)
        #expect(try await fixture.manager.isModelLoaded("second"))
        #expect(try await fixture.manager.unloadModel("second"))
        let request = try #require(fixture.server.requests.first { $0.path == "/api/generate" })
        #expect(request.body.contains(#""model":"first:latest""#))
        await fixture.close()
    }

    @Test func otherModelsAreLeftAlone() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/show") { request in
            let digest = request.body.contains("other") ? "aaaaaaaaaaaaaaaa" : "bbbbbbbbbbbbbbbb"
            return .json(#"{"modelfile":"FROM /blobs/sha256-\#(digest)\n"}"#)
        }
        fixture.server.on("GET", "/api/ps", loaded(entry("other:latest")))
        #expect(try await fixture.manager.unloadModel("mine"))
        #expect(try await fixture.manager.isModelLoaded("mine") == false)
        #expect(!fixture.asked.contains("POST /api/generate"))
        await fixture.close()
    }

    @Test func whileOurOwnLoadIsUnderWayItWaitsForItAndUnloadsThen() async throws {
        let fixture = try await OllamaFixture()
        let manager = fixture.manager
        let there = loaded(entry("m:latest"))
        // The load's own look, two looks of the unload while nothing is listed, then the model, then it is gone.
        fixture.server.on("GET", "/api/ps", sequence: [loaded(), loaded(), loaded(), there, loaded()])
        fixture.server.on("POST", "/api/generate") { request in
            request.body.contains(#""keep_alive":0"#) ? self.done : .hang
        }
        let load = Task { try await manager.loadModel("m", params: LoadParameters()) }
        while !fixture.asked.contains("POST /api/generate") { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await manager.unloadModel("m"))
        #expect(fixture.server.requests.contains { $0.body.contains(#""keep_alive":0"#) })
        load.cancel()
        _ = await load.result
        await fixture.close()
    }
}
