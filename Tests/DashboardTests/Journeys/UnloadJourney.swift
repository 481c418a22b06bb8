import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: unloading a model") struct UnloadJourney {
    @Test("A row says unloading until a reading shows that it is gone")
    func unload() {
        var journey = JourneyDriver()
        journey.poll([.llama, .mistral(), .nomic])
        journey.press("j")
        #expect(journey.shows("▸mistral-small:22b"))

        #expect(journey.press("u") == [.unloadModel(server: "gpu-box", model: "mistral-small:22b")])
        #expect(journey.lines[5].contains("unload 0s"))
        journey.wait(2)
        #expect(journey.shows("mistral-small:22b is unloading, 2s"))

        #expect(journey.press("u").isEmpty)
        #expect(journey.shows("mistral-small:22b is already unloading"))

        // Still there: it writes an answer to its end.
        journey.poll([.llama, .mistral(), .nomic])
        #expect(journey.lines[5].contains("unload 2s"))
        let unload = DashboardOperation.unload(server: "gpu-box", model: "mistral-small:22b")
        #expect(journey.send(.operationFinished(unload, .succeeded(nil))) == [.refresh(server: "gpu-box")])
        #expect(journey.lines[5].contains("unload 2s"))

        journey.wait(1)
        journey.poll([.llama, .nomic])
        #expect(!journey.lines[4...6].contains { $0.contains("mistral-small") })
        #expect(journey.shows("▸nomic-embed-text"))
    }

    @Test("A model that stays is said to stay")
    func stays() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.press("u")
        journey.send(
            .operationFinished(
                .unload(server: "gpu-box", model: "llama3.1:8b"),
                .failed(
                    sentence: "cannot unload llama3.1:8b on gpu-box: Model may still be loaded in Ollama",
                    hint: "a request still runs on it")))
        #expect(journey.shows("cannot unload llama3.1:8b on gpu-box: Model may still be"))
        #expect(journey.shows("a request still runs on it"))
        #expect(journey.lines[4].contains("pinned"))
    }

    @Test("All models go only after a yes")
    func all() {
        var journey = JourneyDriver()
        journey.poll([.llama, .nomic])
        #expect(journey.press("U").isEmpty)
        #expect(journey.shows("Unload 2 models from gpu-box?"))
        #expect(journey.press("n").isEmpty)
        #expect(!journey.shows("Unload 2 models"))
        #expect(journey.press("U y") == [.unloadAll(server: "gpu-box")])
        #expect(journey.lines[4].contains("unload 0s") && journey.lines[5].contains("unload 0s"))
        journey.send(.operationFinished(.unloadAll(server: "gpu-box"), .succeeded("2 models unloaded")))
        journey.poll([])
        #expect(journey.shows("no model in memory: l loads one"))
    }

    @Test("A server that cannot do it says so, and nothing is asked for")
    func incapable() {
        var journey = JourneyDriver(servers: [
            ServerDescription(name: "vllm", url: "http://vllm:8000", provider: .vllm, abilities: [.listInstalled])
        ])
        journey.send(
            .snapshot(
                ServerSnapshot(
                    name: "vllm", provider: .vllm, url: "http://vllm:8000",
                    time: .init(timeIntervalSince1970: journey.clock),
                    state: .ready, models: [.sample("qwen3:32b", size: 20, server: "vllm")])))
        let footer = journey.lines.last ?? ""
        #expect(!footer.contains("u unload") && !footer.contains("p pull") && footer.contains("r run"))
        #expect(journey.press("u").isEmpty)
        #expect(journey.shows("vllm (vLLM) cannot do that: unload the selected model"))
    }
}
