import Foundation
import PromptChainCore
import ProviderStubs
import Testing

@testable import ModelManagement

@Suite(.timeLimit(.minutes(1))) struct RouterManagerTests {
    @Test func aRouterIsRecognised() async throws {
        let router = try await StubRouter()
        #expect(router.manager.capabilities == [])
        try await router.manager.learnCapabilities()
        #expect(router.manager.capabilities == [.load, .unload, .loadProgress, .listInstalled])
        #expect(await router.manager.healthCheck())
        #expect(try await router.manager.version() == "b0-unknown")
        let configuration = ServerConfiguration(
            name: "router", url: ServerAddress(scheme: "http", host: "127.0.0.1", port: router.server.port))
        let finding = try await ProviderProbe(configuration: configuration).find()
        #expect(finding.provider == .llamaCpp)
        #expect(finding.evidence == "it answers /props as a router")
        await router.close()
    }

    @Test func progressComesThroughAManagerThatFindsTheKind() async throws {
        let router = try await StubRouter(["smol-a": "loading"])
        router.stream([event("loading", more: progress(0.5)), event("loaded")])
        let probed = ProbedManager(
            configuration: ServerConfiguration(
                name: "router", url: ServerAddress(scheme: "http", host: "127.0.0.1", port: router.server.port)))
        let shares = Shares()
        let info = try await probed.loadModel("smol-a", params: LoadParameters()) { share in
            shares.add(share)
            router.set("smol-a", "loaded")
        }
        #expect(info.isLoaded)
        #expect(shares.all == [0.5])
        #expect(probed.capabilities.contains(.loadProgress))
        await probed.shutdown()
        await router.close()
    }

    @Test func theKindIsFoundAgainWhenTheServerChanges() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        #expect(try await router.manager.loadedModels().map(\.name) == ["smol-a"])
        let routerProps = try Capture("llama.cpp/props_router").answer
        // The same address, now a plain server, which loads its model first.
        let loading = StubAnswer.json(#"{"error":{"code":503,"message":"Loading model"}}"#, status: 503)
        for path in ["/props", "/health", "/v1/models"] { router.server.on("GET", path, loading) }
        #expect(try await router.manager.loadedModels().isEmpty)
        router.server.on("GET", "/health", .json(#"{"status":"ok"}"#))
        router.server.on("GET", "/props", try Capture("llama.cpp/props_model").answer)
        router.server.on("GET", "/v1/models", .json(#"{"data":[{"id":"plain","object":"model"}]}"#))
        #expect(try await router.manager.loadedModels().map(\.name) == ["smol-a"])
        #expect(router.manager.capabilities == [])
        // And a router once more.
        router.server.on("GET", "/props", routerProps)
        router.server.on("GET", "/v1/models", try Capture("llama.cpp/models_after_eviction").answer)
        #expect(try await router.manager.loadedModels().map(\.name) == ["smol-b"])
        #expect(router.manager.capabilities.contains(.unload))
        await router.close()
    }

    @Test(arguments: [
        ("models_unloaded", []), ("models_loading", []), ("models_loaded", ["smol-a"]),
        ("models_after_eviction", ["smol-b"]), ("models_after_unload", []), ("models_sleeping", []),
        ("models_failed", []),
    ])
    func theRecordedListsAreRead(capture: String, loaded: [String]) async throws {
        let router = try await StubRouter()
        router.server.on("GET", "/v1/models", try Capture("llama.cpp/\(capture)").answer)
        #expect(try await router.manager.loadedModels().map(\.name.text) == loaded)
        #expect(try await router.manager.isModelLoaded("smol-a") == loaded.contains("smol-a"))
        let names = try await router.manager.installedModels().map(\.name.text)
        #expect(names.suffix(2) == ["smol-a", "smol-b"])
        await router.close()
    }

    @Test func theContextOfARequestIsReadOnceForALoad() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        router.server.on("GET", "/props") { request in
            .json(
                request.target.contains("model=smol-a&autoload=false")
                    ? #"{"default_generation_settings":{"n_ctx":512}}"#
                    : #"{"role":"router","max_instances":1,"default_generation_settings":{"n_ctx":0}}"#)
        }
        for _ in 0..<3 { #expect(try await router.manager.loadedModels().first?.contextLength == 512) }
        #expect(router.server.requests.count { $0.target.contains("/props?model=") } == 1)
        await router.close()
    }

    @Test func whatCanBeShownToAModelIsTold() throws {
        let list = try Capture("llama.cpp/models_loaded").decode(JSONValue.self)["data"]?.arrayValue ?? []
        #expect(list.compactMap(RouterModel.init).map(\.seesPictures) == [false, false])
        let seeing: JSONValue = [
            "id": "a", "status": ["value": "loaded"], "architecture": ["input_modalities": ["text", "image"]],
        ]
        #expect(RouterModel(seeing)?.seesPictures == true)
        #expect(RouterModel(["id": "a", "status": ["value": "loaded"]])?.seesPictures == nil)
    }

    @Test func whatWasToldWhileItWasLoadedIsRemembered() async throws {
        let router = try await StubRouter()
        #expect(try await router.manager.describe("smol-a").model.contextMaximum == nil)
        #expect(try await router.manager.describe("smol-a").defaultContext == 2048)
        router.set("smol-a", "loaded")
        _ = try await router.manager.loadedModels()
        router.set("smol-a", "unloaded")
        let model = try await router.manager.describe("smol-a").model
        #expect(model.contextMaximum == 8192)
        #expect(model.sizeBytes == 96_576_768)
        #expect(model.parameterSize == "134.5M")
        #expect(model.quantization == "Q4_1")
        #expect(await router.failure { try await router.manager.describe("nope") }?.kind == .modelNotFound)
        let pull = await router.failure { for try await _ in router.manager.pull("x") {} }
        #expect(pull?.kind == .notSupported)
        #expect(await router.failure { try await router.manager.delete("smol-a") }?.kind == .notSupported)
        await router.close()
    }

    @Test func rubbishInTheListHarmsNothing() async throws {
        let router = try await StubRouter()
        router.server.on(
            "GET", "/v1/models",
            .json(
                #"{"data":[7,{"id":""},{"id":"x","status":"loaded"},{"id":"y","status":{"value":"melting"}},{"id":"z","#
                    + #""aliases":3,"status":{"value":"loaded","args":[1,"--ctx-size","99999999999999999999"],"#
                    + #""progress":{"value":1e300}},"meta":{"n_ctx":-5,"n_ctx_train":1e30,"size":-1,"ftype":9}}]}"#))
        router.server.on("GET", "/props") { request in
            request.target.contains("?") ? .status(500) : .json(#"{"role":"router","max_instances":-3}"#)
        }
        #expect(try await router.manager.loadedModels().map(\.contextLength) == [nil])
        #expect(try await router.manager.installedModels().map(\.name) == ["y", "z"])
        #expect(try await router.manager.routerLimits()?.maxModels == nil)
        await router.close()
    }

    @Test func activityIsTold() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        router.server.on("GET", "/slots", try Capture("llama.cpp/slots_processing").answer)
        let slots = try await router.manager.slots(of: "smol-a")
        #expect(slots.map(\.phase) == [.idle, .idle, .idle, .writing])
        #expect(
            slots.last
                == SlotActivity(
                    slot: 3, task: 24, phase: .writing, contextLength: 2048, contextUsed: 45, cachedTokens: 0,
                    promptTokens: 39, outputTokens: 6, remainingTokens: 194))
        #expect(router.server.requests.last?.target == "/slots?model=smol-a&autoload=false")
        router.server.on(
            "GET", "/slots",
            .json(#"[{"id":0,"is_processing":true,"next_token":{"n_decoded":0,"n_remain":-1}},{"id":1},5]"#))
        #expect(try await router.manager.slots(of: "smol-a").map(\.phase) == [.readingPrompt])
        router.set("smol-b", "loading")
        #expect(try await router.manager.loadingModels() == ["smol-b"])
        // Nothing is loaded for being looked at.
        #expect(try await router.manager.slots(of: "smol-b").isEmpty)
        #expect(router.server.requests.last?.path == "/v1/models")
        router.server.on("GET", "/slots", .json(#"{"error":{"code":501,"message":"no slots"}}"#, status: 501))
        #expect(await router.failure { try await router.manager.slots(of: "smol-a") }?.kind == .notSupported)
        await router.close()
    }

    @Test func anAnswerAsAWhole() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        router.server.on(
            "POST", "/v1/chat/completions",
            .json(
                #"{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"Hello","#
                    + #""reasoning_content":"hm"}}],"usage":{"prompt_tokens":4,"completion_tokens":2}}"#))
        let request = GenerationRequest(
            model: "smol-a", messages: [ChatMessage(role: "user", content: "Hi")], streams: false)
        var events: [GenerationEvent] = []
        for try await event in router.manager.generate(request) { events.append(event) }
        #expect(events.prefix(2) == [.thinking("hm"), .text("Hello")])
        guard case .finished(let metrics)? = events.last else {
            Issue.record("no end in \(events)")
            return
        }
        #expect(metrics.outputTokens == 2 && metrics.promptTokens == 4)
        let body = router.posts.last ?? ""
        #expect(body.contains(#""stream":false"#) && !body.contains("stream_options"))
        // What is no answer is said to be none, and one that says nothing of its end has broken off.
        for answer in [StubAnswer.json("{"), .json(#"{"choices":[{"message":{"content":"Hel"}}]}"#)] {
            router.server.on("POST", "/v1/chat/completions", answer)
            let error = await router.failure { for try await _ in router.manager.generate(request) {} }
            #expect(error != nil)
        }
        await router.close()
    }

    /// A slot's answer, with the counters of a request that has written some tokens.
    private static func slot(written: Int) -> StubAnswer {
        .json(
            #"[{"id":0,"is_processing":true,"id_task":7,"n_ctx":2048,"n_prompt_tokens":\#(39 + written),"#
                + #""n_prompt_tokens_processed":39,"n_prompt_tokens_cache":0,"next_token":[{"n_decoded":\#(written)}]}]"#
        )
    }

    @Test func phasesTokensAndRatesAreToldAsOfOllama() async throws {
        let router = try await StubRouter(["smol-a": "loaded", "smol-b": "loading"])
        router.server.on("GET", "/slots", sequence: [0, 6, 26].map(Self.slot(written:)))
        let loaded = try await router.manager.loadedModels()
        var smol = ModelActivity(
            model: "llamacpp/smol-a", phase: .reading, requests: 1, promptTokens: 39, contextTokens: 39,
            contextLength: 2048)
        let other = ModelActivity(model: "llamacpp/smol-b", phase: .loading)
        #expect(await router.manager.activities(of: loaded) == [smol, other])
        (smol.phase, smol.outputTokens, smol.contextTokens) = (.generating, 6, 45)
        try await router.clock.timekeeper.sleep(0.1)
        #expect(await router.manager.activities(of: loaded) == [smol, other])
        (smol.outputTokens, smol.contextTokens, smol.tokensPerSecond) = (26, 65, 26)
        try await router.clock.timekeeper.sleep(0.9)
        #expect(await router.manager.activities(of: loaded) == [smol, other])
        // All of its slots are taken, and it counts who waits.
        router.server.on("GET", "/metrics", .body("# TYPE x\nllamacpp:requests_deferred 3\n", status: 200, type: nil))
        #expect(await router.manager.activities(of: loaded).first?.waitingRequests == 3)
        // One that does not tell is left out, and so are all of a server that fails.
        router.server.on("GET", "/slots", .json(#"{"error":{"code":501,"message":"no slots"}}"#, status: 501))
        #expect(await router.manager.activities(of: loaded) == [other])
        router.server.on("GET", "/v1/models", .status(500))
        #expect(await router.manager.activities(of: loaded) == [])
        await router.close()
    }

    @Test func countersAreReadWhereTheyAreOffered() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        router.server.on("GET", "/metrics", try Capture("llama.cpp/metrics_model").answer)
        #expect(try await router.manager.counters(of: "smol-a") == nil)
        router.server.on(
            "GET", "/metrics",
            .body(
                """
                # TYPE llamacpp:prompt_tokens_total counter
                llamacpp:prompt_tokens_total 33
                llamacpp:prompt_seconds_total 0.075
                llamacpp:tokens_predicted_total 1e300
                llamacpp:tokens_predicted_seconds_total nan
                llamacpp:requests_processing 1
                llamacpp:requests_deferred
                """, status: 200, type: "text/plain"))
        let counters = try #require(try await router.manager.counters(of: "smol-a"))
        #expect(counters.promptTokens == 33)
        #expect(counters.promptSeconds == 0.075)
        #expect(counters.outputTokens == nil)
        #expect(counters.outputSeconds == nil)
        #expect(counters.requestsProcessing == 1)
        #expect(counters.requestsDeferred == nil)
        #expect(try await router.manager.counters(of: "smol-b") == nil)
        await router.close()
    }
}

@Suite(.timeLimit(.minutes(1))) struct RouterGenerationTests {
    private func metrics(_ router: StubRouter, _ name: ModelName = "smol-a") async throws -> GenerationMetrics? {
        var metrics: GenerationMetrics?
        for try await event in router.manager.generate(GenerationRequest(model: name, messages: [])) {
            if case .finished(let result) = event { metrics = result }
        }
        return metrics
    }

    @Test func aLoadedModelAnswers() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        let metrics = try await metrics(router, "SMOL-A-alias")
        #expect(metrics?.outputTokens == 16)
        #expect(metrics?.promptSeconds == 0.075169)
        #expect(metrics?.loadSeconds == nil)
        #expect(router.posts.count == 1)
        #expect(router.server.requests.last?.body.contains(#""model":"smol-a""#) == true)
        #expect(try await router.manager.loadedModels().first?.lastUsed == TestClock.start)
        await router.close()
    }

    @Test func aRouterThatLoadsOnRequestLoadsFirst() async throws {
        let router = try await StubRouter(loadsOnRequest: true)
        router.server.on("POST", "/models/load") { _ in
            router.set("smol-a", "loading", more: progress(0.5))
            router.server.on("GET", "/v1/models") { _ in
                .json(#"{"data":[{"id":"smol-a","status":{"value":"loaded"}}]}"#)
            }
            return .json(#"{"success":true}"#)
        }
        #expect(try await metrics(router)?.loadSeconds != nil)
        #expect(router.posts.map { $0.prefix { $0 != " " } } == ["/models/load", "/v1/chat/completions"])
        await router.close()
    }

    @Test func aRouterThatDoesNotIsLeftAlone() async throws {
        let router = try await StubRouter()
        router.server.on(
            "POST", "/v1/chat/completions", try Capture("llama.cpp/chat_not_loaded_noautoload").answer)
        let error = await router.failure { try await metrics(router) }
        #expect(error?.kind == .loadFailed)
        #expect(error?.reason == "smol-a is not loaded, and this router loads no model by itself")
        #expect(error?.hint?.contains("promptchain load smol-a") == true)
        #expect(router.posts.count == 1)
        await router.close()
    }

    @Test func itsRefusalsAreTyped() async throws {
        let router = try await StubRouter(["smol-a": "loaded"])
        #expect(await router.failure { try await metrics(router, "nope") }?.kind == .modelNotFound)
        #expect(router.posts.isEmpty)
        for (capture, kind) in [
            ("chat_load_failed", ModelManagementError.Kind.loadFailed), ("chat_unknown_model", .modelNotFound),
        ] {
            router.server.on("POST", "/v1/chat/completions", try Capture("llama.cpp/\(capture)").answer)
            #expect(await router.failure { try await metrics(router) }?.kind == kind)
        }
        // What a router puts into the answer when the model's server goes away.
        router.server.on(
            "POST", "/v1/chat/completions",
            .lines(["proxy error: Failed to read connection"], type: "text/event-stream"))
        #expect(await router.failure { try await metrics(router) }?.kind == .interrupted)
        await router.close()
    }
}
