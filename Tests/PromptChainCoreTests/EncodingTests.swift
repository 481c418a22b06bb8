import Foundation
import PromptChainCore
import Testing

@Suite struct JSONValueTests {
    @Test(arguments: [
        "null", "true", "1", "-5", "0.5", #""a\nb""#, "[]", "{}", #"{"a":[1,2.5,"x",null,{"b":false}]}"#,
        "9223372036854775807",
    ])
    func comesBackAsItWas(text: String) throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(JSONText.line(value) == text)
    }

    @Test func numbersAreReadAsWhatIsAskedFor() {
        #expect(JSONValue.number(5).integerValue == 5)
        #expect(JSONValue.number(5.5).integerValue == nil)
        #expect(JSONValue.integer(5).doubleValue == 5)
        #expect(JSONValue.bool(true).integerValue == nil)
        #expect((["a": 1] as JSONValue)["a"] == 1)
        #expect(JSONValue.null["a"] == nil)
    }

    @Test func whatIsNoNumberDoesNotLoseTheLine() {
        #expect(JSONText.line(["x": Double.infinity]) == #"{"x":"inf"}"#)
    }
}

@Suite struct ValueEncodingTests {
    private let time = Date(timeIntervalSince1970: 1_795_503_600)

    @Test func aModelWritesEveryKey() {
        let unknown = ModelInfo(name: "mistral", provider: .ollama, server: "box")
        #expect(
            JSONText.line(unknown)
                == #"{"context_length":null,"cpu_bytes":null,"digest":null,"expires_at":null,"is_loaded":false,"#
                + #""last_used":null,"load_seconds":null,"name":"mistral:latest","parameters":{},"pinned":false,"#
                + #""provider":"ollama","server":"box","size_bytes":null,"vram_bytes":null}"#)
        let known = ModelInfo(
            name: "m:1", provider: .ollama, server: "box", isLoaded: true, sizeBytes: 10, vramBytes: 4,
            contextLength: 4096, expiresAt: time, loadSeconds: 2.5, lastUsed: time, digest: "d")
        #expect(
            JSONText.line(known)
                == #"{"context_length":4096,"cpu_bytes":6,"digest":"d","expires_at":"2026-11-24T07:00:00.000Z","#
                + #""is_loaded":true,"last_used":"2026-11-24T07:00:00.000Z","load_seconds":2.5,"name":"m:1","#
                + #""parameters":{},"pinned":false,"provider":"ollama","server":"box","size_bytes":10,"vram_bytes":4}"#)
        #expect(known.vramFraction == 0.4)
        var pinned = known
        pinned.isPinned = true
        #expect(JSONText.line(pinned).contains(#""expires_at":null"#))
    }

    @Test func anInstalledModelWritesEveryKey() {
        let model = InstalledModel(name: "nomic", server: "box", capabilities: ["embedding"])
        #expect(
            JSONText.line(model)
                == #"{"capabilities":["embedding"],"cloud":false,"context_maximum":null,"modified_at":null,"#
                + #""name":"nomic:latest","parameter_size":null,"quantization":null,"server":"box","size_bytes":null}"#)
        #expect(model.isEmbeddingOnly)
        #expect(!InstalledModel(name: "x", server: "s").isEmbeddingOnly)
    }

    @Test func aServerWritesItsStateAndReason() {
        let snapshot = ServerSnapshot(
            name: "box", provider: .ollama, url: "http://box:1", time: time,
            state: .unreachable(reason: "connection refused", hint: "h"))
        #expect(
            JSONText.line(snapshot)
                == #"{"activities":[],"capacity_bytes":null,"capacity_learned":false,"clients":null,"#
                + #""gpus":[],"hint":"h","missing_models":null,"models":[],"name":"box","provider":"ollama","#
                + #""reason":"connection refused","state":"unreachable","time":"2026-11-24T07:00:00.000Z","#
                + #""url":"http://box:1","usual_load_seconds":{},"verdicts":[],"version":null}"#)
        #expect(snapshot.usedVRAMBytes == 0)
        var other = snapshot
        other.models = [ModelInfo(name: "a", provider: .ollama, server: "box")]
        #expect(other.usedVRAMBytes == nil)
        other.models.append(ModelInfo(name: "b", provider: .ollama, server: "box", vramBytes: 5))
        #expect(other.usedVRAMBytes == 5)
    }

