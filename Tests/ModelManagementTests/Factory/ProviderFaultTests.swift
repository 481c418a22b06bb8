import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

/// Servers that do not do what they should: each fault is told in words, nothing hangs, and no request that may have
/// had an effect is sent again.
@Suite struct ProviderFaultTests {
    /// The path by which a provider lists what is loaded.
    private func list(_ kind: ModelProvider) -> String {
        switch kind {
        case .localAI: "/system"
        case .vllm: "/v1/models"
        case .llamaSwap: "/running"
        default: "/api/v1/models"
        }
    }

    @Test(arguments: ProviderBench.kinds)
    func aKeyIsAskedFor(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            bench.server.on("GET", list(kind), .json(#"{"error":{"message":"Invalid API Key"}}"#, status: 401))
            let error = await bench.failure { _ = try await bench.manager.loadedModels() }
            #expect(error?.kind == .forbidden)
            #expect(error?.sentence == "cannot list the loaded models on box: Invalid API Key")
            #expect(error?.hint?.contains("headers") == true)
        }
    }

    @Test(arguments: ProviderBench.kinds)
    func aWebPageIsNoServer(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            bench.server.on("GET", list(kind), .html())
            let error = await bench.failure { _ = try await bench.manager.loadedModels() }
            #expect(error?.kind == .foreign)
            #expect(error?.reason.hasPrefix("what answers there is a web page") == true)
        }
    }

    @Test(arguments: ProviderBench.kinds)
    func anErrorIsTold(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            bench.server.on("GET", list(kind), .json(#"{"error":"out of luck"}"#, status: 500))
            let told = await bench.failure { _ = try await bench.manager.loadedModels() }
            #expect(told?.kind == .server)
            #expect(told?.reason == "out of luck")
            bench.server.on(
                "GET", list(kind), .body("Internal Server Error", status: 500, type: "text/plain; charset=utf-8"))
            let plain = await bench.failure { _ = try await bench.manager.loadedModels() }
            #expect(plain?.kind == .server)
            #expect(plain?.reason.contains("Internal Server Error") == true)
        }
    }

    @Test(arguments: ProviderBench.kinds, [#"{"unexpected":1}"#, "[]", "nonsense", ""])
    func otherAnswersAreForeign(kind: ModelProvider, body: String) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            bench.server.otherwise(.json(body))
            bench.server.on("GET", list(kind), .json(body))
            let error = await bench.failure { _ = try await bench.manager.loadedModels() }
            #expect(error?.kind == .foreign)
        }
    }

    @Test(arguments: ProviderBench.kinds)
    func aCutStreamIsNoAnswer(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.server.on("POST", "/v1/chat/completions", .chat(["Hel"], isCut: true))
            let error = await bench.failure { _ = try await bench.answer() }
            #expect(error?.kind == .interrupted)
            #expect(bench.posts.count == 1)
        }
    }

    @Test(arguments: ProviderBench.kinds)
    func anUnknownModelNamesTheOnesThereAre(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            let error = await bench.failure { _ = try await bench.load("nope") }
            #expect(error?.kind == .modelNotFound)
            #expect(error?.description.contains("phi-4") == true)
            let described = await bench.failure { _ = try await bench.manager.describe("nope") }
            #expect(described?.kind == .modelNotFound)
            #expect(bench.posts.isEmpty)
        }
    }

    @Test(arguments: ProviderBench.kinds.filter { $0 != .llamaSwap })
    func aMistypedModelGetsTheNearest(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            let error = await bench.failure { _ = try await bench.answer("phi-5") }
            #expect(error?.kind == .modelNotFound)
            if kind != .vllm { #expect(error?.hint?.hasPrefix("Did you mean phi-4?") == true) }
        }
    }

    /// Every request that changes something, with a server that breaks off before it answers.
    @Test(arguments: ProviderBench.kinds)
    func nothingIsSentTwice(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            for path in ["/backend/load", "/wake_up", "/upstream/phi-4/health", "/api/v1/models/load"] {
                bench.server.on(nil, path, .cut)
            }
            let error = await bench.failure { _ = try await bench.load() }
            #expect(error?.kind == .interrupted)
            let sent = bench.server.requests.filter {
                $0.method == "POST" || $0.path.hasPrefix("/upstream")
            }
            #expect(sent.count == 1)
        }
        try await ProviderBench.with(kind, isLoaded: true) { (bench: ProviderBench) async throws in
            for path in ["/backend/shutdown", "/sleep", "/api/models/unload/phi-4", "/api/v1/models/unload"] {
                bench.server.on(nil, path, .cut)
            }
            let error = await bench.failure { _ = try await bench.manager.unloadModel("phi-4") }
            #expect(error?.kind == .interrupted)
            #expect(bench.posts.count == 1)
        }
    }

    /// Amounts that cannot be: they count as not told, and nothing else is lost.
    @Test func garbageNumbersAreNoNumbers() async throws {
        try await ProviderBench.with(.vllm, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.server.on(
                "GET", "/v1/models", .json(#"{"data":[{"id":"phi-4","max_model_len":-1},{"id":7},{"id":""},3]}"#))
            bench.server.on(
                "GET", "/metrics",
                .body(
                    "vllm:num_requests_running NaN\nvllm:num_requests_waiting 1e300\nvllm:kv_cache_usage_perc{} 7\nvllm:\n",
                    status: 200, type: "text/plain"))
            let models = try await bench.manager.loadedModels()
            #expect(models.map(\.name) == ["phi-4"])
            #expect(models[0].contextLength == nil)
            #expect(models[0].parameters.isEmpty)
        }
        try await ProviderBench.with(.lmStudio) { (bench: ProviderBench) async throws in
            bench.server.on(
                "GET", "/api/v1/models",
                .json(
                    #"{"models":[{"key":"phi-4","size_bytes":-5,"max_context_length":99999999999999999999,"#
                        + #""loaded_instances":[{"id":"phi-4","config":{"context_length":"many"}},{}]},null]}"#))
            let info = try #require(try await bench.manager.loadedModels().first)
            #expect(info.contextLength == nil)
            #expect(info.parameters["file_bytes"] == nil)
            #expect(try await bench.manager.installedModels().first?.contextMaximum == nil)
        }
        try await ProviderBench.with(.llamaSwap) { (bench: ProviderBench) async throws in
            bench.server.on("GET", "/running", .json(#"{"running":[{"model":"phi-4","state":7,"ttl":1e300},{}]}"#))
            #expect(try await bench.manager.loadedModels().first?.parameters.isEmpty == true)
        }
        try await ProviderBench.with(.localAI, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.server.on("GET", "/backend/monitor", .json(#"{"memory":{"total":-1}}"#))
            #expect(try await bench.manager.loadedModels().first?.parameters == ["backend": "llama-cpp"])
        }
    }
}
