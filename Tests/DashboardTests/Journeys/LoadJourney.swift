import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: loading a model") struct LoadJourney {
    @Test("A model is chosen from what is installed, and its row is there before the server lists it")
    func load() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        #expect(journey.press("l") == [.listInstalled(server: "gpu-box")])
        #expect(journey.shows("asking what is installed…"))
        journey.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        journey.type("mist")
        #expect(journey.shows("▸mistral-small:22b") && !journey.shows("deepseek-r1"))

        #expect(
            journey.press("Right Enter")
                == [.loadModel(server: "gpu-box", model: "mistral-small:22b", context: 4096)])
        journey.wait(12)
        #expect(journey.lines[4].hasPrefix("│▸mistral-small:22b"))
        #expect(journey.lines[4].contains("loading 12s"))
        #expect(journey.shows("mistral-small:22b loads on gpu-box, 12s"))

        // A reading in between does not list it, and takes nothing away.
        journey.poll([.llama])
        #expect(journey.lines[4].contains("loading 12s"))

        journey.send(
            .operationFinished(.load(server: "gpu-box", model: "mistral-small:22b"), .succeeded("loaded in 12 s")))
        journey.poll([.llama, .mistral()])
        #expect(!journey.shows("loading 12s"))
        #expect(journey.shows("▸mistral-small:22b"))
        #expect(journey.shows("loaded in 12 s"))
    }

    @Test("A load that fails says why and what helps, and its row goes")
    func fails() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.press("l")
        journey.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        journey.press("Enter")
        journey.send(
            .operationFinished(
                .load(server: "gpu-box", model: "deepseek-r1:70b"),
                .failed(
                    sentence: "cannot load deepseek-r1:70b on gpu-box: model requires more system memory",
                    hint: "unload another model first")))
        #expect(journey.shows("cannot load deepseek-r1:70b on gpu-box: model requires"))
        #expect(journey.shows("unload another model first"))
        #expect(!journey.lines[4].contains("deepseek"))
    }

    @Test("What is in memory already is not loaded again, but with another context")
    func again() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.press("l")
        journey.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        journey.type("llama")
        #expect(journey.press("Enter").isEmpty)
        #expect(journey.shows("llama3.1:8b is in memory already"))
        #expect(
            journey.press("Right Right Enter")
                == [.loadModel(server: "gpu-box", model: "llama3.1:8b", context: 8192)])
    }

    @Test("A list that cannot be had says why, in place of the list")
    func noList() {
        var journey = JourneyDriver()
        journey.poll([])
        journey.press("l")
        journey.send(
            .installedModelsFailed(server: "gpu-box", reason: "HTTP 500: disk on fire", hint: "look at its log"))
        #expect(journey.shows("cannot list what is installed: HTTP 500: disk on fire — look at its"))
        #expect(journey.press("Enter").isEmpty)
        journey.press("Esc")
        #expect(!journey.shows("Load a model"))
    }

    @Test("Pulling: a name, a share, an end")
    func pull() {
        var journey = JourneyDriver()
        journey.poll([])
        journey.press("p")
        journey.type("qwen3:8b")
        #expect(journey.press("Enter") == [.pullModel(server: "gpu-box", model: "qwen3:8b")])
        journey.send(.pullProgress(server: "gpu-box", model: "qwen3:8b", status: "pulling 4.1 GiB", fraction: 0.41))
        #expect(journey.shows("pulling qwen3:8b to gpu-box: 41 %, pulling 4.1 GiB"))
        journey.send(.operationFinished(.pull(server: "gpu-box", model: "qwen3:8b"), .succeeded("qwen3:8b is here")))
        #expect(journey.shows("qwen3:8b is here") && !journey.shows("41 %"))
    }

    @Test("How long a model stays is chosen from a list; deleting asks")
    func keepAndDelete() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.press("K")
        #expect(journey.shows("How long llama3.1:8b stays"))
        #expect(
            journey.press("Down Enter") == [.setKeepAlive(server: "gpu-box", model: "llama3.1:8b", seconds: 1800)])
        #expect(journey.press("d").isEmpty)
        #expect(journey.shows("Delete llama3.1:8b?"))
        #expect(journey.press("Enter").isEmpty)
        #expect(journey.press("y") == [.deleteModel(server: "gpu-box", model: "llama3.1:8b")])
    }
}
