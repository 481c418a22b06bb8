import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite struct OllamaLoadingTests {
    private let load = #"{"model":"m","response":"","done":true,"done_reason":"load"}"#

    @Test func loadsWithoutAPromptAndTellsWhatTheServerMadeOfIt() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "GET", "/api/ps", sequence: [loaded(), loaded(entry("mistral-small:22b", vram: 22_000_000_000))])
        fixture.server.on("POST", "/api/generate", .json(load))
        fixture.server.on(
            "POST", "/api/show",
            .json(#"{"model_info":{"general.architecture":"llama","llama.context_length":32768}}"#))
        let info = try await fixture.manager.loadModel(
            "ollama/mistral-small:22b", params: LoadParameters(contextLength: 4096, keepAlive: .seconds(600)))
        #expect(info.isLoaded)
        #expect(info.vramUsage == 22_000)
        #expect(info.contextLength == 4096)
        #expect(info.loadSeconds == 0)
        let request = try #require(fixture.server.requests.first { $0.path == "/api/generate" })
        #expect(
            request.body
                == #"{"keep_alive":600,"model":"mistral-small:22b","options":{"num_ctx":4096},"stream":false}"#)
        #expect(
            fixture.lines.all == [
                "info promptchain.model_management: 🔄 Model Management: Loading mistral-small:22b",
                "info promptchain.ollama_model_manager: 🔄 Model mistral-small:22b max context length: 32768",
                "info promptchain.ollama_model_manager: 🔄 Setting model context length to 4096",
                "info promptchain.model_management: ✓ Successfully loaded mistral-small:22b in 0.00s (VRAM: 22000MB)",
            ])
        await fixture.close()
    }
}
