import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

/// Answers that look like a success and come from something else.
@Suite struct ForeignAnswerTests {
    private func error(
        _ prepare: (StubServer) -> Void, _ work: (OllamaManager) async throws -> Void
    ) async throws -> ModelManagementError? {
        let fixture = try await OllamaFixture()
        prepare(fixture.server)
        let error = await #expect(throws: ModelManagementError.self) { try await work(fixture.manager) }
        await fixture.close()
        return error
    }

    private func generate(_ manager: OllamaManager) async throws {
        let request = GenerationRequest(model: "m", messages: [ChatMessage(role: "user", content: "hi")])
        for try await _ in manager.generate(request) {}
    }

    @Test func aWebPageDeletesNothing() async throws {
        let found = try await error({ $0.on("DELETE", "/api/delete", .html()) }) { try await $0.delete("m") }
        #expect(found?.kind == .foreign)
        #expect(found?.sentence == "cannot delete m on box: what answers there is a web page, not Ollama")
    }

    @Test func aWebPageUnloadsNothing() async throws {
        let found = try await error({
            $0.on("GET", "/api/ps", loaded(entry("m:latest")))
            $0.on("POST", "/api/generate", .html())
        }) { _ = try await $0.unloadModel("m") }
        #expect(found?.kind == .foreign)
    }

    @Test(arguments: ["text/html", "application/json"])
    func aWebPageGeneratesNothing(type: String) async throws {
        let page = StubAnswer.body("<!DOCTYPE html>\n<html>hello</html>\n", status: 200, type: type)
        let found = try await error({ $0.on("POST", "/api/chat", page) }, generate)
        #expect(found?.kind == .foreign)
        #expect(found?.reason == "what answers there is a web page, not Ollama")
        #expect(found?.hint?.hasPrefix("Check the address http://127.0.0.1:") == true)
    }

    @Test func anEmptyObjectIsNoListOfModels() async throws {
        let found = try await error({ $0.on("GET", "/api/tags", .json("{}")) }) { _ = try await $0.installedModels() }
        #expect(found?.kind == .foreign)
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/tags", .json(#"{"models":null}"#))
        #expect(try await fixture.manager.installedModels().isEmpty)
        await fixture.close()
    }

    @Test func anEmptyObjectDescribesNoModel() async throws {
        let found = try await error({ $0.on("POST", "/api/show", .json("{}")) }) { _ = try await $0.describe("m") }
        #expect(found?.kind == .foreign)
        #expect(found?.reason.contains("tells nothing about the model") == true)
    }

    @Test func aStreamThatIsCutSaysWhereToLook() async throws {
        let lines = StubAnswer.lines([#"{"message":{"content":"Once"},"done":false}"#], isCut: true)
        let found = try await error({ $0.on("POST", "/api/chat", lines) }, generate)
        #expect(found?.kind == .interrupted)
        #expect(found?.hint?.contains("its log says why") == true)
    }

    @Test func aServerThatIsTooBusyForTheProbeIsNoOtherKind() async throws {
        let server = try await StubServer.start()
        server.otherwise(.json(#"{"error":"server busy"}"#, status: 503))
        let url = ServerAddress(scheme: "http", host: "127.0.0.1", port: server.port)
        let configuration = ServerConfiguration(name: "box", url: url)
        let busy = await #expect(throws: ModelManagementError.self) {
            try await ProviderProbe(configuration: configuration).find()
        }
        #expect(busy?.kind == .busy)
        #expect(busy?.reason == "server busy")
        server.otherwise(.body("<html>503 Service Unavailable</html>", status: 503, type: "text/html"))
        let gone = await #expect(throws: ModelManagementError.self) {
            try await ProviderProbe(configuration: configuration).find()
        }
        #expect(gone?.kind == .notAnswering)
        #expect(gone?.hint?.contains("is probably not running") == true)
        await server.stop()
    }

    @Test func whatAServerGivesBackOfTheSecretsIsNotTold() async throws {
        let server = try await StubServer.start()
        server.otherwise(.json(#"{"error":"bad key t0ken-abc, me:s3cret, Basic bWU6czNjcmV0"}"#, status: 401))
        let url = try #require(ServerAddress("http://me:s3cret@127.0.0.1:\(server.port)"))
        let manager = OllamaManager(
            configuration: ServerConfiguration(name: "box", url: url, headers: ["X-Key": "Bearer t0ken-abc"]))
        let error = await #expect(throws: ModelManagementError.self) { try await manager.loadedModels() }
        #expect(error?.reason == "bad key …, …, …")
        await manager.shutdown()
        await server.stop()
    }
}
