import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

/// A state of the dashboard that is worth looking at.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// What the connection advises when nothing listens.
    static let absentHint =
        "Is `ollama serve` running? Start it, or name another server: --server URL, or OLLAMA_HOST "
        + "(asked: http://gpu-box:11434)."

    var name: String
    var play: @Sendable (inout JourneyDriver) -> Void

    var testDescription: String { name }

    static let chains: [ChainFileSummary] = [
        ChainFileSummary(
            path: "examples/research-brief.yaml", name: "research brief",
            steps: ["Quick analysis", "Deep reasoning", "Summary"], models: ["mistral-small:22b", "deepseek-r1:70b"]),
        ChainFileSummary(
            path: "examples/broken.yaml", name: "broken", steps: [], models: [],
            faults: [
                FileFault(
                    file: "examples/broken.yaml", line: 3, column: 5, message: "unknown key `modle`",
                    hint: "did you mean `model`?")
            ]),
    ]

    static let all: [Scenario] = [
        Scenario(name: "connecting") { _ in },
        Scenario(name: "empty") { $0.poll([]) },
        Scenario(name: "idle") { $0.poll([.llama, .nomic]) },
        Scenario(name: "capacity unknown") { $0.poll([.llama, .nomic], capacity: nil) },
        Scenario(name: "loading") {
            $0.poll([.llama, .nomic])
            $0.runToSecondLoad()
        },
        Scenario(name: "load progress") {
            $0.poll([.llama, .nomic])
            $0.runToSecondLoad()
            $0.events(.loadProgress(model: "deepseek-r1:70b", fraction: 0.62, inferred: true))
        },
        Scenario(name: "writing") {
            $0.poll([.llama, .nomic])
            $0.runToSecondAnswer()
        },
        Scenario(name: "done") {
            $0.poll([.llama, .nomic])
            $0.runToEnd()
        },
        Scenario(name: "failed") {
            $0.runToSecondLoad()
            $0.events(
                .stepFailed(step: 2, reason: "llama runner process has terminated: exit status 2", output: ""),
                .runFinished(
                    ChainEvent.RunResult(
                        status: .failed, output: "", error: "llama runner process has terminated: exit status 2",
                        stallSeconds: 12, seconds: 31)))
        },
        Scenario(name: "down") {
            $0.poll([], state: .unreachable(reason: "connection refused", hint: Scenario.absentHint))
        },
        Scenario(name: "starting") { $0.poll([], state: .starting, capacity: nil) },
        Scenario(name: "stale") {
            $0.poll([.llama, .nomic])
            $0.wait(12)
            $0.poll([.llama, .nomic], state: .stale(since: Date(timeIntervalSince1970: JourneyDriver.start)))
            $0.wait(20)
        },
        Scenario(name: "load picker") {
            $0.poll([.llama, .nomic])
            $0.press("l")
            $0.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        },
        Scenario(name: "load plan") {
            $0.poll([.llama, .sample("qwen3:8b", size: 6)], capacity: .gib(20))
            $0.press("l")
            $0.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
            $0.type("mist")
            $0.send(.modelOutlook(server: "gpu-box", .mistral))
        },
        Scenario(name: "absurd plan") {
            $0.poll(
                [.sample("absurd", size: 1e9), .sample("mistral-small:22b", size: -1e9)], capacity: .max,
                gpus: [
                    GPUReading(
                        index: 0, name: "", usedBytes: .max, totalBytes: .max,
                        processes: [
                            GPUProcess(processID: -1, usedBytes: .max, isOrphan: true),
                            GPUProcess(processID: 2, usedBytes: .min, isServer: true),
                            GPUProcess(processID: 3, usedBytes: .max, isServer: true),
                        ])
                ])
            var absurd = ModelOutlook.mistral
            absurd.description?.model.sizeBytes = .max
            absurd.description?.model.contextMaximum = .max
            absurd.description?.defaultContext = .max
            absurd.basis.capacity = ServerCapacity(
                devices: [.init(totalBytes: .max)], source: .gpu, settings: ServerSettings(parallelSlots: .max))
            $0.send(.modelOutlook(server: "gpu-box", absurd))
            $0.press("u")
            $0.send(.operationFinished(.unload(server: "gpu-box", model: "absurd"), .succeeded(nil)))
            $0.poll([.sample("mistral-small:22b", size: -1e9)])
            $0.press("l")
            $0.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
            $0.type("mist")
            $0.press("Left")
        },
        Scenario(name: "held") {
            var snapshot = ServerSnapshot.gpuBox(
                [.mistral(), .nomic], at: $0.clock,
                gpus: [
                    GPUReading(
                        index: 0, name: "A6000", usedBytes: .gib(24), totalBytes: .gib(48),
                        processes: [
                            GPUProcess(processID: 8, usedBytes: .gib(18), isServer: true),
                            GPUProcess(processID: 7, usedBytes: .gib(4), name: "llama-server", isOrphan: true),
                        ])
                ])
            snapshot.activities = [
                ModelActivity(
                    model: "mistral-small:22b", phase: .generating, requests: 2, outputTokens: 182, contextTokens: 4000,
                    contextLength: 8192, waitingRequests: 1, process: RunnerProcess(processID: 8, state: .running))
            ]
            snapshot.clients = [ServerClient(address: "127.0.0.1", processID: 4711, name: "python3")]
            $0.send(.snapshot(snapshot))
            $0.press("u")
            $0.wait(12)
            $0.press("Enter")
        },
        Scenario(name: "chain picker") {
            $0.poll([.llama, .nomic])
            $0.press("r")
            $0.send(.chainFiles(chains))
        },
        Scenario(name: "input") {
            $0.poll([.llama, .nomic])
            $0.press("r")
            $0.send(.chainFiles(chains))
            $0.press("Enter")
            $0.input(.paste("Which of the three claims hold?\nThink of the second measurement."))
        },
        Scenario(name: "help") {
            $0.poll([.llama, .nomic])
            $0.press("?")
        },
        Scenario(name: "filter") {
            $0.poll([.llama, .nomic, .mistral()])
            $0.press("/")
            $0.type("mis")
        },
        Scenario(name: "details") {
            $0.poll([.llama, .nomic])
            $0.press("Enter")
        },
        Scenario(name: "unload twice") {
            $0.poll([.llama, .nomic, .mistral()])
            $0.press("u u")
        },
        Scenario(name: "quit") {
            $0.runToSecondLoad()
            $0.press("q")
        },
        Scenario(name: "gpus") {
            $0.poll(
                [.llama, .nomic, .mistral()],
                gpus: [
                    GPUReading(
                        index: 0, name: "NVIDIA RTX A6000", usedBytes: .gib(21.2), totalBytes: .gib(48),
                        utilizationPercent: 97)
                ])
        },
        Scenario(name: "two servers") {
            $0.send(.serverFound(.mac))
            $0.poll([.llama, .nomic])
            $0.send(
                .snapshot(
                    ServerSnapshot(
                        name: "mac", provider: .llamaCpp, url: "http://mac:8080",
                        time: Date(timeIntervalSince1970: $0.clock), state: .ready, version: "b4321",
                        models: [
                            .sample("qwen3:32b", size: 20.2, expires: nil, server: "mac"),
                            .sample("llama3.1:8b", size: 5.4, expires: nil, server: "mac"),
                        ])))
        },
        Scenario(name: "hostile text") {
            $0.poll([.sample("evil\u{1B}[2J\u{202E}name:\u{07}日本語", size: 1, expires: 20)])
            $0.beginRun()
            $0.events(
                .stepStarted(step: 1, name: "st\u{1B}]0;x\u{07}ep", model: nil, prompt: nil),
                .token(
                    step: 1, text: "\u{1B}[31mred\u{9B}2J\u{200B}\u{202E}abc e\u{301}\u{301} 👩‍👩‍👧\r\n\ttab",
                    thinking: false),
                .log(level: "error", component: "x\u{1B}", message: "two\nlines \u{1B}[0m"))
        },
        Scenario(name: "absurd figures") {
            let absurd = ModelInfo(
                name: "absurd", provider: .ollama, server: "gpu-box", isLoaded: true, sizeBytes: 1,
                vramBytes: .max, contextLength: .max, expiresAt: Date(timeIntervalSince1970: 1e300), loadSeconds: .nan)
            let negative = ModelInfo(
                name: "negative", provider: .ollama, server: "gpu-box", isLoaded: true, sizeBytes: 3,
                vramBytes: -(.max), contextLength: -1, expiresAt: Date(timeIntervalSince1970: -1e300))
            $0.poll(
                [absurd, negative, .sample("more", size: 1e9)], capacity: 1,
                gpus: [
                    GPUReading(index: .max, name: "", usedBytes: .max, totalBytes: .max, utilizationPercent: -7),
                    GPUReading(index: 1, name: "", usedBytes: .max, totalBytes: 0, utilizationPercent: .max),
                ])
            $0.press("Enter")
            $0.beginRun()
            $0.events(
                .modelLoadStarted(model: "deepseek-r1:70b", step: .max, prefetch: false, expectedSeconds: .infinity),
                .loadProgress(model: "deepseek-r1:70b", fraction: .nan, inferred: true),
                .stepStarted(step: -3, name: "", model: nil, prompt: nil),
                .stepStarted(step: .max, name: "", model: nil, prompt: nil),
                .token(step: .max, text: "x", thinking: false),
                .stepStarted(step: 2, name: "two", model: "deepseek-r1:70b", prompt: ""),
                .stepFinished(
                    ChainEvent.StepResult(
                        step: 2, queueSeconds: -.infinity, loadSeconds: .nan, firstTokenSeconds: 1e300,
                        generateSeconds: -1, promptTokens: .max, outputTokens: .max, tokensPerSecond: .infinity,
                        output: "")),
                .runFinished(
                    ChainEvent.RunResult(
                        status: .completed, output: "", peakVRAMBytes: .max, finalVRAMBytes: .max,
                        stallSeconds: .nan, sumVRAMBytes: .max, seconds: .infinity)))
        },
    ]
}
