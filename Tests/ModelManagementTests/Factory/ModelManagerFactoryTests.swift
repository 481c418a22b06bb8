import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

/// The seed's five calls, and nothing more.
private struct OwnManager: ModelManager {
    var configuration: ServerConfiguration

    func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        ModelInfo(name: name, provider: "toaster", server: configuration.name, isLoaded: true)
    }

    func unloadModel(_ name: ModelName) async throws -> Bool { true }
    func isModelLoaded(_ name: ModelName) async throws -> Bool { false }
    func loadedModels() async throws -> [ModelInfo] { [] }
    func healthCheck() async -> Bool { true }
}

@Suite struct ModelManagerFactoryTests {
    @Test func makesTheManagersThatExist() throws {
        let manager = try ModelManagerFactory.createManager(
            .ollama, baseURL: "http://localhost:11434", timeout: 30, verbose: true)
        #expect((manager as? OllamaManager)?.address == "http://localhost:11434")
        #expect(try ModelManagerFactory.createManager(.llamaCpp) is LlamaCppManager)
        #expect(
            try (ModelManagerFactory.createManager(.llamaCpp) as? LlamaCppManager)?.address == "http://127.0.0.1:8080")
    }

    @Test(arguments: [
        (ModelProvider.ollama, 11434), (.llamaCpp, 8080), (.localAI, 8080), (.vllm, 8000), (.llamaSwap, 8080),
        (.lmStudio, 1234),
    ])
    func everyKindHasItsManagerAndUsualPort(provider: ModelProvider, port: Int) throws {
        #expect(ModelManagerFactory.usualAddress(provider).description == "http://127.0.0.1:\(port)")
        let manager = try ModelManagerFactory.createManager(provider)
        #expect((manager as? any ServerInspector)?.provider == provider)
        #expect((manager as? any ServerInspector)?.address == "http://127.0.0.1:\(port)")
        #expect(manager is any TextGenerator)
        #expect(ModelManagerFactory.providers.contains(provider))
    }

    @Test func whatIsUnknownGetsTheNearest() {
        let error = #expect(throws: ModelManagementError.self) { try ModelManagerFactory.createManager("olama") }
        #expect(error?.reason == "there is no manager for servers of kind “olama”")
        #expect(
            error?.hint?.hasPrefix(
                "Did you mean ollama? Known are ollama, llamacpp, localai, vllm, llamaswap, lmstudio") == true)
        #expect(throws: ModelManagementError.self) {
            try ModelManagerFactory.createManager(.ollama, baseURL: "not an address")
        }
    }

    @Test func aProgramAddsItsOwn() async throws {
        ModelManagerFactory.registerManager("toaster", OwnManager.init(configuration:))
        let manager = try ModelManagerFactory.createManager("toaster", baseURL: "kitchen:1")
        let info = try await manager.loadModel("toast", params: LoadParameters())
        #expect(info.server == "kitchen:1")
        #expect(ModelManagerFactory.providers.contains("toaster"))
    }
}

@Suite struct ProviderProbeTests {
    private func find(_ prepare: (StubServer) throws -> Void) async throws -> ProviderProbe.Finding {
        let server = try await StubServer.start()
        try prepare(server)
        let address = ServerAddress(scheme: "http", host: "127.0.0.1", port: server.port)
        let result = await Result {
            try await ProviderProbe(configuration: ServerConfiguration(name: "box", url: address)).find()
        }
        await server.stop()
        return try result.get()
    }

