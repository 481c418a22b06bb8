import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

/// What a stream gave until it ended.
private struct Heard {
    var text = ""
    var thinking = ""
    var calls: [ToolCall] = []
    var metrics: GenerationMetrics?
    var error: ModelManagementError?

    init(_ stream: AsyncThrowingStream<GenerationEvent, any Error>) async {
        do {
            for try await event in stream {
                switch event {
                case .text(let part): text += part
                case .thinking(let part): thinking += part
                case .toolCalls(let calls): self.calls += calls
                case .finished(let metrics): self.metrics = metrics
                }
            }
        } catch {
            self.error = error as? ModelManagementError
        }
    }
}

@Suite struct OllamaGenerationTests {
    private let question = GenerationRequest(
        model: "smol-a", messages: [ChatMessage(role: "user", content: "Say hello.")])

    @Test func anAnswerAsAWhole() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "POST", "/api/chat",
            .json(
                #"{"model":"smol-a","message":{"role":"assistant","content":"Hello there"},"done":true,"#
                    + #""done_reason":"stop","eval_count":3}"#))
        var question = question
        question.streams = false
        let heard = await Heard(fixture.manager.generate(question))
        #expect(heard.text == "Hello there" && heard.error == nil)
        #expect(heard.metrics?.outputTokens == 3)
        #expect(fixture.server.requests.last?.body.contains(#""stream":false"#) == true)
        await fixture.close()
    }

    @Test func givesTextAsItArrivesAndWhatItTook() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", try Capture("ollama/chat_stream").lines)
        let heard = await Heard(fixture.manager.generate(question))
        #expect(heard.text == "I'm so glad you're")
        #expect(heard.metrics?.outputTokens == 6)
        #expect(heard.error == nil)
        await fixture.close()
    }

    @Test func sendsTheOptionsOfTheLoadWithEveryRequest() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", .lines([#"{"done":true}"#]))
        var request = question
        request.load = LoadParameters(
            contextLength: 8192, keepAlive: .seconds(0.5), runnerOptions: ["num_gpu": 20])
        request.options = ["temperature": 0.2, "num_ctx": 2048]
        request.think = false
        request.format = "json"
        _ = await Heard(fixture.manager.generate(request))
        let body = try #require(fixture.server.requests.first { $0.path == "/api/chat" }?.body)
        #expect(
            body == #"{"format":"json","keep_alive":0.5,"messages":[{"content":"Say hello.","role":"user"}],"#
                + #""model":"smol-a:latest","options":{"num_ctx":8192,"num_gpu":20,"temperature":0.2},"#
                + #""stream":true,"think":false}"#)
        await fixture.close()
    }

    @Test func reasoningIsGivenApart() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "POST", "/api/chat",
            .lines([
                #"{"message":{"content":"","thinking":"Hm."},"done":false}"#,
                #"{"message":{"content":"Yes."},"done":false}"#, #"{"done":true,"done_reason":"stop"}"#,
            ]))
        let heard = await Heard(fixture.manager.generate(question))
        #expect(heard.thinking == "Hm.")
        #expect(heard.text == "Yes.")
        #expect(heard.metrics == GenerationMetrics(reason: "stop"))
        await fixture.close()
    }

    @Test func anErrorLineInTheStreamIsAFailureAndTheTextIsKept() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "POST", "/api/chat",
            .lines([
                #"{"message":{"content":"Once"},"done":false}"#,
                #"{"error":"an error was encountered while running the model: unexpected EOF"}"#,
            ]))
        let heard = await Heard(fixture.manager.generate(question))
        #expect(heard.text == "Once")
        #expect(heard.error?.kind == .interrupted)
        #expect(
            heard.error?.sentence
                == "cannot generate with smol-a on box: an error was encountered while running the model: unexpected EOF"
        )
        await fixture.close()
    }

    @Test func anEndWithoutDoneIsAFailure() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", .lines([#"{"message":{"content":"la "},"done":false}"#]))
        let heard = await Heard(fixture.manager.generate(question))
        #expect(heard.text == "la ")
        #expect(heard.error?.reason == "the answer ended before it was done")
        await fixture.close()
    }

    @Test func aTimeLimitForTheWholeAnswerEndsIt() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "POST", "/api/chat",
            .lines(Array(repeating: #"{"message":{"content":"x"},"done":false}"#, count: 1000), pause: 20))
        var request = question
        request.timeout = 1.5
        let heard = await Heard(fixture.manager.generate(request))
        #expect(!heard.text.isEmpty)
        #expect(heard.error?.kind == .timedOut)
        #expect(heard.error?.reason == "the time limit of 1.5s has passed")
        await fixture.close()
    }

    @Test func whoStopsReadingEndsTheGenerationOnTheServer() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "POST", "/api/chat",
            .lines(Array(repeating: #"{"message":{"content":"x"},"done":false}"#, count: 1000), pause: 20))
        for try await event in fixture.manager.generate(question) where event == .text("x") { break }
        while fixture.server.openConnections > 0 { try await Task.sleep(for: .milliseconds(5)) }
        await fixture.close()
    }

    @Test func aModelThatCannotThinkIsToldAsSuch() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", try Capture("ollama/generate_think_unsupported").answer)
        let heard = await Heard(fixture.manager.generate(question))
        #expect(heard.error?.kind == .notSupported)
        #expect(heard.error?.reason == #""smol-a" does not support thinking"#)
        await fixture.close()
    }
}
