import DashboardTestSupport
import Foundation
import PromptChainCore

@testable import Dashboard

// The lines are those that Ollama and llama.cpp write, as the reader of logs hands them on.
private let noMemory =
    "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 16384.00 MiB on device 0: cudaMalloc failed: out of memory"
private let tooLarge =
    #"model request too large for system requested="5.5 GiB" available="3.4 GiB" total="6.0 GiB" free="3.4 GiB" swap="0 B""#
private let cut = "truncating input prompt limit=4096 prompt=17624 keep=5 new=4096"
private let notBack = "gpu VRAM usage didn't recover within timeout seconds=5.26432203 model=/root/blobs/sha256-aabd"
private let started = "llama runner started in 5.65 seconds"

extension ModelInfo {
    /// A model of a server that does not tell how large it is.
    fileprivate static var untold: ModelInfo {
        var info = ModelInfo.whole("llama3.1:8b")
        info.sizeBytes = nil
        info.vramBytes = nil
        return info
    }
}

extension RuleCase {
    static let logs: [RuleCase] = outOfMemory + prompts + layers

    private static let outOfMemory: [RuleCase] = [
        RuleCase(
            "log-no-memory", "an allocation fails", ["gpu-box ran out of GPU memory: 16.0 GiB were not to be had"]
        ) {
            $0.read()
            $0.serverLog(noMemory)
            $0.read(after: 200)
        },
        RuleCase("log-no-memory", "in a request", ["gpu-box ran out of GPU memory"]) {
            $0.read()
            $0.serverLog("CUDA error: out of memory")
        },
        RuleCase(
            "log-no-memory", "a load is refused",
            ["gpu-box refused a load: it takes 5.5 GiB of main memory, 3.4 GiB are free"]
        ) {
            $0.read()
            $0.serverLog(tooLarge)
        },
        RuleCase(
            "log-no-memory", "an older server gives bytes",
            ["gpu-box refused a load: it takes 391.0 GiB of main memory, 366.2 GiB are free"]
        ) {
            $0.read()
            $0.serverLog(#"model request too large for system requested="391.0 GiB" available=393216983040"#)
        },
        RuleCase("log-no-memory", "the server loads it with fewer layers") {
            $0.read()
            $0.serverLog(noMemory)
            $0.read()
            $0.serverLog(started)
        },
        RuleCase("log-no-memory", "it was long ago") {
            $0.read()
            $0.serverLog(noMemory)
            $0.read(after: 301)
        },
        RuleCase("log-no-memory", "another program says so") {
            $0.read()
            $0.serverLog(noMemory, component: "promptchain.tools")
        },
        RuleCase(
            "log-memory-not-back", "no driver to ask",
            ["gpu-box did not get a model’s memory back within 5s; the next load may go to the CPU"]
        ) {
            $0.read()
            $0.serverLog(notBack)
        },
        RuleCase("log-memory-not-back", "the driver says more") {
            $0.read(gpus: [.card(1)])
            $0.serverLog(notBack)
        },
        RuleCase("log-memory-not-back", "a minute later") {
            $0.read()
            $0.serverLog(notBack)
            $0.read(after: 61)
        },
    ]

    private static let prompts: [RuleCase] = [
        RuleCase("log-prompt-cut", "somebody’s", ["gpu-box cut a prompt: 4096 tokens of 17624 were read"]) {
            $0.read([.whole("llama3.1:8b")])
            $0.serverLog(cut)
        },
        RuleCase(
            "log-prompt-cut", "again and again",
            ["gpu-box cut a prompt: 4096 tokens of 17624 were read; 3 prompts in 2m06s"]
        ) {
            $0.read([.whole("llama3.1:8b")])
            $0.serverLog(cut)
            $0.read(after: 63, [.whole("llama3.1:8b")])
            $0.serverLog(cut)
            $0.read(after: 63, [.whole("llama3.1:8b")])
            $0.serverLog(cut)
        },
        RuleCase("log-prompt-cut", "llama.cpp", ["gpu-box cut a prompt: 2050 tokens were read"]) {
            $0.read([.whole("llama3.1:8b")])
            $0.serverLog(
                "slot update_slots: id 0 | task 3 | input truncated, n_ctx = 4096, n_keep = 0, n_left = 4096, "
                    + "n_prompt_tokens = 2050")
        },
        RuleCase("log-prompt-cut", "a minute later") {
            $0.read([.whole("llama3.1:8b")])
            $0.serverLog(cut)
            $0.read(after: 61, [.whole("llama3.1:8b")])
        },
        RuleCase("log-prompt-cut", "a step has noticed it itself") {
            $0.step()
            $0.serverLog(cut)
            $0.journey.events(
                .contextCut(
                    ContextCut(
                        .prompt, step: 1, model: "mistral-small:22b", sentTokens: 17_624, readTokens: 4096,
                        contextLength: 4096)))
        },
    ]

    private static let layers: [RuleCase] = [
        RuleCase(
            "log-spill", "the API does not tell", ["gpu-box put 20 of 33 layers on the GPU; the CPU computes the rest"]
        ) {
            $0.read([.untold])
            $0.serverLog("load_tensors: offloaded 20/33 layers to GPU")
        },
        RuleCase("log-spill", "all of them") {
            $0.read([.untold])
            $0.serverLog("load_tensors: offloaded 20/33 layers to GPU")
            $0.serverLog("load_tensors: offloaded 33/33 layers to GPU")
        },
        RuleCase("log-spill", "the server tells how much is where") {
            $0.read([.llama])
            $0.serverLog("load_tensors: offloaded 20/33 layers to GPU")
        },
        RuleCase("log-spill", "a host that is not known to have a GPU") {
            $0.read([.untold], capacity: nil)
            $0.serverLog("offloaded 0/35 layers to GPU")
        },
        RuleCase("log-spill", "no numbers") {
            $0.read([.untold])
            $0.serverLog("offloading 20 repeating layers to GPU")
            $0.serverLog("offloaded 40/33 layers to GPU")
            $0.serverLog("offloaded / layers to GPU")
        },
    ]
}
