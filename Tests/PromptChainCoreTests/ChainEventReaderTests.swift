import Foundation
import PromptChainCore
import Testing

@Suite struct ChainEventReaderTests {
    private static let time = Date(timeIntervalSince1970: 1_795_503_600)

    private static let snapshot = ServerSnapshot(
        name: "box", provider: .ollama, url: "http://box:11434", time: time, state: .stale(since: time),
        version: "0.32.1", capacityBytes: 48_000_000_000,
        models: [
            ModelInfo(
                name: ModelName("m:1", on: .ollama), provider: .ollama, server: "box", isLoaded: true, sizeBytes: 10,
                vramBytes: 4, contextLength: 4096, expiresAt: time, loadSeconds: 2.5, lastUsed: time, digest: "d",
                parameters: ["family": "llama"])
        ],
        gpus: [
            GPUReading(
                index: 1, name: "L4", usedBytes: 7, totalBytes: 9, isUnified: true,
                processes: [GPUProcess(processID: 7, usedBytes: 3, name: "x", parentID: 1, isOrphan: true)],
                vendor: .amd)
        ],
        activities: [
            ModelActivity(
                model: "m:1", phase: .generating, requests: 2, outputTokens: 12, waitingRequests: 3,
                process: RunnerProcess(
                    processID: 61, parentID: 50, state: .blocked, ageSeconds: 1.5, residentBytes: 8, readBytes: 9,
                    settings: RunnerSettings(
                        contextTokens: 8192, parallelSlots: 2, keyType: "q8_0", valueType: "q4_0",
                        flashAttention: "on", gpuLayers: 33)))
        ],
        clients: [ServerClient(address: "10.0.0.7", processID: 5, name: "python3", connections: 2)],
        missingModels: ["m:1"], usualLoadSeconds: ["m:1": 2.5])

    private static let use = ChainEvent.ToolUse(call: "c1", server: "files", tool: "read", arguments: ["path": "a"])

    static let events: [ChainEvent] = [
        .runStarted(.init(chain: "c", steps: ["A", "B"], models: ["m:1", nil], policy: "lru", capacityBytes: 5)),
        .modelLoadStarted(model: "m:1", step: 2, prefetch: true, expectedSeconds: 2.5),
        .loadProgress(model: "m:1", fraction: 0.5, inferred: true),
        .modelLoaded(model: "m:1", loadSeconds: 1.5, vramBytes: 7, contextLength: 4096),
        .modelLoadFailed(model: "m:1", error: "no room", hint: "unload"),
        .modelUnloadStarted(model: "m:1", reason: "why"),
        .modelUnloaded(model: "m:1", unloadSeconds: 0.5, verified: false),
        .stepStarted(step: 1, name: "A", model: "m:1", prompt: "p"),
        .stepStarted(step: 1, name: "A", model: nil, prompt: nil, items: 12),
        .promptSent(
            .init(
                step: 1, round: 2, server: "gpu-box", model: "m:1", kept: 3,
                messages: [
                    .init(role: "system", content: ""),
                    .init(
                        role: "user", content: nil,
                        pictures: [
                            .init(name: "a.png", kind: "image/png", byteCount: 7),
                            .init(kind: "image/webp", byteCount: 8),
                        ]),
                    .init(role: "assistant", content: "c", calls: [.init(tool: "f", arguments: ["x": 1])]),
                    .init(role: "tool", content: "d", tool: "f"),
                ], tools: ["f", "g"], parameters: ["stream": true, "options": ["num_ctx": 4096]])),
        .promptSent(.init(step: 1, round: 1, server: "", model: nil, messages: [])),
        .token(step: 1, text: "t", thinking: true),
        .stepFinished(
            .init(
                step: 1, queueSeconds: 1, loadSeconds: 2, firstTokenSeconds: 3, generateSeconds: 4, promptTokens: 5,
                outputTokens: 6, tokensPerSecond: 7, output: "o")),
        .stepFailed(step: 1, reason: "r", output: "o"), .stepSkipped(step: 2, reason: "r"),
        .stepRetried(step: 1, attempt: 2, reason: "r"), .stepRetried(step: 1, attempt: 2, reason: "r", breaker: "b"),
        .jumped(from: 3, to: 1, breaker: "b"), .runResumed(fromStep: 2, seconds: 1.5), .toolCalled(step: 1, use),
        .toolFinished(step: 1, use, seconds: 0.25, isError: true, output: "o"), .jumped(from: 3, to: 1),
        .chainBroken(step: 1, breaker: "b", reason: "r"), .warning(message: "m", hint: nil),
        .log(level: "info", component: "c", message: "m"), .serverSample(snapshot), .runResumed(fromStep: 2),
        .runFinished(
            .init(
                status: .broken, output: "o", error: "e", peakVRAMBytes: 1, finalVRAMBytes: 0, stallSeconds: 2,
                sumVRAMBytes: 3, seconds: 4)),
    ]

