import Dashboard
import Foundation
import ModelManagement
import PromptChainCore
import Testing

@testable import DashboardRuntime

/// Every rule whose facts a simulated Ollama can produce, from its answers to the line under the header.
@Suite struct SimulatedVerdictTests {
    private func load(
        _ bench: SimulatedBench, _ model: ModelName, context: Int? = nil, keepAlive: KeepAlive = .serverDefault
    ) async throws {
        _ = try await bench.stranger.loadModel(
            model, params: LoadParameters(contextLength: context, keepAlive: keepAlive))
        await bench.read()
    }

    @Test(.timeLimit(.minutes(5))) func aServerThatStarts() async throws {
        try await SimulatedBench.with(faults: "slow-start:seconds=100000") { bench in
            await bench.wait()
            #expect(
                bench.line.hasSuffix(
                    "box is starting: Ollama looks for its GPUs"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aServerThatFallsSilent() async throws {
        try await SimulatedBench.with { bench in
            await bench.read()
            #expect(bench.line.hasPrefix("· idle: no model in memory"))
            bench.pass(20)
            // The poller tells so while its question stays open.
            await bench.wait()
            #expect(bench.line.hasPrefix("▲ box has not answered for 2"))
            await bench.read()
            #expect(bench.line.hasPrefix("· idle: no model in memory"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aServerThatIsGone() async throws {
        try await SimulatedBench.with { bench in
            await bench.read()
            await bench.server.stop()
            await bench.read()
            #expect(bench.line.hasPrefix("✘ box unreachable: connection refused"))
            #expect(bench.line.hasSuffix("w why"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aLoadThatTakesLonger() async throws {
        try await SimulatedBench.with(faults: "slow-load:seconds=100000", usualLoad: ("llama3.2:3b", 2)) { bench in
            await bench.read()
            bench.press("l")
            await bench.messages { if case .installedModels = $0 { true } else { false } }
            bench.type("llama3.2:3b")
            bench.press("Enter")
            // What is usual is looked up once the load is on its way.
            repeat { await bench.read(after: 0) } while bench.last?.usualLoadSeconds["llama3.2:3b"] == nil
            #expect(!bench.line.contains("usually"))
            bench.pass(10)
            await bench.read()
            #expect(bench.line.contains("▲ llama3.2:3b loads: 1"))
            #expect(bench.line.contains("s, usually 2.0s"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aModelThatDoesNotLeave() async throws {
        try await SimulatedBench.with(faults: "unload-never-frees") { bench in
            try await load(bench, "llama3.2:3b")
            bench.press("u")
            bench.pass(4)
            await bench.read()
            #expect(bench.line.hasPrefix("▲ llama3.2:3b has not left: "))
        }
    }

    @Test(.timeLimit(.minutes(5))) func anotherClientWantsAnotherContext() async throws {
        try await SimulatedBench.with { bench in
            try await load(bench, "llama3.2:3b", context: 4096)
            try await load(bench, "llama3.2:3b", context: 8192)
            #expect(bench.line.hasPrefix("▲ llama3.2:3b was loaded anew for another context: 4k → 8k"))
            try await load(bench, "llama3.2:3b", context: 4096)
            #expect(bench.line.hasPrefix("▲ llama3.2:3b was loaded anew 2 times in "))
            bench.press("w")
            #expect(bench.shows("4096 tokens → 8192 tokens"))
            #expect(bench.shows("another client"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func twoModelsThatEvictEachOther() async throws {
        try await SimulatedBench.with(vram: 24 << 30) { bench in
            await bench.read()
            for _ in 0..<2 {
                try await load(bench, "qwen2.5:32b")
                try await load(bench, "mistral-small:22b")
            }
            #expect(bench.line.hasPrefix("▲ mistral-small:22b and qwen2.5:32b evict each other: 4 loads in "))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aPinThatAnotherClientTakesAway() async throws {
        try await SimulatedBench.with { bench in
            try await load(bench, "llama3.2:3b", keepAlive: .forever)
            try await load(bench, "llama3.2:3b", keepAlive: .seconds(300))
            #expect(bench.line.hasPrefix("▲ llama3.2:3b stays less long now: pinned → "))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aModelThatDoesNotFit() async throws {
        try await SimulatedBench.with(vram: 16 << 30) { bench in
            try await load(bench, "qwen2.5:32b")
            #expect(bench.line.contains(" % on the CPU: ") && bench.line.hasPrefix("▲ qwen2.5:32b runs "))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aGPUThatIsLost() async throws {
        try await SimulatedBench.with(faults: "gpu-lost:model=qwen2.5:32b") { bench in
            try await load(bench, "llama3.2:3b")
            _ = try await bench.stranger.unloadModel("llama3.2:3b")
            try await load(bench, "qwen2.5:32b")
            #expect(bench.line.hasPrefix("▲ box loads on the CPU now: qwen2.5:32b has nothing in VRAM"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aModelThatIsDeletedWhileLoaded() async throws {
        try await SimulatedBench.with { bench in
            try await load(bench, "llama3.2:3b", keepAlive: .forever)
            #expect(bench.line.hasPrefix("· idle: 1 model in memory"))
            try await bench.stranger.delete("llama3.2:3b")
            // The list of what is on disk is asked for once a minute.
            bench.pass(60)
            await bench.read()
            #expect(bench.line.hasPrefix("▲ llama3.2:3b is gone from the disk and still in memory"))
        }
    }

    private func chain(_ bench: SimulatedBench, _ text: String) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: "verdict-\(UUID().uuidString).yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file
    }

    @Test(.timeLimit(.minutes(5))) func aStepThatFallsSilent() async throws {
        try await SimulatedBench.with(faults: "hang:after=3,path=/api/chat") { bench in
            await bench.read()
            let file = try chain(
                bench, "name: talk\nsteps: [{name: Say, model: \"ollama/llama3.2:3b\", instruction: \"Say {input}\"}]\n"
            )
            defer { try? FileManager.default.removeItem(at: file) }
            bench.perform(.startRun(path: file.path, input: "much"))
            await bench.messages { message in
                guard case .runEvents(let records) = message else { return false }
                return records.contains { if case .token = $0.event { true } else { false } }
            }
            bench.pass(15)
            #expect(bench.line.hasPrefix("▲ step 1/1 has written nothing for 1"))
            bench.press("w")
            #expect(bench.shows("s stops it"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aPromptThatIsCut() async throws {
        try await SimulatedBench.with { bench in
            await bench.read()
            let file = try chain(
                bench,
                "name: read\nsteps: [{name: Read, model: \"ollama/llama3.2:3b\", instruction: \"Sum up: {input}\"}]\n")
            defer { try? FileManager.default.removeItem(at: file) }
            try await load(bench, "llama3.2:3b")
            let text = String(repeating: "internationalization of characteristics ", count: 4000)
            bench.perform(.startRun(path: file.path, input: text))
            await bench.messages { if case .runEnded = $0 { true } else { false } }
            await bench.read()
            #expect(bench.line.hasPrefix("▲ step 1/1 lost part of its prompt: "))
        }
    }
}
