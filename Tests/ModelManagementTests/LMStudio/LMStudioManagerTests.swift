import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite struct LMStudioManagerTests {
    @Test func itsModelsAreDescribed() async throws {
        try await ProviderBench.with(.lmStudio) { (bench: ProviderBench) async throws in
            let models = try await bench.manager.installedModels()
            #expect(models.map(\.name) == ["nomic", "phi-4"])
            #expect(models[1].sizeBytes == 8_900_000_000)
            #expect(models[1].parameterSize == "14B")
            #expect(models[1].quantization == "Q4_K_M")
            #expect(models[1].capabilities == ["completion", "tools"])
            #expect(models[0].isEmbeddingOnly)
        }
    }

    @Test func aSmallerContextOfOursIsLoadedAgain() async throws {
        try await ProviderBench.with(.lmStudio) { (bench: ProviderBench) async throws in
            _ = try await bench.load()
            _ = try await bench.load(context: 4096)
            #expect(bench.posts.count == 1)
            _ = try await bench.load(context: 8192)
            #expect(
                bench.posts == ["/api/v1/models/load", "/api/v1/models/unload", "/api/v1/models/load"])
            #expect(bench.memory.loaded == ["phi-4"])
        }
    }

    @Test func whatSomebodyElseLoadedIsUsedAsItIs() async throws {
        try await ProviderBench.with(.lmStudio, isLoaded: true) { (bench: ProviderBench) async throws in
            #expect(try await bench.load(context: 8192).contextLength == 4096)
            #expect(bench.posts.isEmpty)
            #expect(bench.lines.all.last?.contains("phi-4 was asked for a context of 8192 tokens and has 4096") == true)
        }
    }

    @Test func onlyOurInstanceIsUnloaded() async throws {
        try await ProviderBench.with(.lmStudio) { (bench: ProviderBench) async throws in
            _ = try await bench.load()
            bench.memory.change { $0.loaded.insert("phi-4:2") }
            let loaded = try await bench.manager.loadedModels()
            #expect(loaded.map(\.name) == ["phi-4", "phi-4:2"])
            #expect(try await bench.manager.unloadModel("phi-4"))
            #expect(bench.memory.loaded == ["phi-4:2"])
            // The other one goes by its own name, and whoever names the model then means it.
            #expect(try await bench.manager.isModelLoaded("phi-4"))
            #expect(try await bench.manager.unloadModel("phi-4:2"))
            #expect(bench.memory.loaded.isEmpty)
        }
    }

    @Test func allInstancesGoWhereNoneIsOurs() async throws {
        try await ProviderBench.with(.lmStudio, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.memory.change { $0.loaded.insert("phi-4:2") }
            #expect(try await bench.manager.unloadModel("phi-4"))
            #expect(bench.posts.count == 2)
            #expect(bench.memory.loaded.isEmpty)
        }
    }

    @Test func anInstanceWithANameOfItsOwnIsAskedByIt() async throws {
        try await ProviderBench.with(.lmStudio) { (bench: ProviderBench) async throws in
            bench.server.on(
                "GET", "/api/v1/models",
                .json(#"{"models":[{"key":"phi-4","loaded_instances":[{"id":"work","config":{}}]}]}"#))
            #expect(try await bench.manager.loadedModels().first?.name == "phi-4")
            #expect(try await bench.manager.isModelLoaded("work"))
            _ = try await bench.answer()
            #expect(bench.server.requests.last?.text("model") == "work")
        }
    }

    @Test func anOlderServerCannotUnload() async throws {
        try await ProviderBench.with(.lmStudio, isLoaded: true, isLimited: true) {
            (bench: ProviderBench) async throws in
            #expect(try await bench.manager.loadedModels().map(\.name) == ["phi-4"])
            #expect(try await bench.manager.unloadModel("nomic"))
            let error = await bench.failure { _ = try await bench.manager.unloadModel("phi-4") }
            #expect(error?.kind == .notSupported)
            #expect(error?.hint?.contains("0.4.0") == true)
        }
    }

    @Test func runnerOptionsThatItKnowsGoWithTheLoad() async throws {
        try await ProviderBench.with(.lmStudio) { (bench: ProviderBench) async throws in
            _ = try await bench.manager.loadModel(
                "phi-4",
                params: LoadParameters(contextLength: 8192, runnerOptions: ["flash_attention": true, "num_gpu": 9]))
            #expect(
                bench.server.requests.first { $0.method == "POST" }?.body
                    == #"{"context_length":8192,"flash_attention":true,"model":"phi-4"}"#)
        }
    }
}
