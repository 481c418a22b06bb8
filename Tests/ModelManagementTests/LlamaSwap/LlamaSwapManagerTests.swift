import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite struct LlamaSwapManagerTests {
    @Test func namesWithSlashesAndAliasesWork() async throws {
        try await ProviderBench.with(.llamaSwap) { (bench: ProviderBench) async throws in
            #expect(try await bench.load("llamaswap/team/mistral-7b").name == "team/mistral-7b")
            #expect(try await bench.manager.unloadModel("team/mistral-7b"))
            // The alias is not in /running: it is the model that became ready.
            #expect(try await bench.load("small").name == "phi-4")
            #expect(try await bench.manager.isModelLoaded("small"))
            #expect(try await bench.manager.unloadModel("small"))
            #expect(bench.memory.loaded.isEmpty)
        }
    }

    @Test func statesAreRead() async throws {
        try await ProviderBench.with(.llamaSwap) { (bench: ProviderBench) async throws in
            func running(_ state: String) -> StubAnswer {
                .json(#"{"running":[{"model":"phi-4","state":"\#(state)","ttl":60}]}"#)
            }
            for (state, isListed, isLoaded) in [
                ("starting", false, false), ("ready", true, true), ("stopping", true, false), ("stopped", false, false),
                ("shutdown", false, false),
            ] {
                bench.server.on("GET", "/running", running(state))
                #expect(try await bench.manager.loadedModels().isEmpty != isListed, "\(state)")
                #expect(try await bench.manager.isModelLoaded("phi-4") == isLoaded, "\(state)")
            }
            // One that stops by itself is waited for, and not asked.
            bench.server.on(
                "GET", "/running", sequence: [running("stopping"), running("stopping"), running("stopped")])
            #expect(try await bench.manager.unloadModel("phi-4"))
            #expect(bench.posts.isEmpty)
        }
    }

    @Test func aBusyModelIsWaitedFor() async throws {
        try await ProviderBench.with(.llamaSwap, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.memory.change { $0.busyReadings = 2 }
            #expect(try await bench.manager.unloadModel("phi-4"))
            #expect(bench.count("/upstream/phi-4/slots") == 3)
            #expect(bench.posts == ["/api/models/unload/phi-4"])
        }
    }

    @Test func nothingElseIsUnloadedAlong() async throws {
        try await ProviderBench.with(.llamaSwap, isLoaded: true, isLimited: true) {
            (bench: ProviderBench) async throws in
            bench.memory.change { $0.loaded.insert("team/mistral-7b") }
            let error = await bench.failure { _ = try await bench.manager.unloadModel("phi-4") }
            #expect(error?.kind == .notSupported)
            #expect(error?.reason.contains("team/mistral-7b would go as well") == true)
            #expect(bench.count("/unload") == 0)
        }
    }

    @Test func aServerWithoutHealthIsReadyAllTheSame() async throws {
        try await ProviderBench.with(.llamaSwap) { (bench: ProviderBench) async throws in
            let memory = bench.memory
            bench.server.on("GET", "/upstream/phi-4/health") { _ in
                memory.change { $0.loaded = ["phi-4"] }
                return .json(#"{"detail":"Not Found"}"#, status: 404)
            }
            #expect(try await bench.load().isLoaded)
        }
    }

    @Test func aStartThatFailsSaysWhy() async throws {
        try await ProviderBench.with(.llamaSwap) { (bench: ProviderBench) async throws in
            bench.server.on(
                "GET", "/upstream/phi-4/health",
                .body(
                    "llama-swap: unable to start process: upstream command exited prematurely", status: 502,
                    type: "text/plain"))
            let error = await bench.failure { _ = try await bench.load() }
            #expect(error?.kind == .loadFailed)
            #expect(error?.reason.contains("upstream command exited prematurely") == true)
            #expect(error?.hint?.hasSuffix("/logs.") == true)
            #expect(bench.count("/upstream/phi-4/health") == 1)
        }
    }

    @Test func readingNeverStartsAModel() async throws {
        try await ProviderBench.with(.llamaSwap) { (bench: ProviderBench) async throws in
            _ = try await bench.manager.loadedModels()
            _ = try await bench.manager.installedModels()
            _ = try await bench.manager.describe("phi-4")
            _ = try await bench.manager.isModelLoaded("phi-4")
            _ = try await bench.manager.unloadModel("phi-4")
            #expect(bench.server.requests.allSatisfy { !$0.path.hasPrefix("/upstream") })
        }
    }
}
