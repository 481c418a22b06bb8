import Foundation
import PromptChainCore
import Testing

@testable import ModelManagement

/// Recorded lines of each kind of server, taken apart.
@Suite struct ServerLogParserTests {
    private static let now = Timestamp.parse("2026-11-24T12:10:00Z") ?? .distantPast
    private let parser = ServerLogParser(now: ServerLogParserTests.now, utcOffset: 3600)

    private func lines(_ name: String) throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: "Fixtures/logs/\(name).log"), encoding: .utf8)
        // Not by characters: a carriage return and a line break would be one.
        return text.utf8.split(separator: 10).map { String($0) ?? "" }
    }

    private func words(_ name: String) throws -> [String] {
        try lines(name).map { line in
            let entry = parser.parse(line)
            let time = entry.time.map { Timestamp.text($0).dropFirst(11) + " " } ?? ""
            return "\(time)\(entry.level?.rawValue ?? "-") \(entry.message)"
        }
    }

    @Test func ollamaAndItsAccessLog() throws {
        #expect(
            try words("ollama") == [
                "11:03:40.101Z info Listening on 127.0.0.1:11434 (version 0.32.15)",
                "11:03:41.000Z info GET /api/ps 200 in 38.041µs, from 127.0.0.1",
                "11:03:41.000Z info GET /api/version 200 in 21.500µs, from 127.0.0.1",
                "11:03:42.000Z info GET /api/ps 200 in 55.103µs, from 192.168.7.4",
                "11:03:42.000Z error GET /api/ps 500 in 1.000151s, from 127.0.0.1",
                "11:03:43.517Z info new model will fit in available VRAM in single GPU, loading "
                    + "model=/root/.ollama/models/blobs/sha256-0a1b gpu=GPU-1 parallel=1 required=\"6.2 GiB\"",
                "debug llama_model_loader: - kv   0:                       general.architecture str              = llama",
                "11:03:44.020Z warning truncating input prompt limit=4096 prompt=17624 keep=5 new=4096",
                "11:03:44.200Z trace said \"no\"\nand went",
                "error ggml_backend_cuda_buffer_type_alloc_buffer: allocating 16384.00 MiB on device 0: "
                    + "cudaMalloc failed: out of memory",
                "11:03:44.320Z error error loading llama server error=\"llama runner process has terminated: exit status 2\"",
                "11:03:45.000Z warning POST /api/generate 404 in 113.402µs, from 127.0.0.1",
                "11:03:46.000Z info POST /api/chat 200 in 4.218311042s, from 127.0.0.1",
                "debug GET    /api/tags --> server.(*Server).ListHandler-fm (5 handlers)",
                "critical panic: runtime error: index out of range [3] with length 3",
            ])
    }

    @Test func llamaServer() throws {
        let words = try words("llama-server")
        #expect(words.first == "info srv  llama_server: initializing ...")
        #expect(words.dropFirst(2).first?.hasPrefix("warning srv  llama_server: security: no API key") == true)
        #expect(words.last?.hasPrefix("warning srv    operator(): got exception: {\"error\"") == true)
        #expect(words.allSatisfy { !$0.contains("0.00.") && !$0.contains("0.10.") })
        let failed = try self.words("llama-failed-load")
        #expect(failed.contains("error gguf_init_from_reader: invalid magic characters: 'garb', expected 'GGUF'"))
        #expect(failed.last == "error srv  llama_server: exiting due to model loading error")
    }

    @Test func coloursAndTheModelOfARouter() throws {
        let words = try words("llama-router")
        #expect(words.allSatisfy { !$0.utf8.contains(0x1B) })
        #expect(words.first == "info srv    operator():   [models_dir] m")
        #expect(words.contains("info [53229] srv    load_model: loading model 'models/m.gguf'"))
        #expect(words.contains { $0.hasPrefix("warning [53229] srv  llama_server: security") })
    }

    @Test func objectsOfLlamaServer() throws {
        let words = try words("llama-jsonl")
        #expect(words.first == "info srv  llama_server: initializing ...")
        #expect(words.last == "info srv    load_model: loading model '/models/SmolLM2-135M-Instruct.Q4_1.gguf'")
    }

    @Test func requestsOfLlamaServer() {
        let told = parser.parse(
            "0.10.124.978 I srv  log_server_r: done request: POST /v1/chat/completions 127.0.0.1 200")
        #expect(told.message == "POST /v1/chat/completions 200, from 127.0.0.1")
        let failed = parser.parse("srv  log_server_r: request: GET /slots?x=1 127.0.0.1 503")
        #expect(
            failed.request
                == ServerLogEntry.Request(method: "GET", path: "/slots", status: 503, client: "127.0.0.1"))
        #expect(failed.level == .error)
    }

    @Test func uvicornAndItsTracebacks() throws {
        #expect(
            try words("uvicorn") == [
                "info Uvicorn running on http://127.0.0.1:18979 (Press CTRL+C to quit)",
                "info GET /metrics 200 OK, from 127.0.0.1", "info GET /health 200 OK, from 127.0.0.1",
                "info GET /v1/models 200 OK, from 127.0.0.1", "warning GET /no 404 Not Found, from 127.0.0.1",
                "error Exception in ASGI application", "error Traceback (most recent call last):",
                "-   File \"/usr/lib/python3/site-packages/uvicorn/protocols/http/h11_impl.py\", line 411, in run_asgi",
                "-   File \"/srv/app.py\", line 8, in app",
                "-     if scope[\"path\"]==\"/boom\": raise ValueError(\"no KV cache left\")",
                "-                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
                "error ValueError: no KV cache left", "error GET /boom 500 Internal Server Error, from 127.0.0.1",
            ])
    }

    @Test func vLLM() throws {
        #expect(
            try words("vllm") == [
                "11:03:44.000Z info [api_server.py:1131] Starting vLLM API server on http://0.0.0.0:8000",
                "11:03:45.000Z warning (EngineCore_0 pid=271) [config.py:1490] Default sampling parameters have been overridden.",
                "info (APIServer pid=31) GET /metrics 200 OK, from 127.0.0.1",
                "info (APIServer pid=31) POST /v1/chat/completions 200 OK, from 10.0.0.9",
                "11:03:47.000Z error (EngineCore_0 pid=271) [core.py:700] EngineCore failed to start.",
                "11:03:47.000Z error (EngineCore_0 pid=271) [core.py:700] Traceback (most recent call last):",
                "11:03:47.000Z error [core.py:1] last year's",
            ])
        let old = parser.parse("ERROR 12-24 12:03:47 [core.py:1] last year's").time
        #expect(old.map { Timestamp.text($0) } == "2025-12-24T11:03:47.000Z")
    }

    @Test(
        arguments: [
            ("[INFO] Request 127.0.0.1 \"GET /running HTTP/1.1\" 200 12 \"curl/8\" 1ms", "info", "GET /running 200"),
            ("[2026-11-24 12:03:44][ERROR] no such model", "error", "no such model"),
            ("[2026-11-24 12:03:44.123] [warn] low on memory", "warning", "low on memory"),
            ("12:03PM INF Starting LocalAI using 4 threads", "info", "Starting LocalAI using 4 threads"),
            ("2026-11-24T12:03:44.123456789Z time=2026-11-24T12:03:44Z level=WARN msg=deep", "warning", "deep"),
            ("2026-11-24 12:03:44,123 - root - ERROR - gone", "-", "root - ERROR - gone"),
            ("2026-11-24 12:03:44 ERROR gone", "error", "gone"),
            ("E srv    load_model: failed", "error", "srv    load_model: failed"),
            ("I am a sentence", "-", "I am a sentence"), ("Error loading is fun", "error", "Error loading is fun"),
            ("loading: 10 %\rloading: 90 %\r", "-", "loading: 90 %"), ("12345 tokens", "-", "12345 tokens"),
            ("", "-", ""), ("[", "-", "["), ("[]", "-", "[]"), ("time=", "-", "time="), ("{", "-", "{"),
            ("[GIN] nonsense | a", "-", "[GIN] nonsense | a"), ("time=x level=", "-", "time=x level="),
            ("\"GET / HTTP/1.1\" x", "-", "\"GET / HTTP/1.1\" x"), ("(pid=1)", "-", "(pid=1)"),
        ])
    func anyOther(line: String, level: String, message: String) {
        let entry = parser.parse(line)
        #expect((entry.level?.rawValue ?? "-") == level)
        #expect(entry.message.hasPrefix(message))
    }

    @Test func whatATerminalWouldObeyIsGone() {
        let line = "a\u{1B}]0;title\u{07}b\u{1B}]8;;http://x\u{1B}\\c\u{1B}[1;31md\u{1B}[0me\u{1B}(Bf\u{1B}"
        #expect(parser.parse(line).message == "abcdeBf")
        #expect(parser.parse("x\u{1B}]never ends").message == "x")
    }

    @Test func bracketsForAWholeLineLeadNowhere() {
        let line = String(repeating: "[2026-11-24 12:03:44] ", count: 3000) + "end"
        #expect(parser.parse(line).message.hasSuffix("end"))
        let nested = (0..<200).reduce("x") { text, _ in
            JSONText.line(JSONValue.object(["msg": .string(String(text.prefix(30_000)))]))
        }
        _ = parser.parse(nested)
    }
}
