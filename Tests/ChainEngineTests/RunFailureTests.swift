import ModelManagement
import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct RunFailureTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }

    private let noMemory = ModelManagementError(
        kind: .loadFailed, action: "load deepseek-r1:70b", server: "gpu-box", reason: "out of memory",
        hint: "unload other models", status: 500)

    @Test func loadFailureIsTheStepsOutput() async {
        let server = gpuBox(bench.clock)
        server.set { $0.loadErrors[large] = noMemory }
        let run = bench.make(chain([small, large, small]), on: server)
        let result = await run.start(input: "in") { transcript.take($0) }
        let sentence = "cannot load deepseek-r1:70b on gpu-box: out of memory"
        #expect(
            transcript.lines.suffix(5) == [
                "step 2 deepseek-r1:70b: answer 1+B",
                "loading deepseek-r1:70b for 2",
                "load failed deepseek-r1:70b: \(sentence)",
                "failed 2: \(sentence) | Model management failed: \(sentence)",
                "failed: Model management failed: \(sentence)",
            ])
        #expect(result.error == sentence)
        #expect(run.failure == noMemory)
        #expect(server.loadedNames == [])
    }

    @Test func aRuleSeesTheLoadFailure() async {
        let server = gpuBox(bench.clock)
        server.set { $0.loadErrors[small] = noMemory }
        let breaker = Chainbreaker("timeout_chainbreaker") { _, output, _ in
            output.lowercased().contains("model management failed")
                ? (true, "Model management error", "Process stopped due to VRAM issues") : (false, "", nil)
        }
        let result = await bench.run(chain([small, large]), on: server, chainbreakers: [breaker])
        #expect(result.status == .broken)
        #expect(result.output == "Process stopped due to VRAM issues")
        #expect(transcript.lines.contains("broken 1 timeout_chainbreaker: Model management error"))
    }

    @Test func ruleWithoutOutputKeepsTheSteps() async {
        let server = gpuBox(bench.clock)
        let breaker = Chainbreaker("short") { step, output in (step == 1 && output == "answer 1", "enough", nil) }
        let result = await bench.run(chain([small, large]), on: server, chainbreakers: [breaker])
        #expect(result.status == .broken)
        #expect(result.output == "answer 1")
        #expect(server.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
    }

    @Test func brokenAnswerKeepsTheTextSoFar() async {
        let server = gpuBox(bench.clock)
        let crash = ModelManagementError(
            kind: .interrupted, action: "finish the answer of deepseek-r1:70b", server: "gpu-box",
            reason: "the runner has crashed")
        server.set { $0.acts[large] = [.text("half an "), .text("ans"), .fail(crash)] }
        let result = await bench.run(chain([small, large, small]), on: server)
        #expect(transcript.lines.contains("failed 2: \(crash.sentence) | half an ans"))
        #expect(result.status == .failed)
        #expect(result.output == "half an ans")
        #expect(result.error == crash.sentence)
        #expect(transcript.lines.contains("unloading deepseek-r1:70b: the chain failed"))
        #expect(server.loadedNames == [])
    }

    @Test func anAnswerWithoutAnEndIsAFailure() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = [.text("half")] }
        let result = await bench.run(chain([small]), on: server)
        #expect(result.error == "cannot finish the answer of mistral-small:22b on gpu-box: the answer broke off")
        #expect(result.output == "half")
    }

    @Test func unknownModelFailsWithItsHint() async {
        let server = gpuBox(bench.clock)
        _ = await bench.run(chain(["mistral-smal:22b"]), on: server)
        #expect(
            transcript.all.contains { record in
                if case .modelLoadFailed(_, _, let hint) = record.event {
                    hint?.contains("mistral-small:22b") == true
                } else {
                    false
                }
            })
    }

    @Test func missingModelIsPulledWhenAsked() async {
        let server = gpuBox(bench.clock)
        let result = await bench.run(chain(["phi4"]), on: server, options: ChainRunOptions(pull: true))
        #expect(result.status == .completed)
        #expect(server.calls == ["load phi4", "pull phi4", "load phi4", "unload phi4"])
        #expect(transcript.logs.contains("🔄 Model Management: Pulling phi4: 50 % of 1 MiB") == false)
        #expect(transcript.logs.contains("✓ Successfully pulled phi4"))
    }

    @Test func serverOutOfReachIsAskedOnce() async {
        let server = gpuBox(bench.clock)
        let down = ModelManagementError(
            kind: .unreachable, action: "list models", server: "gpu-box", reason: "connection refused")
        server.set { $0.listError = down }
        let run = bench.make(chain([small]), on: server)
        let result = await run.start(input: "in") { transcript.take($0) }
        #expect(result.status == .failed)
        #expect(run.failure?.kind == .unreachable)
        #expect(server.calls == [])
        #expect(result.finalVRAMBytes == 0)
    }

    @Test func modelThatStaysIsAWarningAndIsAskedAgainAtTheEnd() async {
        let server = gpuBox(bench.clock)
        server.set { $0.stuck = [small] }
        let result = await bench.run(chain([small, large]), on: server)
        #expect(result.status == .completed)
        #expect(
            server.calls == [
                "load mistral-small:22b", "unload mistral-small:22b", "load deepseek-r1:70b",
                "unload mistral-small:22b",
                "unload deepseek-r1:70b",
            ])
        #expect(
            transcript.warnings.first
                == "Model may still be loaded in Ollama: mistral-small:22b was asked to leave gpu-box and is still there"
        )
        #expect(result.finalVRAMBytes == 13_000_000_000)
        #expect(result.peakVRAMBytes == 55_000_000_000)
    }

    @Test func failingUnloadIsAWarning() async {
        let server = gpuBox(bench.clock)
        let error = ModelManagementError(
            kind: .server, action: "unload mistral-small:22b", server: "gpu-box", reason: "500 internal error")
        server.set { $0.unloadErrors[small] = error }
        let result = await bench.run(chain([small]), on: server)
        #expect(result.status == .completed)
        #expect(transcript.warnings == ["Model may still be loaded in Ollama: \(error.sentence)"])
    }

    @Test func aRunStartsOnce() async {
        let run = bench.make(chain([small]), on: gpuBox(bench.clock))
        _ = await run.start(input: "in") { transcript.take($0) }
        let count = transcript.all.count
        let second = await run.start(input: "in") { transcript.take($0) }
        #expect(second.status == .failed)
        #expect(transcript.all.count == count)
    }
}
