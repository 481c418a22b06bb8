import Foundation
import Testing

@testable import OllamaSimulator

/// What the recordings do not show, checked against the source of the real server.
@Suite struct WireTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        var path: String
        var body: String
        var status: Int
        var error: String
        var method = "POST"

        var testDescription: String { "\(method) \(path) \(body)" }
    }

    @Test(arguments: [
        Refusal(path: "/api/chat", body: "{}", status: 400, error: "model is required"),
        Refusal(path: "/api/chat", body: "", status: 400, error: "missing request body"),
        Refusal(path: "/api/chat", body: #"{"model":"bad name"}"#, status: 400, error: "invalid model name"),
        Refusal(path: "/api/embed", body: "{}", status: 404, error: "model '' not found"),
        Refusal(
            path: "/api/embed", body: #"{"model":"smol-embed","input":5}"#, status: 400, error: "invalid input type"),
        Refusal(
            path: "/api/embed", body: #"{"model":"smol-embed","input":[5]}"#, status: 400, error: "invalid input type"),
        Refusal(path: "/api/embeddings", body: "{}", status: 400, error: "model is required"),
        Refusal(path: "/api/pull", body: "{}", status: 400, error: "invalid model name"),
        Refusal(path: "/api/show", body: #"{"name":"nope"}"#, status: 404, error: "model 'nope:latest' not found"),
        Refusal(path: "/api/delete", body: "{}", status: 400, error: "model is required", method: "DELETE"),
        Refusal(
            path: "/api/delete", body: #"{"model":"a b"}"#, status: 400, error: "name \"a b\" is invalid",
            method: "DELETE"),
        Refusal(path: "/api/copy", body: "{}", status: 400, error: "source \"\" is invalid"),
        Refusal(
            path: "/api/copy", body: #"{"source":"smol-a","destination":"b b"}"#, status: 400,
            error: "destination \"b b\" is invalid"),
        Refusal(
            path: "/api/create", body: #"{"model":"x"}"#, status: 400,
            error: "neither 'from' or 'files' was specified"),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","raw":true,"system":"x","prompt":"y"}"#, status: 400,
            error: "raw mode does not support template, system, or context"),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","suffix":"x","prompt":"y"}"#, status: 400,
            error: "registry.ollama.ai/library/smol-a:latest does not support insert"),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","options":{"num_ctx":"big"}}"#, status: 500,
            error: "option \"num_ctx\" must be of type integer"),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","options":{"stop":"x"}}"#, status: 500,
            error: "option \"stop\" must be of type array"),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","options":{"temperature":true}}"#, status: 500,
            error: "option \"temperature\" must be of type float32"),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","stream":"no"}"#, status: 400,
            error: "json: cannot unmarshal string into Go struct field GenerateRequest.stream of type bool"),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","think":"huge"}"#, status: 400,
            error: #"invalid think value: "huge" (must be "high", "medium", "low", "max", true, or false)"#),
        Refusal(
            path: "/api/generate", body: "[]", status: 400,
            error: "json: cannot unmarshal array into Go value of type api.GenerateRequest"),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","keep_alive":"5"}"#, status: 400,
            error: "time: missing unit in duration \"5\""),
        Refusal(
            path: "/api/generate", body: #"{"model":"smol-a","keep_alive":"5 x"}"#, status: 400,
            error: "time: unknown unit \" x\" in duration \"5 x\""),
        Refusal(
            path: "/api/generate", body: #"{"model":"qwen3:cloud","prompt":"x"}"#, status: 403,
            error: "ollama cloud is disabled: remote inference is unavailable"),
        Refusal(
            path: "/api/chat", body: #"{"model":"smol-embed","messages":[{"role":"user","content":"x"}]}"#,
            status: 400, error: "\"smol-embed\" does not support chat"),
        Refusal(
            path: "/api/chat", body: #"{"model":"smol-a","messages":"x"}"#, status: 400,
            error: "json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message"),
        Refusal(
            path: "/api/chat", body: #"{"model":"smol-a","messages":[{"role":"user","content":5}]}"#, status: 400,
            error: "json: cannot unmarshal number into Go struct field Alias.content of type string"),
        Refusal(
            path: "/api/chat", body: #"{"model":"smol-a",}"#, status: 400,
            error: "invalid character '}' looking for beginning of object key string"),
    ])
    func refusesInTheRightWords(_ refusal: Refusal) async throws {
        try await withServer { (client, _) async throws in
            let answer = try await client.send(refusal.method, refusal.path, refusal.body)
            #expect(answer.status == refusal.status)
            #expect(answer.error == refusal.error)
            #expect(answer.contentType == "application/json; charset=utf-8")
        }
    }

    @Test func openAIRefusesInItsOwnShape() async throws {
        try await withServer { (client, _) async throws in
            let empty = try await client.send("POST", "/v1/chat/completions", #"{"model":"smol-a","messages":[]}"#)
            #expect(empty.status == 400)
            #expect(empty.json["error"]?["message"] == "[] is too short - 'messages'")
            #expect(empty.json["error"]?["type"] == "invalid_request_error")
            let unknown = try await client.send(
                "POST", "/v1/chat/completions", #"{"model":"nope","messages":[{"role":"user","content":"x"}]}"#)
            #expect(unknown.status == 404)
            #expect(unknown.json["error"]?["type"] == "not_found_error")
            #expect(try await client.get("/v1/models/nope").status == 404)
            #expect(try await client.get("/v1/models/smol-a").json["id"] == "smol-a")
        }
    }

    @Test func openAIAnswersWholeAndWithTools() async throws {
        try await withServer { (client, _) async throws in
            let answer = try await client.send(
                "POST", "/v1/chat/completions",
                #"{"model":"smol-tools","messages":[{"role":"user","content":"Weather in Oslo?"}],"tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]}"#
            )
            let choice = answer.json["choices"]?.elements?.first
            #expect(choice?["finish_reason"] == "tool_calls")
            let call = choice?["message"]?["tool_calls"]?.elements?.first
            #expect(call?["function"]?["arguments"] == #"{"city":"Oslo"}"#)
            let usage = try await client.send(
                "POST", "/v1/chat/completions",
                #"{"model":"smol-a","messages":[{"role":"user","content":"hi"}],"max_tokens":3,"stream":true,"stream_options":{"include_usage":true}}"#
            )
            #expect(usage.body.contains(#""choices":[],"usage":{"prompt_tokens""#))
        }
    }

    @Test func keepAliveTakesItsForms() async throws {
        try await withServer { (client, _) async throws in
            for form in ["\"5m\"", "300", "0.5", "-1", "\"-1s\"", "\"1h30m\"", "null"] {
                let answer = try await client.send(
                    "POST", "/api/generate", "{\"model\":\"smol-a\",\"keep_alive\":\(form)}")
                #expect(answer.status == 200, "\(form)")
                #expect(answer.json["done_reason"] == "load", "\(form)")
            }
            for form in ["0", "\"0\"", "\"0s\"", "0.0"] {
                let answer = try await client.send(
                    "POST", "/api/generate", "{\"model\":\"smol-a\",\"keep_alive\":\(form)}")
                #expect(answer.json["done_reason"] == "unload", "\(form)")
            }
        }
    }

    @Test func everySpellingMeansTheSameModelAndIsEchoed() async throws {
        try await withServer { (client, server) async throws in
            let spellings = [
                "smol-a", "SMOL-A", "smol-a:latest", "smol-a:Latest", "library/smol-a", "smol-a:local",
                "registry.ollama.ai/library/smol-a", "https://registry.ollama.ai/library/smol-a:latest",
            ]
            for spelling in spellings {
                let answer = try await client.generate(spelling)
                #expect(answer.status == 200, "\(spelling)")
                #expect(answer.json["model"]?.text == spelling)
            }
            #expect(try await client.loadedNames() == ["smol-a:latest"])
            #expect(await server.loadCount() == 1)
        }
    }

    @Test func headAnswersWhereTheRealServerDoes() async throws {
        try await withServer { (client, _) async throws in
            for path in ["/", "/api/version", "/api/tags"] {
                let answer = try await client.send("HEAD", path)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.body.isEmpty)
                #expect(answer.headers["content-length"] != "0", "\(path)")
            }
            let ps = try await client.send("HEAD", "/api/ps")
            #expect(ps.status == 405)
            #expect(ps.headers["allow"] == "GET")
            #expect(try await client.send("DELETE", "/api/tags").status == 405)
            #expect(try await client.get("/api/unknown").body == "404 page not found")
        }
    }

    @Test func foreignOriginsAndHostsAreRefused() async throws {
        try await withServer { (client, _) async throws in
            for origin in ["http://example.com", "null", "http://localhost.example.com"] {
                let answer = try await client.send("GET", "/api/tags", headers: ["Origin": origin])
                #expect(answer.status == 403, "\(origin)")
                #expect(answer.body.isEmpty)
                #expect(answer.contentType == nil)
            }
            for origin in ["http://127.0.0.1:3000", "https://localhost", "app://x", "vscode-file://y"] {
                #expect(try await client.send("GET", "/api/tags", headers: ["Origin": origin]).status == 200)
            }
            let preflight = try await client.send("OPTIONS", "/api/chat", headers: ["Origin": "http://localhost"])
            #expect(preflight.status == 204)
            #expect(try await client.send("GET", "/api/tags", headers: ["Host": "example.com"]).status == 403)
            #expect(try await client.send("GET", "/api/tags", headers: ["Host": "box.local:11434"]).status == 200)
        }
    }

    @Test func aConnectionIsUsedAgain() async throws {
        try await withServer { (client, _) async throws in
            let first = try await client.get("/api/version")
            #expect(first.headers["connection"] == nil)
            for _ in 0..<50 { #expect(try await client.get("/api/version").status == 200) }
        }
    }

    @Test func optionsOfTheModelfileCount() async throws {
        try await withServer { (client, _) async throws in
            try await client.generate("smol-a-alias")
            #expect(try await client.loaded().first?["context_length"] == 2048)
            #expect(try await client.loaded().first?["name"] == "smol-a-alias:latest")
        }
    }

    @Test func thinkingComesFirstUnlessItIsSwitchedOff() async throws {
        try await withServer(.test(vram: 48 << 30, catalogue: .standard)) { (client, _) async throws in
            let chat = try await client.send(
                "POST", "/api/chat",
                #"{"model":"deepseek-r1:8b","messages":[{"role":"user","content":"Why do cats purr?"}]}"#)
            let kinds = chat.lines.dropLast().map { $0["message"]?["thinking"] == nil ? "content" : "thinking" }
            let border = kinds.firstIndex(of: "content") ?? 0
            #expect(border >= 80)
            #expect(kinds[border...].allSatisfy { $0 == "content" })
            let plain = try await client.send(
                "POST", "/api/chat",
                #"{"model":"deepseek-r1:8b","think":false,"stream":false,"messages":[{"role":"user","content":"Why?"}]}"#
            )
            #expect(plain.json["message"]?["thinking"] == nil)
        }
    }

    @Test func pullReportsProgressAndInstalls() async throws {
        try await withServer(.test(catalogue: .standard)) { (client, _) async throws in
            let lines = try await client.post("/api/pull", .members(["model": "tinyllama:1.1b"])).lines
            #expect(lines.first?["status"] == "pulling manifest")
            #expect(lines.last?["status"] == "success")
            let progress = lines.filter { $0["total"]?.int == 637_700_138 }
            #expect(progress.last?["completed"] == 637_700_138)
            #expect(try await client.post("/api/show", .members(["model": "tinyllama:1.1b"])).status == 200)
            let tags = try await client.get("/api/tags").json["models"]?.elements
            #expect(tags?.first?["name"] == "tinyllama:1.1b", "the newest comes first")
        }
    }

    @Test func blobsAreCheckedAndBecomeModels() async throws {
        try await withServer { (client, _) async throws in
            let digest = "sha256:" + Digest.hex("GGUF")
            #expect(try await client.send("HEAD", "/api/blobs/\(digest)").status == 404)
            #expect(try await client.send("POST", "/api/blobs/sha256:\(Digest.hex("other"))", "GGUF").status == 400)
            #expect(try await client.send("POST", "/api/blobs/\(digest)", "GGUF").status == 201)
            #expect(try await client.send("HEAD", "/api/blobs/\(digest)").status == 200)
            let created = try await client.post(
                "/api/create", .members(["model": "mine", "files": .members(["m.gguf": .string(digest)])]))
            #expect(created.lines.last?["status"] == "success")
            #expect(try await client.generate("mine").status == 200)
        }
    }

    @Test func aPortInUseIsExplained() async throws {
        try await withServer { (_, server) async throws in
            let other = try SimulatedServer(configuration: SimulatorConfiguration(port: await server.port))
            await #expect { try await other.start() } throws: { error in
                (error as? SimulatorError)?.message.contains("already in use") == true
            }
        }
    }

    /// A thousand tokens a second can be had: the processor has not more than that to do for each, on both sides.
    @Test func aFastServerStreamsAThousandTokensASecond() async throws {
        try await withServer(.test(speed: 100_000), time: SystemSimulationTime()) { (client, _) async throws in
            try await client.generate("smol-a", nil, ["keep_alive": -1])
            let start = clock()
            let answer = try await client.generate(
                "smol-a", "Write a long story.", ["options": .members(["num_predict": 1500])])
            let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
            #expect(answer.lines.count == 1501)
            #expect(seconds < 2 * 1.5, "\(seconds) s of the processor")
        }
    }
}
