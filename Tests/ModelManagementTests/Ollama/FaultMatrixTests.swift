import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Synchronization
import Testing

/// Everything that can be wrong with a server: each is a clear sentence, and says what helps.
@Suite struct FaultMatrixTests {
    private func failure(
        _ fixture: OllamaFixture, _ work: (OllamaManager) async throws -> Void
    ) async -> ModelManagementError? {
        do {
            try await work(fixture.manager)
            Issue.record("it did not fail")
        } catch let error as ModelManagementError {
            return error
        } catch {
            Issue.record("it failed with \(error)")
        }
        return nil
    }

    private func generate(_ manager: OllamaManager) async throws {
        let request = GenerationRequest(model: "m", messages: [ChatMessage(role: "user", content: "hi")])
        for try await _ in manager.generate(request) {}
    }

    @Test func absent() async throws {
        let port = try StubServer.unusedPort()
        let manager = OllamaManager(
            configuration: ServerConfiguration(
                name: "box", url: ServerAddress(scheme: "http", host: "127.0.0.1", port: port)))
        let start = ContinuousClock.now
        let error = await #expect(throws: ModelManagementError.self) { try await manager.loadedModels() }
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(error?.kind == .unreachable)
        #expect(error?.sentence == "cannot list the loaded models on box: connection refused")
        #expect(error?.hint?.contains("`ollama serve`") == true)
        #expect(error?.hint?.contains("OLLAMA_HOST") == true)
        #expect(await manager.healthCheck() == false)
        await manager.shutdown()
    }

