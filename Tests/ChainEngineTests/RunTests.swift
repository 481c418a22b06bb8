import ModelManagement
import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct RunTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }
    var clock: ManualClock { bench.clock }

    @Test func strictUnloadsAfterEveryStep() async {
        let server = gpuBox(clock)
        let result = await bench.run(chain([small, large, small], policy: .strict), on: server)
        #expect(
            transcript.lines == [
                "run test [A, B, C] strict",
                "step 1 mistral-small:22b: in+A",
                "loading mistral-small:22b for 1",
                "loaded mistral-small:22b 2.0s 13GB ctx 4096",
                "token 1 answer 1",
                "done 1: answer 1",
                "unloading mistral-small:22b: step 2 needs deepseek-r1:70b",
                "unloaded mistral-small:22b",
                "step 2 deepseek-r1:70b: answer 1+B",
                "loading deepseek-r1:70b for 2",
                "loaded deepseek-r1:70b 9.0s 42GB ctx 4096",
                "token 2 answer 2",
                "done 2: answer 2",
                "unloading deepseek-r1:70b: step 3 needs mistral-small:22b",
                "unloaded deepseek-r1:70b",
                "step 3 mistral-small:22b: answer 2+C",
                "loading mistral-small:22b for 3",
                "loaded mistral-small:22b 2.0s 13GB ctx 4096",
                "token 3 answer 3",
                "done 3: answer 3",
                "unloading mistral-small:22b: the chain is done",
                "unloaded mistral-small:22b",
                "completed: answer 3",
            ])
        #expect(
            transcript.logs.prefix(5) == [
                "🔄 Model Management: Initial cleanup - checking for loaded models",
                "🔄 Model Management: Loading mistral-small:22b",
                "✓ Successfully loaded mistral-small:22b in 2.00s (VRAM: 13000MB)",
                "🔄 Model Management: Unloading mistral-small:22b: step 2 needs deepseek-r1:70b",
                "✓ Successfully unloaded mistral-small:22b",
            ])
        #expect(server.loadedNames == [])
        #expect(result.peakVRAMBytes == 42_000_000_000)
        #expect(result.sumVRAMBytes == 55_000_000_000)
        #expect(result.finalVRAMBytes == 0)
        // Three loads, and the two unloads between steps; nothing waits for the last one.
        #expect(result.stallSeconds == 2 + 9 + 2 + 0.5 * 2)
    }

    @Test func sequenceNumbersHaveNoGaps() async {
        _ = await bench.run(chain([small, large]), on: gpuBox(clock))
        #expect(transcript.all.map(\.sequence) == Array(1...transcript.all.count))
        #expect(Set(transcript.all.map(\.run)) == ["r1"])
    }

    @Test func strictReloadsTheSameModel() async {
        let server = gpuBox(clock)
        _ = await bench.run(chain([small, small], policy: .strict), on: server)
        #expect(
            server.calls == [
                "load mistral-small:22b", "unload mistral-small:22b", "load mistral-small:22b",
                "unload mistral-small:22b",
            ])
    }

    @Test func sameModelKeepsWhatTheNextStepUses() async {
        let server = gpuBox(clock)
        _ = await bench.run(chain([small, "mistral-small:22b", large]), on: server)
        #expect(
            server.calls == [
                "load mistral-small:22b", "unload mistral-small:22b", "load deepseek-r1:70b",
                "unload deepseek-r1:70b",
            ])
    }
}
