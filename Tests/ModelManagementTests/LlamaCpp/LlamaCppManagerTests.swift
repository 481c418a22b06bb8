import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

/// A manager of a llama-server that a stub plays.
struct LlamaCppFixture {
    let server: StubServer
    let manager: LlamaCppManager
    let clock = TestClock()

    init() async throws {
        server = try await StubServer.start()
        manager = LlamaCppManager(
            configuration: ServerConfiguration(
                name: "cpp", provider: .llamaCpp,
                url: ServerAddress(scheme: "http", host: "127.0.0.1", port: server.port)),
            timekeeper: clock.timekeeper)
        server.on("GET", "/health", .json(#"{"status":"ok"}"#))
        server.on("GET", "/props", try Capture("llama.cpp/props_model").answer)
        server.on(
            "GET", "/v1/models",
            .json(
                #"{"object":"list","data":[{"id":"/srv/models/smol-a.gguf","object":"model","owned_by":"llamacpp","#
                    + #""meta":{"n_vocab":49152,"n_ctx_train":8192,"n_embd":576,"n_params":134515008,"size":96576768}}]}"#
            ))
    }

    func close() async {
        await manager.shutdown()
        await server.stop()
    }
}

@Suite struct LlamaCppManagerTests {
    private let loading = StubAnswer.json(
        #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, status: 503)

    @Test func waitsUntilTheServerHasLoadedItsModel() async throws {
        let fixture = try await LlamaCppFixture()
        fixture.server.on("GET", "/health", sequence: [loading, loading, .json(#"{"status":"ok"}"#)])
        let info = try await fixture.manager.loadModel("llamacpp/smol-a", params: LoadParameters())
        #expect(info.name == "smol-a")
        #expect(info.provider == .llamaCpp)
        #expect(info.contextLength == 2048)
        #expect(info.vramBytes == nil)
        #expect(fixture.clock.waits.count == 2)
        await fixture.close()
    }

    @Test(arguments: ["smol-a", "SMOL-A", "/srv/models/smol-a.gguf", "any", "default"])
    func answersToItsNames(name: String) async throws {
        let fixture = try await LlamaCppFixture()
        #expect(try await fixture.manager.isModelLoaded(ModelName(name)))
        await fixture.close()
    }

    @Test func anotherModelIsNotServed() async throws {
        let fixture = try await LlamaCppFixture()
        let error = await #expect(throws: ModelManagementError.self) {
            try await fixture.manager.loadModel("llama3.1:8b", params: LoadParameters())
        }
        #expect(error?.kind == .modelNotFound)
        #expect(error?.sentence == "cannot load llama3.1:8b on cpp: it serves smol-a and nothing else")
        #expect(error?.hint == "Name smol-a, or start a llama-server with --alias llama3.1:8b.")
        #expect(try await fixture.manager.unloadModel("llama3.1:8b"))
        await fixture.close()
    }

    @Test func nothingCanBeUnloadedAndItSaysSo() async throws {
        let fixture = try await LlamaCppFixture()
        #expect(!fixture.manager.capabilities.contains(.unload))
        #expect(!fixture.manager.capabilities.contains(.load))
        let error = await #expect(throws: ModelManagementError.self) {
            try await fixture.manager.unloadModel("smol-a")
        }
        #expect(error?.kind == .notSupported)
        #expect(error?.hint == "Stop the server to free its memory.")
        await fixture.close()
    }

    @Test func generatesWithWhatItMeasured() async throws {
        let fixture = try await LlamaCppFixture()
        fixture.server.on("POST", "/v1/chat/completions", try Capture("llama.cpp/chat_stream").answer)
        var text = ""
        var metrics: GenerationMetrics?
        let request = GenerationRequest(
            model: "smol-a", messages: [ChatMessage(role: "user", content: "Say hello.")],
            options: ["num_predict": 16, "temperature": 0])
        for try await event in fixture.manager.generate(request) {
            switch event {
            case .text(let part): text += part
            case .finished(let result): metrics = result
            case .thinking, .toolCalls: Issue.record("nothing is thought")
            }
        }
        #expect(text.hasPrefix("Hello! I"))
        #expect(metrics?.reason == "length")
        #expect(metrics?.promptTokens == 33)
        #expect(metrics?.outputTokens == 16)
        #expect(metrics?.promptSeconds == 0.075169)
        #expect(metrics?.outputSeconds == 94.445 / 1000)
        #expect(
            fixture.server.requests.last?.body
                == #"{"max_tokens":16,"messages":[{"content":"Say hello.","role":"user"}],"model":"smol-a","#
                + #""stream":true,"stream_options":{"include_usage":true},"temperature":0}"#)
        await fixture.close()
    }

    @Test func reasoningErrorsAndBrokenStreamsAreTold() async throws {
        let fixture = try await LlamaCppFixture()
        let request = GenerationRequest(model: "smol-a", messages: [])
        fixture.server.on(
            "POST", "/v1/chat/completions",
            .lines(
                [
                    #"data: {"choices":[{"delta":{"reasoning_content":"Hm."}}]}"#, "",
                    #"data: {"error":{"message":"oops"}}"#,
                    "",
                ], type: "text/event-stream"))
        var heard: [GenerationEvent] = []
        let error = await #expect(throws: ModelManagementError.self) {
            for try await event in fixture.manager.generate(request) { heard.append(event) }
        }
        #expect(heard == [.thinking("Hm.")])
        #expect(error?.reason == "oops")
        fixture.server.on(
            "POST", "/v1/chat/completions",
            .lines([#"data: {"choices":[{"delta":{"content":"a"}}]}"#, ""], type: "text/event-stream"))
        let cut = await #expect(throws: ModelManagementError.self) {
            for try await _ in fixture.manager.generate(request) {}
        }
        #expect(cut?.reason == "the answer ended before it was done")
        await fixture.close()
    }

    @Test func whileItLoadsNothingIsLoaded() async throws {
        let fixture = try await LlamaCppFixture()
        fixture.server.on("GET", "/health", loading)
        fixture.server.on("GET", "/props", loading)
        #expect(try await fixture.manager.loadedModels().isEmpty)
        #expect(await fixture.manager.healthCheck() == false)
        let error = await #expect(throws: ModelManagementError.self) { try await fixture.manager.version() }
        #expect(error?.kind == .notAnswering)
        #expect(error?.reason == "it is still loading its model")
        await fixture.close()
    }

    @Test func describesItsModel() async throws {
        let fixture = try await LlamaCppFixture()
        let description = try await fixture.manager.describe("smol-a")
        #expect(description.model.contextMaximum == 8192)
        #expect(description.model.sizeBytes == 96_576_768)
        #expect(description.defaultContext == 2048)
        #expect(description.seesPictures == false)
        #expect(try await fixture.manager.version() == "b0-unknown")
        await fixture.close()
    }
}
