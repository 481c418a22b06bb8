import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Synchronization
import Testing

/// What is tried again, how often and after which waits; and what never is.
@Suite struct RetryTests {
    private func absent(maxRetries: Int, random: Double = 0.5) throws -> (OllamaManager, TestClock) {
        let clock = TestClock()
        var timekeeper = clock.timekeeper
        timekeeper.random = { random }
        let port = try StubServer.unusedPort()
        let manager = OllamaManager(
            configuration: ServerConfiguration(
                name: "box", url: ServerAddress(scheme: "http", host: "127.0.0.1", port: port), maxRetries: maxRetries),
            timekeeper: timekeeper)
        return (manager, clock)
    }

    @Test(arguments: [(0.0, 0.5), (0.5, 1.0), (1.0, 1.5)])
    func waitsDoubleUpToALimitAndAreSpread(random: Double, factor: Double) async throws {
        let (manager, clock) = try absent(maxRetries: 7, random: random)
        await #expect(throws: ModelManagementError.self) { try await manager.loadModel("m", params: LoadParameters()) }
        #expect(clock.waits == [0.5, 1, 2, 4, 8, 8, 8].map { $0 * factor })
        await manager.shutdown()
    }

    @Test(arguments: [1, 3])
    func theSentenceOfTheOriginal(retries: Int) async throws {
        let (manager, _) = try absent(maxRetries: retries)
        let error = await #expect(throws: ModelManagementError.self) {
            try await manager.loadModel("m", params: LoadParameters())
        }
        #expect(
            error?.sentence
                == "cannot load m on box: Failed to connect to Ollama after \(retries + 1) attempts: connection refused"
        )
        #expect(error?.hint?.contains("`ollama serve`") == true)
        let unload = await #expect(throws: ModelManagementError.self) { try await manager.unloadModel("m") }
        #expect(unload?.sentence.hasPrefix("cannot unload m on box: Failed to connect to Ollama after") == true)
        await manager.shutdown()
    }

    @Test func withoutRetriesAndForAPollOneAttemptIsMade() async throws {
        let (manager, clock) = try absent(maxRetries: 0)
        let error = await #expect(throws: ModelManagementError.self) {
            try await manager.loadModel("m", params: LoadParameters())
        }
        #expect(error?.reason == "connection refused")
        await manager.shutdown()
        let (polled, _) = try absent(maxRetries: 5)
        await #expect(throws: ModelManagementError.self) { try await polled.loadedModels() }
        #expect(clock.waits.isEmpty)
        await polled.shutdown()
    }

    @Test func aServerThatComesUpInTheMeantimeLoads() async throws {
        let port = try StubServer.unusedPort()
        let started = Mutex<StubServer?>(nil)
        var timekeeper = TestClock().timekeeper
        timekeeper.sleep = { _ in
            guard started.withLock({ $0 == nil }) else { return }
            let server = try await StubServer.start(port: port)
            server.on("GET", "/api/ps", .json(#"{"models":[]}"#))
            server.on("POST", "/api/show", .json(#"{"model_info":{}}"#))
            server.on("POST", "/api/generate", .json(#"{"done":true,"done_reason":"load"}"#))
            started.withLock { $0 = server }
        }
        let manager = OllamaManager(
            configuration: ServerConfiguration(
                name: "box", url: ServerAddress(scheme: "http", host: "127.0.0.1", port: port)),
            timekeeper: timekeeper)
        _ = try await manager.loadModel("m", params: LoadParameters())
        await manager.shutdown()
        await started.withLock { $0 }?.stop()
    }

    @Test func aLoadThatMayStillGoOnIsNotSentAgain() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/generate", .cut)
        let error = await #expect(throws: ModelManagementError.self) {
            try await fixture.manager.loadModel("m", params: LoadParameters())
        }
        #expect(error?.kind == .interrupted)
        #expect(fixture.asked.filter { $0 == "POST /api/generate" }.count == 1)
        #expect(fixture.clock.waits.isEmpty)
        await fixture.close()
    }

    @Test(arguments: [400, 404, 429, 500, 502])
    func noOtherStatusIsTriedAgain(status: Int) async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/generate", .json(#"{"error":"no"}"#, status: status))
        await #expect(throws: ModelManagementError.self) {
            try await fixture.manager.loadModel("m", params: LoadParameters())
        }
        #expect(fixture.clock.waits.isEmpty)
        await fixture.close()
    }
}