    @Test func absentOnlyForAMoment() async throws {
        let port = try StubServer.unusedPort()
        let started = Mutex<StubServer?>(nil)
        var clock = TestClock().timekeeper
        clock.sleep = { _ in
            let server = try await StubServer.start(port: port)
            server.on("POST", "/api/chat", .lines([#"{"done":true}"#]))
            started.withLock { $0 = server }
        }
        let manager = OllamaManager(
            configuration: ServerConfiguration(
                name: "box", url: ServerAddress(scheme: "http", host: "127.0.0.1", port: port)), timekeeper: clock)
        try await generate(manager)
        #expect(started.withLock { $0 }?.requests.count == 1)
        await manager.shutdown()
        await started.withLock { $0 }?.stop()
    }

    @Test func aConnectionThatWasJustClosedIsReplaced() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", sequence: [.cut, loaded(entry("m:latest")), .cut])
        #expect(try await fixture.manager.loadedModels().count == 1)
        let error = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(error?.kind == .interrupted)
        #expect(error?.reason == "the server closed the connection before it answered")
        #expect(fixture.clock.waits.isEmpty)
        await fixture.close()
    }

    @Test func aHostThatIsNotKnown() async throws {
        let manager = OllamaManager(
            configuration: ServerConfiguration(
                name: "box", url: ServerAddress(scheme: "http", host: "no-such-host.invalid", port: 11_434)))
        let error = await #expect(throws: ModelManagementError.self) { try await manager.loadedModels() }
        #expect(error?.kind == .unreachable)
        #expect(error?.reason == "the host no-such-host.invalid is not known")
        await manager.shutdown()
    }

    @Test func starting() async throws {
        let fixture = try await OllamaFixture(timeout: 1.5)
        fixture.server.on("GET", "/api/ps", .hang)
        let error = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(error?.kind == .notAnswering)
        #expect(error?.reason == "it accepts connections and has answered nothing for 1.5s")
        #expect(error?.serverState == .starting)
        await fixture.close()
    }

    @Test func slowButInTime() async throws {
        let fixture = try await OllamaFixture(timeout: 20)
        fixture.server.on("GET", "/api/ps", loaded(entry("m:latest")).delayed(300))
        #expect(try await fixture.manager.loadedModels().count == 1)
        await fixture.close()
    }

    @Test func anAnswerThatHangsHalfway() async throws {
        let fixture = try await OllamaFixture(timeout: 1.5)
        fixture.server.on(
            "GET", "/api/ps",
            StubAnswer(actions: [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".utf8))]))
        let error = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(error?.kind == .notAnswering)
        await fixture.close()
    }

    @Test func aWebPage() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", .html())
        let error = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(error?.kind == .foreign)
        #expect(error?.reason == "what answers there is a web page, not Ollama")
        #expect(error?.hint == "Check the address \(fixture.server.url).")
        await fixture.close()
    }

    @Test func anotherServer() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", try Capture("ollama/notfound").answer)
        let error = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(error?.kind == .foreign)
        #expect(error?.reason == "what answers there is not Ollama: “404 page not found”")
        fixture.server.on("GET", "/api/ps", .json(#"{"hello":1}"#))
        let json = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(json?.kind == .foreign)
        fixture.server.on(
            "GET", "/api/ps", StubAnswer(actions: [.send(Array("SSH-2.0-OpenSSH\r\n\r\n".utf8)), .close]))
        let ssh = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(ssh?.kind == .foreign)
        #expect(ssh?.reason == "what listens there does not speak HTTP")
        await fixture.close()
    }

    @Test func aRedirectionIsNotFollowed() async throws {
        let fixture = try await OllamaFixture()
        let head = "HTTP/1.1 301 Moved\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n"
        fixture.server.on("GET", "/api/ps", StubAnswer(actions: [.send(Array(head.utf8))]))
        let error = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(error?.reason == "it redirects to https://example.com/")
        await fixture.close()
    }

    @Test func noCredentials() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", .json(#"{"error":"unauthorized"}"#, status: 401))
        let error = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(error?.kind == .forbidden)
        #expect(error?.reason == "unauthorized")
        #expect(error?.hint?.contains("headers: {Authorization:") == true)
        await fixture.close()
    }

    @Test func refusedForItsOrigin() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/ps", try Capture("ollama/origin_forbidden").answer)
        let error = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(error?.kind == .forbidden)
        #expect(error?.reason == "it refuses access")
        #expect(error?.hint?.contains("Host header") == true)
        await fixture.close()
    }

    @Test func busy() async throws {
        let fixture = try await OllamaFixture(maxRetries: 3)
        let words = "server busy, please try again.  maximum pending requests exceeded"
        fixture.server.on("POST", "/api/generate", .json(#"{"error":"\#(words)"}"#, status: 503))
        let error = await failure(fixture) { _ = try await $0.loadModel("m", params: LoadParameters()) }
        #expect(error?.kind == .busy)
        #expect(error?.reason == words)
        #expect(error?.hint?.contains("OLLAMA_MAX_QUEUE") == true)
        #expect(fixture.clock.waits == [0.5, 1, 2])
        await fixture.close()
    }

    @Test func busyOnlyForAMoment() async throws {
        let fixture = try await OllamaFixture()
        let busy = StubAnswer.json(#"{"error":"server busy"}"#, status: 503)
        fixture.server.on("POST", "/api/chat", sequence: [busy, busy, .lines([#"{"done":true}"#])])
        try await generate(fixture.manager)
        #expect(fixture.clock.waits == [0.5, 1])
        await fixture.close()
    }

    @Test func goneInTheMiddleOfAnAnswer() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "POST", "/api/chat", .lines([#"{"message":{"content":"Once"},"done":false}"#], isCut: true))
        let error = await failure(fixture, generate)
        #expect(error?.kind == .interrupted)
        #expect(error?.reason == "the connection broke off in the middle of the answer")
        #expect(fixture.asked == ["POST /api/chat"])
        await fixture.close()
    }

    @Test func anUnknownModelGetsTheNearestNames() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "GET", "/api/tags", .json(#"{"models":[{"name":"mistral-small:22b"},{"name":"llama3.1:8b"}]}"#))
        fixture.server.on("POST", "/api/show", try Capture("ollama/show_unknown").answer)
        let error = await failure(fixture) { _ = try await $0.loadModel("mistral-smal:22b", params: LoadParameters()) }
        #expect(error?.kind == .modelNotFound)
        #expect(error?.status == 404)
        #expect(
            error?.hint
                == "Did you mean mistral-small:22b? Otherwise download it with `promptchain pull mistral-smal:22b`.")
        fixture.server.on("POST", "/api/chat", try Capture("ollama/chat_unknown_model").answer)
        let generation = await failure(fixture, generate)
        #expect(generation?.kind == .modelNotFound)
        #expect(
            generation?.hint == "Download it with `promptchain pull m`; `promptchain models` lists what is there.")
        await fixture.close()
    }

    @Test func weightsThatAreMissing() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/tags", try Capture("ollama/tags_missing_blob").answer)
        fixture.server.on("POST", "/api/generate", try Capture("ollama/load_fail_missing_blob").answer)
        let error = await failure(fixture) { _ = try await $0.loadModel("smol-bad", params: LoadParameters()) }
        #expect(error?.kind == .loadFailed)
        #expect(error?.hint?.contains("`promptchain pull smol-bad`") == true)
        await fixture.close()
    }

    @Test func weightsThatAreDamaged() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/generate", try Capture("ollama/load_fail_garbage_weights").answer)
        let error = await failure(fixture) { _ = try await $0.loadModel("smol-bad", params: LoadParameters()) }
        #expect(error?.kind == .loadFailed)
        #expect(error?.sentence == "cannot load smol-bad on box: invalid file magic")
        fixture.server.on(
            "POST", "/api/generate", .json(#"{"error":"model requires more system memory"}"#, status: 500))
        let memory = await failure(fixture) { _ = try await $0.loadModel("m", params: LoadParameters()) }
        #expect(memory?.hint?.hasPrefix("It may not fit into memory") == true)
        await fixture.close()
    }

    @Test func aLineThatIsNoJSON() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", .lines(["{\"message\":", "\u{1B}[31mrubbish"]))
        let error = await failure(fixture, generate)
        #expect(error?.kind == .interrupted)
        #expect(error?.reason == "the server sent a line that is no JSON: “{\"message\":”")
        await fixture.close()
    }

    @Test(.timeLimit(.minutes(1))) func aLineOf64MiB() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/chat", .longLine(bytes: 64 << 20))
        let error = await failure(fixture, generate)
        #expect(error?.kind == .interrupted)
        #expect(error?.reason == "the server sent a line of more than 8 MiB")
        fixture.server.on("GET", "/api/ps", .longLine(bytes: 64 << 20))
        let control = await failure(fixture) { _ = try await $0.loadedModels() }
        #expect(control?.kind == .foreign)
        #expect(control?.reason.contains("more than 16 MiB") == true)
        await fixture.close()
    }

    @Test func aServerWithoutTLSThatIsAskedForIt() async throws {
        let server = try await StubServer.start()
        server.otherwise(.html())
        let manager = OllamaManager(
            configuration: ServerConfiguration(
                name: "box", url: ServerAddress(scheme: "https", host: "127.0.0.1", port: server.port), timeout: 20))
        let error = await #expect(throws: ModelManagementError.self) { try await manager.loadedModels() }
        #expect(error?.kind == .unreachable)
        #expect(error?.reason.hasPrefix("no secure connection") == true)
        #expect(error?.hint?.contains("ca_file") == true)
        await manager.shutdown()
        await server.stop()
    }

    @Test func credentialsAreSentAndNeverShown() async throws {
        let server = try await StubServer.start()
        server.on("GET", "/api/ps", .json(#"{"error":"no"}"#, status: 403))
        let address = try #require(ServerAddress("http://me:s3cret@127.0.0.1:\(server.port)"))
        let manager = OllamaManager(
            configuration: ServerConfiguration(url: address, headers: ["X-Key": "t0ken"]))
        let error = await #expect(throws: ModelManagementError.self) { try await manager.loadedModels() }
        #expect(server.requests.first?.headers["authorization"] == "Basic bWU6czNjcmV0")
        #expect(server.requests.first?.headers["x-key"] == "t0ken")
        let shown = "\(error.map(String.init(describing:)) ?? "") \(manager.address) \(manager.server) \(address)"
        #expect(!shown.contains("s3cret") && !shown.contains("t0ken"))
        await manager.shutdown()
        await server.stop()
    }

    @Test func pollingDoesNotWaitBehindGenerations() async throws {
        let fixture = try await OllamaFixture(timeout: 20)
        fixture.server.on("POST", "/api/chat", .hang)
        let manager = fixture.manager
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<40 { group.addTask { try? await self.generate(manager) } }
            while fixture.asked.count < 40 { try? await Task.sleep(for: .milliseconds(5)) }
            let models = try? await manager.loadedModels()
            #expect(models?.isEmpty == true)
            group.cancelAll()
        }
        await fixture.close()
    }
}
