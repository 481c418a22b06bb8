import DashboardTestSupport
import Foundation
import PromptChainCore

@testable import Dashboard

extension RuleCase {
    static let requests: [RuleCase] = [
        RuleCase("queue", "the server counts", ["3 requests wait for llama3.1:8b; it works on 1, for 2s"]) {
            $0.read([.whole("llama3.1:8b")], doing: [.writing(5)])
            $0.read([.whole("llama3.1:8b")], doing: [.writing(7, waiting: 1)])
            $0.read(after: 2, [.whole("llama3.1:8b")], doing: [.writing(9, waiting: 3)])
        },
        RuleCase("queue", "nobody waits") { $0.read([.whole("llama3.1:8b")], doing: [.writing(5, waiting: 0)]) },
        RuleCase("queue", "nobody counts") { $0.read([.whole("llama3.1:8b")], doing: [.writing(5)]) },
        RuleCase(
            "queue", "a step behind somebody else’s request",
            [
                "step 1/3 waits for its turn: mistral-small:22b works for somebody else, 182 tokens so far; "
                    + "it has waited 3s"
            ]
        ) {
            $0.step()
            $0.read(after: 3, [.mistral()], doing: [.writing(182, model: "mistral-small:22b")])
        },
        RuleCase("queue", "a step that writes itself") {
            $0.step()
            $0.journey.events(.token(step: 1, text: "The", thinking: false))
            $0.read(after: 3, [.mistral()], doing: [.writing(182, model: "mistral-small:22b")])
        },
        RuleCase("no-tokens", "a step that stopped", ["step 1/3 has written nothing for 12s; ~1 tokens so far"]) {
            $0.step()
            $0.journey.events(.token(step: 1, text: "The", thinking: false))
            $0.read(after: 12, [.mistral()])
        },
        RuleCase("no-tokens", "a prompt that takes long", ["step 1/3 reads its prompt, 1m01s"]) {
            $0.step()
            $0.read(after: 61, [.mistral()])
        },
        RuleCase("no-tokens", "a prompt that takes a while") {
            $0.step()
            $0.read(after: 40, [.mistral()])
        },
        RuleCase("no-tokens", "somebody’s answer", ["llama3.1:8b writes for somebody and has stopped, 21s"]) { bench in
            for _ in 0...21 { bench.read([.whole("llama3.1:8b")], doing: [.writing(40)]) }
        },
        RuleCase(
            "no-tokens", "somebody’s prompt", ["llama3.1:8b reads somebody’s prompt and gets no further, 1m05s"]
        ) { bench in
            let reading = ModelActivity(model: "llama3.1:8b", phase: .reading, requests: 1, promptTokens: 2048)
            for _ in 0...65 { bench.read([.whole("llama3.1:8b")], doing: [reading]) }
        },
        RuleCase("no-tokens", "somebody’s answer goes on") { bench in
            for tokens in 0...40 { bench.read([.whole("llama3.1:8b")], doing: [.writing(tokens)]) }
        },
        RuleCase(
            "prompt-cut", "most of it was not read",
            ["step 1/3 lost part of its prompt: 4090 tokens were read; its context holds 4k"]
        ) { $0.step(prompt: 60_000, read: 4090) },
        RuleCase(
            "prompt-cut", "the run tells it",
            ["step 1/3 lost part of its prompt: 2050 tokens of ~6000 were read; its context holds 4k"]
        ) {
            $0.step()
            $0.journey.events(.contextCut(.prompt(sent: 6000, read: 2050)))
        },
        RuleCase(
            "prompt-cut", "the run tells it before the server has counted",
            ["step 1/3 lost part of its prompt: ~6000 tokens were sent; its context holds 4k"]
        ) {
            $0.step()
            $0.journey.events(.contextCut(.prompt(sent: 6000, read: nil)))
        },
        RuleCase("prompt-cut", "the answer was cut, and not the prompt") {
            $0.step()
            $0.journey.events(
                .contextCut(ContextCut(.answer, step: 1, model: "mistral-small:22b", contextLength: 4096)))
        },
        RuleCase("prompt-cut", "the step is done anew") {
            $0.step()
            $0.journey.events(.contextCut(.prompt(sent: 6000, read: 2050)))
            $0.journey.events(.jumped(from: 1, to: 1))
            $0.step(again: "Analyse briefly")
        },
        RuleCase("prompt-cut", "all of it was read") { $0.step(prompt: 12_000, read: 4090) },
        RuleCase("prompt-cut", "most of it came from the cache") { $0.step(prompt: 60_000, read: 900) },
        RuleCase(
            "context-full", "to the last token",
            [
                "the context of llama3.1:8b is full: 4095 of 4096 tokens; "
                    + "what came first is dropped, or the answer ends here"
            ]
        ) { $0.read([.whole("llama3.1:8b")], doing: [.inContext(4095, of: 4096)]) },
        RuleCase("context-full", "room is left") {
            $0.read([.whole("llama3.1:8b")], doing: [.inContext(4000, of: 4096)])
        },
    ]

