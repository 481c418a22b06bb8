import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite struct LocalAIManagerTests {
    @Test func waitsUntilTheServerIsReady() async throws {
        try await ProviderBench.with(.localAI) { (bench: ProviderBench) async throws in
            bench.memory.change { $0.startingReadings = 3 }
            #expect(await bench.manager.healthCheck() == false)
            let info = try await bench.load()
            #expect(info.isLoaded)
            #expect(bench.clock.waits.count == 2)
        }
    }

    @Test func memoryIsTheProcessAndNotTheGPU() async throws {
        try await ProviderBench.with(.localAI, isLoaded: true) { (bench: ProviderBench) async throws in
            let info = try #require(try await bench.manager.loadedModels().first)
            #expect(info.parameters == ["backend": "llama-cpp", "resident_bytes": 4_200_000_000])
            bench.server.on("GET", "/backend/monitor", .json(#"{"state":2,"memory":{"total":123}}"#))
            #expect(try await bench.manager.loadedModels().first?.parameters["backend_bytes"] == 123)
        }
    }

    @Test func whoMayNotMonitorIsNotAskedAgain() async throws {
        try await ProviderBench.with(.localAI, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.server.on("GET", "/backend/monitor", .status(403))
            #expect(try await bench.manager.loadedModels().first?.parameters == ["backend": "llama-cpp"])
            _ = try await bench.manager.loadedModels()
            #expect(bench.count("/backend/monitor") == 1)
        }
    }

    @Test func aBackendThatDoesNotAnswerHoldsNothingUp() async throws {
        try await ProviderBench.with(.localAI, isLoaded: true, timeout: 0.2) {
            (bench: ProviderBench) async throws in
            bench.server.on("GET", "/backend/monitor", .hang)
            #expect(try await bench.manager.loadedModels().map(\.name) == ["phi-4"])
        }
    }

    @Test func anOlderServerLoadsByAToken() async throws {
        try await ProviderBench.with(.localAI, isLimited: true) { (bench: ProviderBench) async throws in
            _ = try await bench.load()
            #expect(bench.posts == ["/backend/load", "/v1/chat/completions"])
            #expect(
                bench.server.requests.last { $0.method == "POST" }?.body
                    == #"{"max_tokens":1,"messages":[{"content":"Hi","role":"user"}],"model":"phi-4"}"#)
            // What is known is not tried again.
            _ = try await bench.load("mistral-7b")
            #expect(bench.posts.last == "/v1/chat/completions")
            #expect(bench.count("/backend/load") == 1)
        }
    }

    @Test func aLoadThatFailsSaysWhy() async throws {
        try await ProviderBench.with(.localAI) { (bench: ProviderBench) async throws in
            bench.server.on(
                "POST", "/backend/load",
                .json(#"{"error":{"code":500,"message":"could not load model: out of memory","type":""}}"#, status: 500)
            )
            let error = await bench.failure { _ = try await bench.load() }
            #expect(error?.kind == .loadFailed)
            #expect(error?.sentence == "cannot load phi-4 on box: could not load model: out of memory")
            #expect(bench.posts.count == 1)
        }
    }

    @Test func aBusyModelIsAskedAgainUntilItIsFree() async throws {
        try await ProviderBench.with(.localAI, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.memory.change { $0.busyReadings = 2 }
            #expect(try await bench.manager.unloadModel("phi-4"))
            #expect(bench.count("/backend/shutdown") == 3)
            bench.memory.change {
                $0.loaded = ["phi-4"]
                $0.busyReadings = .max
            }
            #expect(try await !bench.manager.unloadModel("phi-4"))
            #expect(
                bench.lines.all.last
                    == "warning promptchain.localai_model_manager: Model may still be loaded in LocalAI: phi-4 is there "
                    + "after 40s: it is still answering a request")
        }
    }

    @Test func aModelThatLeftInBetweenIsGone() async throws {
        try await ProviderBench.with(.localAI, isLoaded: true) { (bench: ProviderBench) async throws in
            let memory = bench.memory
            bench.server.on("POST", "/backend/shutdown") { _ in
                memory.change { $0.loaded = [] }
                return .json(#"{"error":{"message":"model phi-4 not found"}}"#, status: 500)
            }
            #expect(try await bench.manager.unloadModel("phi-4"))
        }
    }

    @Test func aModelThatIsNotListedAfterItsLoadIsToldOf() async throws {
        try await ProviderBench.with(.localAI) { (bench: ProviderBench) async throws in
            bench.server.on("POST", "/backend/load", .json(#"{"message":"model loaded"}"#))
            let info = try await bench.load()
            #expect(!info.isLoaded)
            #expect(bench.lines.all.contains { $0.contains("phi-4 was loaded and is not listed") })
        }
    }
}
