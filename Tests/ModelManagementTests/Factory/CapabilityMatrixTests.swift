import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

/// The table of what each provider can do (`docs/providers.md`), one test a column: Ollama and llama.cpp have theirs
/// beside their managers.
@Suite struct CapabilityMatrixTests {
    /// By which request a model is loaded.
    @Test(arguments: [
        (ModelProvider.localAI, false, "POST /backend/load"), (.localAI, true, "POST /v1/chat/completions"),
        (.vllm, false, "POST /wake_up"), (.llamaSwap, false, "GET /upstream/phi-4/health"),
        (.lmStudio, false, "POST /api/v1/models/load"), (.lmStudio, true, "POST /v1/chat/completions"),
    ])
    func load(kind: ModelProvider, isLimited: Bool, request: String) async throws {
        try await ProviderBench.with(kind, isLimited: isLimited) { (bench: ProviderBench) async throws in
            let info = try await bench.load()
            #expect(info.name == "phi-4")
            #expect(info.isLoaded)
            #expect(info.provider == kind)
            #expect(info.loadSeconds == 0)
            #expect(bench.memory.loaded == ["phi-4"])
            #expect(bench.server.requests.count { "\($0.method) \($0.path)" == request } == 1)
            // A second load does nothing.
            _ = try await bench.load()
            #expect(bench.server.requests.count { "\($0.method) \($0.path)" == request } == 1)
            #expect(bench.lines.all.contains { $0.contains("✓ Successfully loaded phi-4 in 0.00s (VRAM: unknown)") })
        }
    }

    /// By which request a model is unloaded.
    @Test(arguments: [
        (ModelProvider.localAI, false, "POST /backend/shutdown"), (.vllm, false, "POST /sleep?level=1&mode=wait"),
        (.llamaSwap, false, "POST /api/models/unload/phi-4"), (.llamaSwap, true, "GET /unload"),
        (.lmStudio, false, "POST /api/v1/models/unload"),
    ])
    func unload(kind: ModelProvider, isLimited: Bool, request: String) async throws {
        try await ProviderBench.with(kind, isLoaded: true, isLimited: isLimited) {
            (bench: ProviderBench) async throws in
            #expect(try await bench.manager.unloadModel("phi-4"))
            #expect(bench.memory.loaded.isEmpty)
            #expect(bench.server.requests.count { "\($0.method) \($0.target)" == request } == 1)
            // What is not there needs no unload.
            #expect(try await bench.manager.unloadModel("phi-4"))
            #expect(try await bench.manager.unloadModel("nope"))
            #expect(bench.server.requests.count { "\($0.method) \($0.target)" == request } == 1)
            #expect(bench.lines.all.last == "info promptchain.model_management: ✓ Successfully unloaded phi-4")
        }
    }

