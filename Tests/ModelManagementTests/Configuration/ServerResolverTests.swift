import ModelManagement
import PromptChainCore
import Testing

@Suite struct ServerResolverTests {
    private let box = ServerConfiguration(
        name: "gpu-box", url: ServerAddress(scheme: "http", host: "gpu-box", port: 11_434), headers: ["X": "y"])

    private func resolver(
        host: String? = nil, option: String? = nil, management: ModelManagementConfig = ModelManagementConfig(),
        servers: [ServerConfiguration] = []
    ) -> ServerResolver {
        ServerResolver(
            configuration: AppConfiguration(modelManagement: management, servers: servers),
            environment: host.map { ["OLLAMA_HOST": $0] } ?? [:], option: option)
    }

    @Test func whatIsNearerGoesFirst() throws {
        let management = ModelManagementConfig(
            providerConfigs: [.ollama: ProviderConfiguration(baseURL: "http://configured:1")])
        let full = resolver(host: "environment:1", option: "http://option:1", management: management)
        #expect(
            try full.resolve(modelBase: "http://model:1", step: "http://step:1", chain: "http://chain:1").name
                == "model:1")
        #expect(try full.resolve(step: "http://step:1", chain: "http://chain:1").name == "step:1")
        #expect(try full.resolve(chain: "http://chain:1").name == "option:1")
        let withoutOption = resolver(host: "environment:1", management: management)
        #expect(try withoutOption.resolve(chain: "http://chain:1").name == "chain:1")
        #expect(try withoutOption.resolve().name == "environment:1")
        #expect(try resolver(management: management).resolve().name == "configured:1")
        #expect(try resolver(servers: [box]).resolve() == box)
        #expect(try resolver().resolve().url == .local)
    }

    @Test func aNameIsOneOfTheConfiguration() throws {
        #expect(try resolver(servers: [box]).resolve(step: "gpu-box") == box)
        let error = #expect(throws: ModelManagementError.self) {
            try resolver(servers: [box]).resolve(step: "gpu-bx")
        }
        #expect(error?.hint?.hasPrefix("Did you mean gpu-box? Configured are gpu-box.") == true)
        #expect(error?.kind == .badRequest)
    }

    @Test func anAddressOfAConfiguredServerIsThatServer() throws {
        #expect(try resolver(servers: [box]).server("http://gpu-box:11434/") == box)
        #expect(try resolver(host: "gpu-box:11434", servers: [box]).resolve() == box)
        #expect(try resolver(servers: [box]).server("http://me:pw@gpu-box:11434").headers.isEmpty)
    }

    @Test func otherKindsOfServersDoNotLookAtOllamasVariable() throws {
        let server = try resolver(host: "environment:1").resolve(provider: .llamaCpp)
        #expect(server.provider == .llamaCpp)
        #expect(server.url.description == "http://127.0.0.1:8080")
    }

    @Test func takesTimesAndRetriesFromTheProvidersSettings() throws {
        let management = ModelManagementConfig(
            providerConfigs: [.ollama: ProviderConfiguration(timeout: 60, maxRetries: 5, verbose: true)])
        let server = try resolver(management: management).resolve(chain: "localhost:1")
        #expect(server.timeout == 60)
        #expect(server.maxRetries == 5)
        #expect(server.verbose)
    }
}
