import Foundation
import ModelManagement
import PromptChainCore
import Testing

@testable import Dashboard

/// From lines as servers write them to what the verdict makes of them.
@Suite struct ServerNoteTests {
    /// The lines of reports about Ollama 0.5 to 0.17 and llama.cpp, with shorter paths.
    @Test(
        "Lines as servers write them are understood",
        arguments: [
            (
                #"time=2025-02-22T00:05:18.431Z level=WARN source=runner.go:129 msg="truncating input prompt" limit=2048 "#
                    + "prompt=74706 keep=5 new=2048",
                ServerNote.Kind.promptCut(tokens: 74_706, read: 2048)
            ),
            (
                "slot update_slots: id  0 | task 3 | input truncated, n_ctx = 4096, n_keep = 0, n_left = 4096, "
                    + "n_prompt_tokens = 2050", .promptCut(tokens: nil, read: 2050)
            ),
            (
                #"time=2025-10-19T15:17:57.097+08:00 level=WARN source=server.go:540 msg="model request too large for "#
                    + #"system" requested="5.5 GiB" available="3.4 GiB" total="6.0 GiB" free="3.4 GiB" swap="0 B""#,
                .refused(needed: "5.5 GiB", available: "3.4 GiB")
            ),
            (
                #"time=2025-01-31T20:48:19.587Z level=WARN source=server.go:136 msg="model request too large for "#
                    + #"system" requested="391.0 GiB" available=393216983040 total="1690.2 GiB" free="358.4 GiB""#,
                .refused(needed: "391.0 GiB", available: "366.2 GiB")
            ),
            (
                "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 35533.34 MiB on device 0: cudaMalloc failed: "
                    + "out of memory", .noMemory(mebibytes: 35_533.34)
            ),
            ("CUDA error: out of memory", .noMemory(mebibytes: nil)),
            (
                #"time=2025-06-18T00:53:55.896+08:00 level=WARN source=sched.go:647 msg="gpu VRAM usage didn't recover "#
                    + #"within timeout" seconds=5.26432203 model=/root/.ollama/models/blobs/sha256-aabd"#,
                .notBack(seconds: 5.26432203)
            ),
            ("load_tensors: offloaded 62/62 layers to GPU", .offloaded(layers: 62, of: 62)),
            ("llm_load_tensors: offloaded 23/57 layers to GPU", .offloaded(layers: 23, of: 57)),
            (
                #"time=2025-09-25T08:28:24.408Z level=INFO source=ggml.go:498 msg="offloaded 0/35 layers to GPU""#,
                .offloaded(layers: 0, of: 35)
            ),
            (
                "time=2026-04-10T21:13:59.427+09:00 level=INFO source=server.go:1390 "
                    + #"msg="llama runner started in 5.65 seconds""#, .loaded
            ),
        ])
    func lines(_ text: String, _ kind: ServerNote.Kind) {
        #expect(notes(text) == [kind])
    }

    @Test(
        "Nothing is made of others",
        arguments: [
            #"time=2025-02-22T00:05:18.431Z level=DEBUG source=prompt.go:62 msg="truncating input messages which exceed "#
                + #"context length" truncated=2"#,
            "load_tensors: offloading 61 repeating layers to GPU", "load_tensors: offloading output layer to GPU",
            "offloaded 9999999999999999999999/1 layers to GPU", "offloaded -3/2 layers to GPU",
            #"[GIN] 2026/11/24 - 12:03:45 | 200 | 1.4s | 127.0.0.1 | POST "/api/generate""#,
        ])
    func others(_ text: String) {
        #expect(notes(text).isEmpty)
    }

    private func notes(_ text: String) -> [ServerNote.Kind] {
        var reader = ServerLogReader(.none, of: ServerConfiguration(), component: "server", utcOffset: 0)
        return reader.lines([Array(text.utf8)], now: Date(timeIntervalSince1970: 1_800_000_000))
            .compactMap { ServerNote($0)?.kind }
    }
}
