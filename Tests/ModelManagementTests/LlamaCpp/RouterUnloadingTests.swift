import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite(.timeLimit(.minutes(1))) struct RouterUnloadingTests {
    @Test func anUnloadIsWatchedUntilItIsDone() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        let readings = Shares()
        router.server.on("POST", "/models/unload") { _ in
            // Its server takes a while to end.
            router.server.on("GET", "/v1/models") { _ in
                readings.add(1)
                let state = readings.all.count < 4 ? "loaded" : "unloaded"
                return .json(#"{"data":[{"id":"smol-a","status":{"value":"\#(state)"}}]}"#)
            }
            return .json(#"{"success":true}"#)
        }
        #expect(try await router.manager.unloadModel("smol-a"))
        #expect(readings.all.count >= 4)
        #expect(router.posts == [#"/models/unload {"model":"smol-a"}"#])
        #expect(router.lines.all.last == "info promptchain.model_management: ✓ Successfully unloaded smol-a")
        await router.close()
    }

    @Test func theStreamTellsTheEnd() async throws {
        let router = try await StubRouter(["smol-b": "loaded"])
        router.server.on("GET", "/models/sse") { _ in
            // What is told of another model, or of the time before, ends nothing.
            .lines(
                ["data: " + event("unloaded"), "", "data: " + event("loaded", of: "smol-b"), ""],
                type: "text/event-stream")
        }
        router.server.on("POST", "/models/unload") { _ in
            router.set("smol-b", "unloaded")
            return .json(#"{"success":true}"#)
        }
        #expect(try await router.manager.unloadModel("llamacpp/smol-b"))
        await router.close()
    }

    @Test func whatIsNotThereNeedsNoUnload() async throws {
        let router = try await StubRouter()
        #expect(try await router.manager.unloadModel("smol-a"))
        #expect(try await router.manager.unloadModel("nope"))
        #expect(router.posts.isEmpty)
        // Somebody else was faster.
        for capture in ["unload_not_running", "unload_unknown"] {
            router.set("smol-a", "loaded")
            let refusal = try Capture("llama.cpp/\(capture)").answer
            router.server.on("POST", "/models/unload") { _ in
                router.set("smol-a", "unloaded")
                return refusal
            }
            #expect(try await router.manager.unloadModel("smol-a"))
        }
        await router.close()
    }

    @Test func aModelThatStaysIsAWarning() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        #expect(try await !router.manager.unloadModel("smol-a"))
        #expect(
            router.lines.all.last
                == "warning promptchain.llamacpp_model_manager: Model may still be loaded in llama.cpp: smol-a is there "
                + "after 30s: the server still lists it")
        #expect(router.posts.count == 1)
        await router.close()
    }

    @Test func anAnswerIsNotCutOff() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        router.server.on(
            "GET", "/slots",
            sequence: [
                try Capture("llama.cpp/slots_processing").answer, try Capture("llama.cpp/slots_processing").answer,
                try Capture("llama.cpp/slots_model").answer,
            ])
        router.server.on("POST", "/models/unload") { _ in
            router.set("smol-a", "unloaded")
            return .json(#"{"success":true}"#)
        }
        #expect(try await router.manager.unloadModel("smol-a"))
        #expect(router.count("/slots") == 3)
        #expect(router.posts.count == 1)
        // One that never ends: nothing is cut off, and it is said why the model stays.
        router.set("smol-a", "loaded")
        router.server.on("GET", "/slots", try Capture("llama.cpp/slots_processing").answer)
        #expect(try await !router.manager.unloadModel("smol-a"))
        #expect(router.posts.count == 1)
        #expect(router.lines.all.last?.hasSuffix("still answering a request, which an unload would cut off") == true)
        await router.close()
    }

    @Test func aLoadIsEndedByAnUnload() async throws {
        let router = try await StubRouter(["smol-a": "loading"])
        router.server.on("POST", "/models/unload") { _ in
            router.set("smol-a", "unloaded")
            return .json(#"{"success":true}"#)
        }
        #expect(try await router.manager.unloadModel("smol-a"))
        #expect(router.count("/slots") == 0)
        await router.close()
    }
}

@Suite(.timeLimit(.minutes(1))) struct RouterLimitTests {
    @Test(arguments: [(1, 1), (3, 3), (0, nil)]) func theRoutersLimitIsTold(most: Int, limit: Int?) async throws {
        let router = try await StubRouter(["smol-a": "loaded"], most: most)
        #expect(try await router.manager.maxLoadedModels() == limit)
        #expect(
            try await router.manager.routerLimits() == RouterLimits(maxModels: limit, loadsOnRequest: false))
        #expect(router.posts.isEmpty)
        await router.close()
    }
}