    /// Where the truth about what is loaded stands.
    @Test(arguments: [
        (ModelProvider.localAI, "/system"), (.vllm, "/is_sleeping"), (.llamaSwap, "/running"),
        (.lmStudio, "/api/v1/models"),
    ])
    func loadedList(kind: ModelProvider, path: String) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            #expect(try await bench.manager.loadedModels().isEmpty)
            #expect(try await !bench.manager.isModelLoaded("phi-4"))
            bench.memory.change { $0.loaded = ["phi-4"] }
            #expect(try await bench.manager.loadedModels().first?.name == "phi-4")
            #expect(try await bench.manager.isModelLoaded("PHI-4"))
            #expect(try await !bench.manager.isModelLoaded("nope"))
            #expect(bench.count(path) >= 4)
            #expect(bench.posts.isEmpty)
        }
    }

    /// No one of them tells the GPU memory of a model: unknown stays unknown.
    @Test(arguments: ProviderBench.kinds)
    func vram(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind, isLoaded: true) { (bench: ProviderBench) async throws in
            let info = try #require(try await bench.manager.loadedModels().first)
            #expect(info.vramBytes == nil)
            #expect(info.sizeBytes == nil)
            #expect(!bench.manager.capabilities.contains(.reportsVRAM))
        }
    }

    /// What the longest context is known from, and the context that is allocated.
    @Test(
        arguments: [
            (ModelProvider.localAI, nil, nil), (.vllm, 16384, 16384), (.llamaSwap, 16384, 8192),
            (.lmStudio, 16384, 4096),
        ] as [(ModelProvider, Int?, Int?)])
    func context(kind: ModelProvider, maximum: Int?, allocated: Int?) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            #expect(try await bench.load().contextLength == allocated)
            #expect(try await bench.manager.loadedModels().first?.contextLength == allocated)
            #expect(try await bench.manager.describe("phi-4").model.contextMaximum == maximum)
            #expect(
                try await bench.manager.installedModels().first { $0.name == "phi-4" }?.contextMaximum == maximum)
        }
    }

    /// Only LM Studio takes a context with a load; the others warn when it is less than was asked for.
    @Test(arguments: ProviderBench.kinds)
    func setContext(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            _ = try await bench.load(context: 20_000)
            let bodies = bench.server.requests.map(\.body).joined()
            #expect(bodies.contains(#""context_length":20000"#) == (kind == .lmStudio))
            #expect(bench.manager.capabilities.contains(.chooseContext) == (kind == .lmStudio))
            let warns = bench.lines.all.contains { $0.contains("phi-4 was asked for a context of 20000 tokens") }
            #expect(warns == (kind != .localAI))
        }
    }

    /// What is offered: nothing that cannot work.
    @Test(
        arguments: [
            (ModelProvider.localAI, false, ManagerCapabilities([.load, .unload, .listInstalled])),
            (.vllm, false, [.load, .unload, .listInstalled]), (.vllm, true, [.listInstalled]),
            (.llamaSwap, false, [.load, .unload, .listInstalled]),
            (.lmStudio, false, [.load, .unload, .chooseContext, .listInstalled]), (.lmStudio, true, [.listInstalled]),
        ] as [(ModelProvider, Bool, ManagerCapabilities)])
    func capabilities(kind: ModelProvider, isLimited: Bool, expected: ManagerCapabilities) async throws {
        try await ProviderBench.with(kind, isLoaded: true, isLimited: isLimited) {
            (bench: ProviderBench) async throws in
            try await (bench.manager as? any CapabilityLearner)?.learnCapabilities()
            #expect(bench.manager.capabilities == expected)
            #expect(bench.posts.isEmpty)
            #expect(!(bench.manager is any LoadProgressReporter))
            let pull = await bench.failure { for try await _ in bench.manager.pull("x") {} }
            let delete = await bench.failure { try await bench.manager.delete("phi-4") }
            #expect(pull?.kind == .notSupported)
            #expect(delete?.kind == .notSupported)
        }
    }

    /// A load returns when the server lists the model, an unload when it does not any more.
    @Test(arguments: ProviderBench.kinds)
    func waits(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.memory.change { $0.isStuck = true }
            #expect(try await !bench.manager.unloadModel("phi-4"))
            let warning = try #require(bench.lines.all.last)
            #expect(
                warning.hasPrefix("warning promptchain.\(kind.rawValue)_model_manager: Model may still be loaded in"))
            #expect(bench.clock.waits.reduce(0, +) >= 30)
            // It was asked once, and watched.
            #expect(bench.posts.count == 1)
        }
    }

    /// All of them generate by the same API.
    @Test(arguments: ProviderBench.kinds)
    func generates(kind: ModelProvider) async throws {
        try await ProviderBench.with(kind, isLoaded: true, headers: ["Authorization": "Bearer secret"]) {
            (bench: ProviderBench) async throws in
            let (text, metrics) = try await bench.answer()
            #expect(text == "Hello")
            #expect(metrics == GenerationMetrics(reason: "stop", promptTokens: 7, outputTokens: 2))
            #expect(bench.posts == ["/v1/chat/completions"])
            #expect(bench.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
            #expect(bench.server.requests.last?.text("model") == "phi-4")
        }
    }

    @Test(
        arguments: [
            (ModelProvider.localAI, "v3.9.0 (82c191af)"), (.vllm, "0.33.0"), (.llamaSwap, "v190"), (.lmStudio, nil),
        ] as [(ModelProvider, String?)])
    func version(kind: ModelProvider, expected: String?) async throws {
        try await ProviderBench.with(kind) { (bench: ProviderBench) async throws in
            #expect(try await bench.manager.version() == expected)
            #expect(await bench.manager.healthCheck())
            // A proxy in front may let less through.
            for path in ["/version", "/api/version"] { bench.server.on("GET", path, .status(404)) }
            #expect(try await bench.manager.version() == nil)
        }
    }
}