    @Test func aFaultIsWrittenAsCompilersDo() {
        let fault = FileFault(file: "a.yaml", line: 3, column: 7, message: "unknown key", hint: "Did you mean x?")
        #expect(fault.description == "a.yaml:3:7: error: unknown key\n    Did you mean x?")
        let whole = FileFault(file: "a.yaml", severity: .warning, message: "m")
        #expect(whole.description == "a.yaml: warning: m")
        #expect(
            JSONText.line(whole)
                == #"{"column":null,"file":"a.yaml","hint":null,"line":null,"message":"m","severity":"warning"}"#)
    }

    @Test func levelsOfTheLogAreOrdered() {
        #expect(LogLine.Level.debug < .info)
        #expect(LogLine.Level.allCases.sorted() == LogLine.Level.allCases)
    }
}

@Suite struct ChainEventRecordTests {
    private func line(_ event: ChainEvent) -> String {
        ChainEventRecord(
            sequence: 7, time: Date(timeIntervalSince1970: 1_795_503_600), run: "r1", event: event
        ).jsonLine()
    }

    private let rest = #""run":"r1","seq":7"#

    @Test func everyEventIsOneLineWithItsNameAndNumber() throws {
        let started = ChainEvent.RunStarted(chain: "c", steps: ["a", "b"], models: ["m", nil], policy: "planned")
        let events: [(ChainEvent, String)] = [
            (.runStarted(started), "run_started"),
            (.modelLoadStarted(model: "m", step: 1, prefetch: true, expectedSeconds: nil), "model_load_started"),
            (.loadProgress(model: "m", fraction: 0.5, inferred: true), "load_progress"),
            (.modelLoaded(model: "m", loadSeconds: 2, vramBytes: nil, contextLength: 1), "model_loaded"),
            (.modelLoadFailed(model: "m", error: "e", hint: nil), "model_load_failed"),
            (.modelUnloadStarted(model: "m", reason: "r"), "model_unload_started"),
            (.modelUnloaded(model: "m", unloadSeconds: 1, verified: true), "model_unloaded"),
            (.stepStarted(step: 1, name: "a", model: nil, prompt: nil), "step_started"),
            (.token(step: 1, text: "a\nb", thinking: false), "token"),
            (.stepFinished(ChainEvent.StepResult(step: 1, output: "o")), "step_finished"),
            (.stepFailed(step: 1, reason: "r", output: ""), "step_failed"),
            (.stepRetried(step: 1, attempt: 2, reason: "r"), "step_retried"),
            (.chainBroken(step: 1, breaker: "b", reason: "r"), "chain_broken"),
            (.warning(message: "m", hint: "h"), "warning"),
            (.log(level: "info", component: "c", message: "m"), "log"),
            (.runFinished(ChainEvent.RunResult(status: .completed, output: "o")), "run_finished"),
        ]
        for (event, name) in events {
            let text = line(event)
            #expect(!text.contains("\n"))
            let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            #expect(value["event"] == .string(name))
            #expect(value["seq"] == 7)
            #expect(value["v"] == 1)
            #expect(value["time"] == "2026-11-24T07:00:00.000Z")
        }
    }

    @Test func unknownMembersAreNull() {
        #expect(
            line(.modelLoadStarted(model: "mistral", step: 2, prefetch: false, expectedSeconds: nil))
                == #"{"event":"model_load_started","expected_seconds":null,"model":"mistral:latest","prefetch":false,"#
                + rest + #","step":2,"time":"2026-11-24T07:00:00.000Z","v":1}"#)
    }

    @Test func stepsAreListedWithTheirModels() {
        let started = ChainEvent.RunStarted(
            chain: "c", steps: ["a", "b"], models: ["m", nil], servers: ["box"], policy: "planned", capacityBytes: 5)
        #expect(
            line(.runStarted(started))
                == #"{"capacity_bytes":5,"chain":"c","event":"run_started","policy":"planned",\#(rest),"#
                + #""steps":[{"model":"m:latest","name":"a","server":"box","step":1},"#
                + #"{"model":null,"name":"b","server":null,"step":2}],"#
                + #""time":"2026-11-24T07:00:00.000Z","v":1}"#)
    }
}