    @Test func findsOllama() async throws {
        let finding = try await find { $0.on("GET", "/api/version", try Capture("ollama/version").answer) }
        #expect(
            finding
                == ProviderProbe.Finding(provider: .ollama, version: "0.32.15", evidence: "it answers /api/version"))
    }

    @Test func findsLlamaCpp() async throws {
        let finding = try await find { $0.on("GET", "/props", try Capture("llama.cpp/props_model").answer) }
        #expect(finding.provider == .llamaCpp)
        #expect(finding.version == "b0-unknown")
        let loading = try await find {
            $0.otherwise(.json(#"{"error":{"code":503,"message":"Loading model"}}"#, status: 503))
        }
        #expect(loading.provider == .llamaCpp)
    }

    @Test func findsARouter() async throws {
        let finding = try await find { $0.on("GET", "/props", try Capture("llama.cpp/props_router").answer) }
        #expect(finding.provider == .llamaCpp)
        #expect(finding.evidence == "it answers /props as a router")
    }

    /// Each by what only it answers, in few requests, none of which changes anything.
    @Test(
        arguments: [
            (ModelProvider.localAI, false, "v3.9.0 (82c191af)", "it answers /system", 5),
            (.vllm, false, nil, "its models are owned by “vllm”", 3),
            (.llamaSwap, false, "v190", "it answers /api/version with a commit and build date", 1),
            (.lmStudio, false, nil, "it answers /api/v1/models", 2),
            (.lmStudio, true, nil, "it answers /api/v0/models", 3),
        ] as [(ModelProvider, Bool, String?, String, Int)])
    func findsEveryKind(
        kind: ModelProvider, isLimited: Bool, version: String?, evidence: String, requests: Int
    ) async throws {
        try await ProviderBench.with(kind, isLimited: isLimited) { (bench: ProviderBench) async throws in
            let address = ServerAddress(scheme: "http", host: "127.0.0.1", port: bench.server.port)
            let finding = try await ProviderProbe(configuration: ServerConfiguration(name: "box", url: address)).find()
            #expect(finding == ProviderProbe.Finding(provider: kind, version: version, evidence: evidence))
            #expect(bench.server.requests.count == requests)
            #expect(bench.server.requests.allSatisfy { $0.method == "GET" && !$0.path.hasPrefix("/upstream") })
        }
    }

    /// LocalAI answers as Ollama does, too.
    @Test func localAIIsNotTakenForOllama() async throws {
        let finding = try await find {
            $0.playLocalAI(StubMemory())
            $0.on("GET", "/api/version", .json(#"{"version":"0.9.0"}"#))
        }
        #expect(finding.provider == .localAI)
        #expect(finding.version == "v3.9.0 (82c191af)")
    }

    @Test func aModelServerOfAnotherKindIsToldAsSuch() async throws {
        let error = await #expect(throws: ModelManagementError.self) {
            try await find {
                $0.otherwise(.json(#"{"detail":"Not Found"}"#, status: 404))
                $0.on("GET", "/v1/models", .json(#"{"data":[{"id":"m","owned_by":"me"}]}"#))
            }
        }
        #expect(
            error?.sentence
                == "cannot find out what kind of server it is on box: it is no server of a kind that is known")
        #expect(error?.hint?.contains("provider: ollama, llamacpp, localai, vllm, llamaswap, lmstudio") == true)
    }

    /// vLLM guards only what is below /v1.
    @Test func aKeyThatIsAskedForLaterCountsAsWell() async throws {
        let error = await #expect(throws: ModelManagementError.self) {
            try await find {
                $0.playVLLM(StubMemory())
                $0.on("GET", "/v1/models", .status(401))
            }
        }
        #expect(error?.kind == .forbidden)
        #expect(error?.reason == "it asks for a key")
        #expect(error?.hint?.contains("headers: {Authorization:") == true)
    }

    /// What a probed server can do is known with its kind.
    @Test func whatAProbedServerCanDoIsLearnt() async throws {
        try await ProviderBench.with(.vllm) { (bench: ProviderBench) async throws in
            let address = ServerAddress(scheme: "http", host: "127.0.0.1", port: bench.server.port)
            let probed = ProbedManager(configuration: ServerConfiguration(name: "box", url: address))
            #expect(probed.capabilities == [])
            try await probed.resolve()
            #expect(probed.provider == .vllm)
            #expect(probed.capabilities == [.load, .unload, .listInstalled])
            await probed.shutdown()
        }
    }

    @Test func whatIsNoneIsToldAsSuch() async throws {
        let error = await #expect(throws: ModelManagementError.self) { try await find { $0.otherwise(.html()) } }
        #expect(error?.kind == .foreign)
        let forbidden = await #expect(throws: ModelManagementError.self) {
            try await find { $0.otherwise(.status(401)) }
        }
        #expect(forbidden?.kind == .forbidden)
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ work: () async throws -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}
