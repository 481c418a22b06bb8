import Foundation
import PromptChainCore
import ProviderStubs
import Testing

@testable import ModelManagement

@Suite struct ToolCallWireTests {
    private let weather = ToolDefinition(
        name: "get_weather", summary: "Weather of a city",
        parameters: ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]])

    private func conversation(id: String) -> GenerationRequest {
        let call = ToolCall(id: id, name: "get_weather", arguments: ["city": "Oslo"])
        return GenerationRequest(
            model: "smol-tools",
            messages: [
                ChatMessage(role: "user", content: "Weather in Oslo?", images: ["/9j/4AAQ"]),
                ChatMessage(role: "assistant", content: "", toolCalls: [call]),
                ChatMessage(answering: call, content: "rain"),
            ], tools: [weather])
    }

    private let tools =
        #""tools":[{"function":{"description":"Weather of a city","name":"get_weather","parameters":"#
        + #"{"properties":{"city":{"type":"string"}},"required":["city"],"type":"object"}},"type":"function"}]"#

    private func events(_ stream: AsyncThrowingStream<GenerationEvent, any Error>) async throws -> [GenerationEvent] {
        try await stream.reduce(into: []) { $0.append($1) }
    }

    @Test func ollamaGivesCallsAsItSendsThem() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", try Capture("ollama/chat_tools_stream").lines)
        let events = try await events(fixture.manager.generate(conversation(id: "call_1")))
        #expect(events.count == 2)
        #expect(
            events.first
                == .toolCalls([ToolCall(id: "call_30zx4l75", name: "get_weather", arguments: ["city": "Oslo"])]))
        await fixture.close()
    }

    @Test func ollamaIsSentToolsCallsAnswersAndPictures() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", .lines([#"{"done":true}"#]))
        _ = try await events(fixture.manager.generate(conversation(id: "call_1")))
        _ = try await events(fixture.manager.generate(conversation(id: "")))
        let bodies = fixture.server.requests.filter { $0.path == "/api/chat" }.map(\.body)
        #expect(
            bodies.first
                == #"{"messages":[{"content":"Weather in Oslo?","images":["/9j/4AAQ"],"role":"user"},"#
                + #"{"content":"","role":"assistant","tool_calls":[{"function":{"arguments":{"city":"Oslo"},"index":0,"#
                + #""name":"get_weather"},"id":"call_1"}]},"#
                + #"{"content":"rain","role":"tool","tool_call_id":"call_1","tool_name":"get_weather"}],"#
                + #""model":"smol-tools:latest","stream":true,"# + tools + "}")
        #expect(bodies.last?.contains("\"id\"") == false)
        #expect(bodies.last?.contains("tool_call_id") == false)
        await fixture.close()
    }

    @Test func openAIIsSentArgumentsAsTextAndPicturesAsAddresses() {
        let body = String(decoding: OpenAIChat.body(conversation(id: "call_1"), model: "m"), as: UTF8.self)
        #expect(
            body
                == #"{"messages":[{"content":[{"text":"Weather in Oslo?","type":"text"},{"image_url":{"url":"#
                + #""data:image/jpeg;base64,/9j/4AAQ"},"type":"image_url"}],"role":"user"},"#
                + #"{"content":"","role":"assistant","tool_calls":[{"function":{"arguments":"{\"city\":\"Oslo\"}","#
                + #""name":"get_weather"},"id":"call_1","type":"function"}]},"#
                + #"{"content":"rain","role":"tool","tool_call_id":"call_1"}],"#
                + #""model":"m","stream":true,"stream_options":{"include_usage":true},"# + tools + "}")
    }

    /// Ollama takes pictures with any message; OpenAI's API none with the answer of a tool.
    @Test func picturesOfToolsAreShownByTheUser() async throws {
        var request = conversation(id: "call_1")
        request.messages[0].images = []
        request.messages[2].images = ["iVBORw=="]
        let second = ToolCall(id: "call_2", name: "get_weather")
        request.messages.append(ChatMessage(answering: second, content: "sun"))
        let body = String(decoding: OpenAIChat.body(request, model: "m"), as: UTF8.self)
        #expect(
            body.contains(
                #"{"content":"rain","role":"tool","tool_call_id":"call_1"},"#
                    + #"{"content":"sun","role":"tool","tool_call_id":"call_2"},"#
                    + #"{"content":[{"text":"The picture that the tool gave:","type":"text"},{"image_url":{"url":"#
                    + #""data:image/png;base64,iVBORw=="},"type":"image_url"}],"role":"user"}],"#))
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", .lines([#"{"done":true}"#]))
        _ = try await events(fixture.manager.generate(request))
        #expect(
            fixture.server.requests.last { $0.path == "/api/chat" }?.body.contains(
                #"{"content":"rain","images":["iVBORw=="],"role":"tool","tool_call_id":"call_1","#) == true)
        await fixture.close()
    }

    /// What is told of a request is what stands in it.
    @Test func parametersAreThoseOnTheWire() async throws {
        var request = conversation(id: "call_1")
        request.options = ["temperature": 0.5, "num_predict": 9]
        request.load = LoadParameters(contextLength: 4096, keepAlive: .seconds(60))
        request.format = "json"
        let ollama = try await OllamaFixture()
        ollama.server.on("POST", "/api/chat", .lines([#"{"done":true}"#]))
        _ = try await events(ollama.manager.generate(request))
        var sent = try #require(ollama.server.requests.last { $0.path == "/api/chat" }?.body)
        #expect(
            JSONText.line(ollama.manager.parameters(of: request))
                == #"{"format":"json","keep_alive":60,"options":{"num_ctx":4096,"num_predict":9,"temperature":0.5},"#
                + #""stream":true}"#)
        #expect(rest(of: sent) == ollama.manager.parameters(of: request))
        await ollama.close()
        sent = String(decoding: OpenAIChat.body(request, model: "m"), as: UTF8.self)
        #expect(rest(of: sent) == OpenAIChat.parameters(of: request))
        #expect(OpenAIChat.parameters(of: request)["max_tokens"] == 9)
    }

    private func rest(of body: String) -> [String: JSONValue]? {
        let members = try? JSONDecoder().decode([String: JSONValue].self, from: Data(body.utf8))
        return members?.filter { !["model", "messages", "tools"].contains($0.key) }
    }

    /// The parts of a stream as servers send them, and the calls that they make.
    @Test(arguments: [
        // llama.cpp, vLLM: identifier and name first, then the arguments in pieces, two calls at once.
        (
            [
                #"[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]"#,
                #"[{"index":0,"function":{"arguments":"{\"x\""}}]"#,
                #"[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}},{"index":0,"function":{"arguments":":1}"}}]"#,
            ], [ToolCall(id: "a", name: "f", arguments: ["x": 1]), ToolCall(id: "b", name: "g")]
        ),
        // Ollama: each call whole, all with the same number.
        (
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]"#,
                #"[{"index":0,"id":"b","function":{"name":"f","arguments":"{\"x\":2}"}}]"#,
            ], [ToolCall(id: "a", name: "f"), ToolCall(id: "b", name: "f", arguments: ["x": 2])]
        ),
        // No numbers and no identifiers; the object itself; nothing at all.
        (
            [
                #"[{"function":{"name":"f","arguments":{"x":1}}},{"function":{"name":"g","arguments":null}}]"#,
                #"[{"function":{"name":"h"}}]"#,
            ], [ToolCall(name: "f", arguments: ["x": 1]), ToolCall(name: "g"), ToolCall(name: "h")]
        ),
        // Text in text, and what is no object.
        (
            [
                #"[{"index":0,"id":"a","function":{"name":"f","arguments":"\"{\\\"x\\\":1}\""}}]"#,
                #"[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"x\":"}}]"#,
                #"[{"index":2,"id":"c","function":{"name":"h","arguments":"[1]"}}]"#,
            ],
            [
                ToolCall(id: "a", name: "f", arguments: ["x": 1]),
                ToolCall(id: "b", name: "g", malformedArguments: #"{"x":"#),
                ToolCall(id: "c", name: "h", malformedArguments: "[1]"),
            ]
        ),
        ([#"[{"index":0,"function":{"arguments":"{}"}}]"#], []),
    ])
    func callsArePutTogether(parts: [String], calls: [ToolCall]) async throws {
        let fixture = try await LlamaCppFixture()
        let lines = parts.flatMap { [#"data: {"choices":[{"delta":{"tool_calls":\#($0)}}]}"#, ""] }
        fixture.server.on(
            "POST", "/v1/chat/completions",
            .lines(
                lines + [#"data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#, "", "data: [DONE]", ""],
                type: "text/event-stream"))
        let request = GenerationRequest(
            model: "smol-a", messages: [ChatMessage(role: "user", content: "hi")], tools: [weather])
        let events = try await events(fixture.manager.generate(request))
        let heard = events.compactMap { event in if case .toolCalls(let calls) = event { calls } else { nil } }
        #expect(heard == (calls.isEmpty ? [] : [calls]))
        if case .finished(let metrics)? = events.last { #expect(metrics.reason == "tool_calls") }
        await fixture.close()
    }

    @Test(arguments: [
        ("/9j/4AAQ", "image/jpeg"), ("iVBORw0K", "image/png"), ("R0lGODlh", "image/gif"), ("UklGRiIA", "image/webp"),
        ("AAAA", "image/png"),
    ])
    func picturesAreKnownByTheirFirstBytes(start: String, kind: String) {
        #expect(ChatMessage.pictureKind(of: start) == kind)
    }
}