    @Test(arguments: events)
    func comesBackAsItWas(event: ChainEvent) throws {
        let record = ChainEventRecord(sequence: 7, time: Self.time, run: "r", item: 3, event: event)
        var reader = ChainEventReader()
        #expect(try reader.read(record.jsonLine()) == record)
    }

    @Test func aPlanComesBackAsItIsTold() throws {
        let schedule = ResidencyPlanner.schedule(
            PlanningProblem(
                steps: [PlanningStep(model: "a:1", seconds: 10), PlanningStep(model: "b:1", seconds: 10)],
                models: [
                    PlanningModel(name: "a:1", vramBytes: 9, loadSeconds: 1, unloadSeconds: 1),
                    PlanningModel(name: "b:1", vramBytes: 9, loadSeconds: 1, unloadSeconds: 1),
                ], memory: PlanningMemory(capacityBytes: 10)), policy: .planned)
        let line = ChainEventRecord(sequence: 1, time: Self.time, run: "r", event: .planMade(schedule)).jsonLine()
        var reader = ChainEventReader()
        #expect(try reader.read(line)?.jsonLine() == line)
    }

    @Test func whatIsMissingIsFilledIn() throws {
        var reader = ChainEventReader(run: "mine", now: { Self.time })
        let first = try reader.read(#"{"event":"run_started","chain":"c","steps":["A","B"]}"#)
        let started = ChainEvent.RunStarted(chain: "c", steps: ["A", "B"], models: [nil, nil])
        #expect(first == ChainEventRecord(sequence: 1, time: Self.time, run: "mine", event: .runStarted(started)))
        let second = try reader.read(#"{"event":"token","step":1,"text":"x"}"#)
        #expect(second?.sequence == 2)
        #expect(second?.event == .token(step: 1, text: "x", thinking: false))
        #expect(try reader.read(#"{"event":"step_finished","step":1,"output":"x","seq":9}"#)?.sequence == 9)
        #expect(try reader.read(#"{"event":"token","step":2,"text":""}"#)?.sequence == 10)
        let step = ChainEvent.stepStarted(step: 2, name: "step 2", model: nil, prompt: nil)
        #expect(try reader.read(#"{"event":"step_started","step":2}"#)?.event == step)
        #expect(try reader.read(#"{"event":"step_started","step":2,"items":-3}"#)?.event == step)
        #expect(try reader.read(#"{"event":"jumped","from":2,"to":1}"#)?.event == .jumped(from: 2, to: 1))
        #expect(try reader.read(#"{"event":"run_resumed","from_step":2}"#)?.event == .runResumed(fromStep: 2))
    }

    @Test func emptyLinesAndNewerEventsArePassedOver() throws {
        var reader = ChainEventReader()
        #expect(try reader.read("  \r") == nil)
        #expect(try reader.read(#"{"v":1,"event":"moon_rose","step":"x"}"#) == nil)
    }

    @Test(arguments: [
        ("{", "this is no JSON"), ("[]", "an event is a JSON object"), ("{}", "the event has no “event”"),
        (#"{"v":2,"event":"token"}"#, "the event's version is 2, and only 1 is known"),
        (#"{"event":"token","text":"x"}"#, "“token” has no “step”"),
        (#"{"event":"token","step":0,"text":"x"}"#, "“step” of “token” cannot be 0"),
        (#"{"event":"token","step":1e9,"text":"x"}"#, "“step” of “token” cannot be 1000000000"),
        (#"{"event":"run_finished","status":"well"}"#, "“status” of “run_finished” cannot be \"well\""),
        (#"{"event":"warning","message":"m","time":"noon"}"#, "“time” of “warning” cannot be \"noon\""),
    ])
    func faultsSayWhatIsWrong(line: String, message: String) {
        var reader = ChainEventReader()
        #expect(throws: ChainEventReader.Fault.self) { _ = try reader.read(line) }
        do { _ = try reader.read(line) } catch { #expect("\(error)" == message) }
    }
}