    static let gpus: [RuleCase] = [
        RuleCase(
            "gpu-lost", "the driver says so",
            [
                "GPU 0 (RTX) does not answer: GPU is lost; models load on the CPU until the driver is back"
            ]
        ) {
            $0.read(gpus: [.card(4)])
            $0.read(gpus: [.card(0, fault: "GPU is lost")])
        },
        RuleCase(
            "gpu-lost", "loads go to the CPU",
            ["gpu-box loads on the CPU now: llama3.1:8b has nothing in VRAM; qwen3:32b had 20.0 GiB there 9s ago"]
        ) {
            $0.read([.whole("qwen3:32b", 20)])
            $0.read(after: 9, [.sample("llama3.1:8b", size: 5, vram: 0)])
        },
        RuleCase("gpu-lost", "a part is on the CPU") {
            $0.read([.whole("qwen3:32b", 20)])
            $0.read([.sample("llama3.1:8b", size: 5, vram: 4)])
        },
        RuleCase("gpu-lost", "there never was one") {
            $0.read([.sample("qwen3:32b", size: 5, vram: 0)], capacity: nil)
            $0.read([.sample("llama3.1:8b", size: 5, vram: 0)], capacity: nil)
        },
        RuleCase(
            "orphan-memory", "a runner of a server that is gone",
            ["a runner without a server holds 9.0 GiB of VRAM: llama-server (70)"]
        ) { $0.read(gpus: [.card(9, [.orphan(70, 9)])]) },
        RuleCase(
            "orphan-memory", "two of them",
            ["2 runners without a server hold 12.0 GiB of VRAM: llama-server (70), llama-server (71)"]
        ) { $0.read(gpus: [.card(12, [.orphan(71, 3), .orphan(70, 9)])]) },
        RuleCase("orphan-memory", "other programs") {
            $0.read(gpus: [.card(9, [GPUProcess(processID: 70, usedBytes: .gib(9), name: "blender", parentID: 1)])])
        },
        RuleCase(
            "memory-differs", "far more than the server says",
            ["gpu-box says 12.0 GiB of VRAM, and its processes have 40.0 GiB; plans go by what is measured"]
        ) { $0.read([.whole("qwen3:32b", 12)], gpus: [.card(40, [.own(40)])]) },
        RuleCase("memory-differs", "the driver’s own half gigabyte") {
            $0.read([.whole("llama3.1:8b", 2)], gpus: [.card(2.5, [.own(2.5)])])
        },
        RuleCase("memory-differs", "while a model loads") {
            $0.read([.whole("qwen3:32b", 12)], doing: [.loading(2)], gpus: [.card(40, [.own(40)])])
        },
    ]
}

extension RuleBench {
    /// The first step of a run begins with a model that is there.
    mutating func step(prompt: String = "Analyse briefly") {
        journey.beginRun()
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: prompt))
    }

    /// The first step begins once more.
    fileprivate mutating func step(again prompt: String) {
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: prompt))
    }

    /// The first step of a run is done; its prompt had so many letters, and so many tokens were read.
    fileprivate mutating func step(prompt letters: Int, read tokens: Int) {
        read([.whole("mistral-small:22b", context: 4096)])
        step(prompt: String(repeating: "word ", count: letters / 5))
        journey.events(.token(step: 1, text: "The", thinking: false))
        journey.events(.stepFinished(ChainEvent.StepResult(step: 1, promptTokens: tokens, output: "The")))
    }
}

extension ContextCut {
    fileprivate static func prompt(sent: Int, read: Int?) -> ContextCut {
        ContextCut(
            .prompt, step: 1, model: "mistral-small:22b", sentTokens: sent, readTokens: read, contextLength: 4096)
    }
}

extension ModelActivity {
    fileprivate static func inContext(_ used: Int, of length: Int) -> ModelActivity {
        ModelActivity(
            model: "llama3.1:8b", phase: .generating, requests: 1, outputTokens: 9, contextTokens: used,
            contextLength: length)
    }
}

extension GPUProcess {
    fileprivate static func orphan(_ number: Int32, _ size: Double) -> GPUProcess {
        GPUProcess(processID: number, usedBytes: .gib(size), name: "llama-server", parentID: 1, isOrphan: true)
    }

    fileprivate static func own(_ size: Double) -> GPUProcess {
        GPUProcess(processID: 61, usedBytes: .gib(size), isServer: true)
    }
}
