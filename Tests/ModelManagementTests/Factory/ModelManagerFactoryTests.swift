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

    @Test(arguments: [ModelProvider.localAI, .vllm, .llamaSwap, .lmStudio])
    func whatIsPlannedIsRefusedClearly(provider: ModelProvider) {
        let error = #expect(throws: ModelManagementError.self) {
            try ModelManagerFactory.createManager(provider, baseURL: "box:1234")
        }
        #expect(error?.sentence == "cannot make a manager on box:1234: \(provider) servers cannot be managed yet")
        #expect(error?.kind == .notSupported)
    }

    @Test func whatIsUnknownGetsTheNearest() {
        let error = #expect(throws: ModelManagementError.self) { try ModelManagerFactory.createManager("olama") }
        #expect(error?.reason == "there is no manager for servers of kind “olama”")
        #expect(error?.hint?.hasPrefix("Did you mean ollama?") == true)
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

    @Test func findsLocalAIAndThoseThatOnlyTellTheirModelsOwner() async throws {
        #expect(
            try await find { $0.on("GET", "/system", .json(#"{"backends":[],"loaded_models":[]}"#)) }.provider
                == .localAI)
        let vllm = try await find { $0.on("GET", "/v1/models", .json(#"{"data":[{"id":"m","owned_by":"vllm"}]}"#)) }
        #expect(vllm == ProviderProbe.Finding(provider: .vllm, evidence: "its models are owned by “vllm”"))
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
