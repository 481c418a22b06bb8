import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite(.timeLimit(.minutes(1))) struct RouterLoadingTests {
    @Test func aLoadIsWatchedByTheRecordedStream() async throws {
        let router = try await StubRouter()
        router.server.on("GET", "/models/sse", try Capture("llama.cpp/sse_load_then_unload").answer)
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading")
            return .json(#"{"success":true}"#)
        }
        let shares = Shares()
        let info = try await router.load { share in
            shares.add(share)
            // The list is behind until the stream has told everything.
            if share == 1 { router.set("smol-a", "loaded") }
        }
        #expect(shares.all == [0, 1])
        #expect(info.name == "smol-a")
        #expect(info.isLoaded)
        #expect(info.contextLength == 2048)
        #expect(info.vramBytes == nil)
        #expect(info.parameters["file_bytes"] == 96_576_768)
        #expect(router.posts == [#"/models/load {"model":"smol-a"}"#])
        #expect(router.lines.all.contains { $0.contains("✓ Successfully loaded smol-a") })
        await router.close()
    }

    @Test(arguments: ["model_status", "status_change"])
    func bothNamesOfEventsAreUnderstood(name: String) async throws {
        let router = try await StubRouter()
        router.stream(
            [0.25, 0.5, 0.4, 1].map { event("loading", name: name, more: progress($0)) } + [event("loaded", name: name)]
        )
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading")
            return .json(#"{"success":true}"#)
        }
        let shares = Shares()
        _ = try await router.load { share in
            shares.add(share)
            if share == 1 { router.set("smol-a", "loaded") }
        }
        // Never a smaller share after a larger one.
        #expect(shares.all == [0.25, 0.5, 1])
        await router.close()
    }

    @Test func theStagesOfALoadAddUp() async throws {
        let router = try await StubRouter()
        let stages = #"["text_model","mmproj"]"#
        router.stream([
            event("loading", of: "smol-b", more: progress(0.9)), "no JSON", #"{"event":"models_reload","model":"*"}"#,
            event("loading", more: progress(0.5, stages: stages)),
            event("loading", more: progress(1, stages: stages, current: "mmproj")), event("loaded"),
        ])
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading")
            return .json(#"{"success":true}"#)
        }
        let shares = Shares()
        _ = try await router.load { share in
            shares.add(share)
            if share == 1 { router.set("smol-a", "loaded") }
        }
        #expect(shares.all == [0.25, 1])
        await router.close()
    }

    @Test(arguments: [true, false])
    func aStreamThatBreaksOffIsReplacedByReadings(isThere: Bool) async throws {
        let router = try await StubRouter()
        if isThere { router.stream([event("loading", more: progress(0.5))], isCut: true) }
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading", more: progress(0.75))
            return .json(#"{"success":true}"#)
        }
        let shares = Shares()
        let info = try await router.load { share in
            shares.add(share)
            if share == 0.75 { router.set("smol-a", "loaded") }
        }
        #expect(info.isLoaded)
        #expect(shares.all.last == 0.75)
        #expect(router.posts.count == 1)
        await router.close()
    }

    @Test func aModelThatIsLoadedIsNotLoadedAgain() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        #expect(try await router.load("SMOL-A").isLoaded)
        #expect(try await router.load("smol-a-alias").name == "smol-a")
        #expect(router.posts.isEmpty)
        _ = try await router.load(context: 8192)
        #expect(
            router.lines.all.last?.hasSuffix(
                "smol-a was asked for a context of 8192 tokens and has 2048: a router gives a model the context of its "
                    + "own arguments and presets") == true)
        #expect(!router.manager.capabilities.contains(.chooseContext))
        await router.close()
    }

    @Test func aLoadThatIsUnderWayIsJoined() async throws {
        let router = try await StubRouter(["smol-a": "loading"])
        router.stream([event("loading", more: progress(0.5)), event("loaded")])
        let info = try await router.load { _ in router.set("smol-a", "loaded") }
        #expect(info.isLoaded)
        #expect(router.posts.isEmpty)
        // Somebody else was faster: the router refuses, and the load is joined as well.
        router.set("smol-a", "unloaded")
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loaded")
            return .json(
                #"{"error":{"code":400,"message":"model is already running","type":"invalid_request_error"}}"#,
                status: 400)
        }
        router.server.on("GET", "/models/sse", .status(404))
        #expect(try await router.load().isLoaded)
        #expect(router.posts.count == 1)
        await router.close()
    }

    @Test func aFailedLoadSaysSo() async throws {
        let router = try await StubRouter()
        router.stream([event("loading", name: "model_status"), event("unloaded", more: #","exit_code":1"#)])
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading")
            return .json(#"{"success":true}"#)
        }
        let error = await router.failure { try await router.load() }
        #expect(error?.kind == .loadFailed)
        #expect(
            error?.sentence
                == "cannot load smol-a on router: its llama-server ended with exit code 1 while it loaded")
        #expect(router.posts.count == 1)
        await router.close()
    }

    @Test func aFailedLoadIsSeenInTheListToo() async throws {
        let router = try await StubRouter()
        router.server.on(
            "GET", "/v1/models",
            sequence: [
                .json(#"{"data":[{"id":"junk","status":{"value":"unloaded"}}]}"#),
                try Capture("llama.cpp/models_failed").answer,
            ])
        let error = await router.failure { try await router.load("junk") }
        #expect(error?.kind == .loadFailed)
        #expect(error?.reason.contains("exit code 1") == true)
        await router.close()
    }

    @Test func whatAnotherClientUnloadsMidwayIsNoFaultOfTheModel() async throws {
        let router = try await StubRouter()
        router.stream([event("loading"), event("unloaded", more: #","exit_code":0"#)])
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading")
            return .json(#"{"success":true}"#)
        }
        let error = await router.failure { try await router.load() }
        #expect(error?.kind == .loadFailed)
        #expect(error?.reason.hasPrefix("it was unloaded before it was ready") == true)
        await router.close()
    }

    @Test func anUnknownModelIsNamedWithTheNearest() async throws {
        let router = try await StubRouter()
        let error = await router.failure { try await router.load("smol-c") }
        #expect(error?.kind == .modelNotFound)
        #expect(error?.reason == "it has no model smol-c")
        #expect(error?.hint?.hasSuffix("It has smol-a, smol-b.") == true)
        #expect(router.posts.isEmpty)
        // One that is taken from the router between its list and the load.
        router.server.on("POST", "/models/load", try Capture("llama.cpp/load_unknown").answer)
        #expect(await router.failure { try await router.load() }?.kind == .modelNotFound)
        router.server.on("GET", "/v1/models", .json(#"{"data":[]}"#))
        #expect(
            await router.failure { try await router.load() }?.hint
                == "Start the router with --models-dir FOLDER, or with --models-preset FILE.")
        await router.close()
    }

    @Test func aFullRouterIsAskedAgainUntilThereIsRoom() async throws {
        let router = try await StubRouter(["smol-b": "loaded"])
        let full = try Capture("llama.cpp/load_model_limit").answer
        let asked = Shares()
        router.server.on("POST", "/models/load") { _ in
            asked.add(1)
            guard asked.all.count == 3 else { return full }
            router.set("smol-a", "loaded")
            return .json(#"{"success":true}"#)
        }
        #expect(try await router.load().isLoaded)
        #expect(router.posts.count == 3)
        #expect(router.lines.all.count { $0.contains("smol-a waits for room") } == 1)
        await router.close()
    }

    @Test func onlyWhatCannotHaveBegunIsAskedForAgain() async throws {
        let router = try await StubRouter()
        let busy = StubAnswer.json(#"{"error":{"code":503,"message":"busy"}}"#, status: 503)
        let asked = Shares()
        router.server.on("POST", "/models/load") { _ in
            asked.add(1)
            guard asked.all.count == 2 else { return busy }
            router.set("smol-a", "loaded")
            return .json(#"{"success":true}"#)
        }
        #expect(try await router.load().isLoaded)
        #expect(router.posts.count == 2)
        // The answer is lost: the load may go on, and is only watched.
        router.set("smol-a", "unloaded")
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading", more: progress(0.5))
            return .cut
        }
        #expect(try await router.load { _ in router.set("smol-a", "loaded") }.isLoaded)
        #expect(router.posts.count == 3)
        // Lost, and nothing goes on.
        router.set("smol-a", "unloaded")
        router.server.on("POST", "/models/load", .cut)
        #expect(await router.failure { try await router.load() }?.kind == .interrupted)
        #expect(router.posts.count == 4)
        await router.close()
    }

    @Test func whoIsCancelledEndsTheLoad() async throws {
        let router = try await StubRouter()
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading", more: progress(0.5))
            return .json(#"{"success":true}"#)
        }
        let (begun, began) = AsyncStream.makeStream(of: Void.self)
        let task = Task { try await router.load { _ in began.yield() } }
        for await _ in begun { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(router.posts.last == #"/models/unload {"model":"smol-a"}"#)
        await router.close()
    }

    @Test func aModelThatSleepsIsWoken() async throws {
        let router = try await StubRouter(["smol-a": "sleeping"])
        #expect(try await router.manager.loadedModels().isEmpty)
        #expect(try await !router.manager.isModelLoaded("smol-a"))
        router.server.on("POST", "/tokenize") { _ in
            router.set("smol-a", "loaded")
            return .json(#"{"tokens":[]}"#)
        }
        #expect(try await router.load().isLoaded)
        #expect(router.posts == [#"/tokenize {"content":"","model":"smol-a"}"#])
        await router.close()
    }
}
