import Foundation
import SimulatorTestSupport
import Testing

@testable import OllamaSimulator

/// Every fault, as a client meets it.
@Suite struct FaultTests {
    private static let story: JSONValue = .members([
        "model": "smol-a", "prompt": "Write a long story.", "options": .members(["num_predict": 40]),
    ])

    /// Sends a request on a plain socket.
    /// - Parameter lines: how many come when the answer then stops.
    private func raw(
        _ server: SimulatedServer, _ path: String = "/api/generate", _ body: JSONValue = story, lines: Int? = nil
    ) async throws -> RawClient.Received {
        try await RawClient.post(await server.port, path, body.serialized, lines: lines)
    }

    @Test func refuseClosesThePort() async throws {
        try await withServer(.test(faults: ["refuse"])) { (_, server) async throws in
            #expect(await server.port > 0, "the port is reserved")
            await #expect {
                try await raw(server)
            } throws: { error in
                (error as? RawClient.Failure)?.text == "Connection refused"
            }
        }
    }

    @Test func refuseMayEnd() async throws {
        let time = SteppedTime(isHeld: true)
        try await withServer(.test(faults: ["refuse:seconds=5"]), time: time) { (client, server) async throws in
            await #expect(throws: RawClient.Failure.self) { try await raw(server) }
            time.goOn()
            #expect(try await client.until { (try? await raw(server))?.isComplete == true })
        }
    }

    @Test func refuseWithTimesDropsConnections() async throws {
        try await withServer(.test(faults: ["refuse:times=2,path=/api/ps"])) { (client, _) async throws in
            #expect(try await client.get("/api/version").status == 200)
            for _ in 0..<2 { await #expect(throws: (any Error).self) { try await client.get("/api/ps") } }
            #expect(try await client.get("/api/ps").status == 200)
        }
    }

    @Test func delayComesBeforeTheAnswer() async throws {
        try await withServer(.test(faults: ["delay:seconds=2,path=/api/ps,times=1"])) { (client, server) async throws in
            let start = await server.now()
            #expect(try await client.get("/api/ps").status == 200)
            #expect(await server.now() - start >= 2)
            #expect(try await client.get("/api/version").status == 200)
        }
    }

    @Test func statusFaultsHitRequestsThatRunAModel() async throws {
        try await withServer(.test(faults: ["500:times=1,message=out of luck", "503:times=1"])) {
            (client, _) async throws in
            #expect(try await client.get("/api/version").status == 200)
            let first = try await client.generate("smol-a", "hi")
            #expect(first.status == 500)
            #expect(first.error == "out of luck")
            let second = try await client.generate("smol-a", "hi")
            #expect(second.status == 503)
            #expect(second.error == "server busy, please try again.  maximum pending requests exceeded")
            #expect(try await client.generate("smol-a", "hi").status == 200)
        }
        try await withServer(.test(faults: ["500:path=/api/version", "503:model=smol-b"])) { (client, _) async throws in
            #expect(try await client.get("/api/version").status == 500)
            #expect(try await client.generate("smol-a", "hi").status == 200)
            #expect(try await client.generate("SMOL-B:latest", "hi").status == 503)
        }
    }

    @Test func cutStreamBreaksTheConnection() async throws {
        try await withServer(.test(faults: ["cut-stream:after=7,times=1"])) { (_, server) async throws in
            let cut = try await raw(server)
            #expect(cut.lines.count == 7)
            #expect(!cut.isComplete, "the terminating chunk is missing")
            let whole = try await raw(server)
            #expect(whole.isComplete)
            #expect(whole.lines.count == 41, "the runner was free again")
        }
    }

    @Test func cutStreamBreaksWholeAnswersAndOpenAIToo() async throws {
        try await withServer(.test(faults: ["cut-stream"])) { (client, server) async throws in
            await #expect(throws: (any Error).self) {
                try await client.generate("smol-a", "hi", ["stream": false])
            }
            let body: JSONValue = .members([
                "model": "smol-a", "stream": true,
                "messages": .array([.members(["role": "user", "content": "Write a long story."])]),
            ])
            let cut = try await raw(server, "/v1/chat/completions", body)
            #expect(!cut.isComplete)
            #expect(cut.lines.count == 5)
        }
    }

    @Test func aShortStreamIsCutBeforeItsEnd() async throws {
        try await withServer(.test(faults: ["cut-stream:after=500"])) { (_, server) async throws in
            let cut = try await raw(server)
            #expect(cut.lines.count == 40)
            #expect(!cut.isComplete)
            #expect(!cut.lines.contains { $0.contains("\"done\":true") })
        }
    }

    @Test func errorLineEndsAStream() async throws {
        try await withServer(.test(faults: ["error-line:after=3,message=broken"])) { (_, server) async throws in
            let result = try await raw(server)
            #expect(result.isComplete)
            #expect(result.lines.count == 4)
            #expect(result.lines.last == #"{"error":"broken"}"#)
        }
    }

    @Test func malformedLineIsNoJSON() async throws {
        try await withServer(.test(faults: ["malformed-line:after=3"])) { (_, server) async throws in
            let result = try await raw(server)
            #expect(result.isComplete)
            #expect(result.lines.count == 42)
            let broken = result.lines.filter { (try? JSONReader.read($0.utf8)) == nil }
            #expect(broken == [result.lines[3]])
        }
    }

    @Test func unloadNeverFrees() async throws {
        let time = SteppedTime()
        try await withServer(.test(faults: ["unload-never-frees:times=1"]), time: time) { (client, _) async throws in
            try await client.generate("smol-a")
            #expect(try await client.generate("smol-a", nil, ["keep_alive": 0]).json["done_reason"] == "unload")
            time.pass(3600)
            #expect(try await client.loadedNames() == ["smol-a:latest"])
        }
    }

    @Test func loadFails() async throws {
        try await withServer(.test(faults: ["load-fails:model=smol-a,times=1"])) { (client, _) async throws in
            let answer = try await client.generate("smol-a")
            #expect(answer.status == 500)
            #expect(answer.error == "llama runner process has terminated: cudaMalloc failed: out of memory")
            #expect(try await client.generate("smol-a").status == 200)
        }
    }

    @Test func hangNeverAnswers() async throws {
        let time = SteppedTime()
        try await withServer(.test(faults: ["hang:path=/api/ps,times=1"]), time: time) {
            (client, server) async throws in
            let hanging = Task { try await client.get("/api/ps") }
            #expect(try await client.until { await !server.canStill(.hang) })
            time.pass(3600)
            #expect(try await client.get("/api/version").status == 200)
            hanging.cancel()
            await #expect(throws: (any Error).self) { try await hanging.value }
        }
    }

    @Test func hangInTheMiddleOfAStream() async throws {
        try await withServer(.test(faults: ["hang:after=4,times=1"])) { (client, server) async throws in
            let result = try await raw(server, lines: 4)
            #expect(result.lines.count == 4)
            #expect(!result.isComplete)
            #expect(try await raw(server).isComplete, "the client that left has freed the runner")
        }
    }

    @Test func slowStartAcceptsAndWaits() async throws {
        try await withServer(.test(faults: ["slow-start:seconds=8"])) { (client, server) async throws in
            #expect(try await client.get("/api/version").status == 200)
            #expect(await server.now() >= 8)
            #expect(try await client.get("/api/version").status == 200)
        }
    }

    @Test func aLoadCanTakeLonger() async throws {
        try await withServer(.test(faults: ["slow-load:seconds=40,times=1"])) { (client, server) async throws in
            _ = try await client.generate("smol-a")
            #expect(await server.now() >= 40)
        }
    }

    @Test func aLostGPULeavesTheCPU() async throws {
        try await withServer(.test(vram: 48 << 30, faults: ["gpu-lost:model=smol-b"])) { (client, _) async throws in
            for name in ["smol-a", "smol-b"] { _ = try await client.generate(name) }
            let models = try await client.get("/api/ps").json["models"]?.elements ?? []
            let bytes = models.map { ($0["name"]?.text, $0["size_vram"]?.int ?? -1) }
            #expect(bytes.contains { $0.0 == "smol-a:latest" && $0.1 > 0 })
            #expect(bytes.contains { $0.0 == "smol-b:latest" && $0.1 == 0 })
        }
    }

    /// Time stands still: whoever waited for something to end would wait for ever.
    @Test(.timeLimit(.minutes(2))) func stoppingClosesHangingConnectionsAtOnce() async throws {
        let server = try SimulatedServer(
            configuration: .test(faults: ["hang:path=/api/ps,times=1"]), time: SteppedTime(isHeld: true))
        try await server.start()
        let client = TestClient(url: await server.url)
        let tasks = [
            Task { try await client.get("/api/ps") }, Task { try await client.generate("smol-a") },
            Task { try await client.generate("smol-b", "hi") },
        ]
        #expect(try await client.until { await server.arrivals() == 2 })
        #expect(try await client.until { await !server.canStill(.hang) })
        await server.stop()
        for task in tasks { _ = await task.result }
    }

    @Test func aFaultIsReadFromItsText() throws {
        let fault = try SimulatedFault(parsing: "load-fails:model=deepseek-r1:70b")
        #expect(fault.model == "deepseek-r1:70b")
        let spaced = try SimulatedFault(parsing: "load-fails: model = deepseek-r1:70b")
        #expect(fault == spaced)
        #expect(try SimulatedFault(parsing: "delay").seconds == 1)
        #expect(try SimulatedFault(parsing: "delay:seconds=2s,path=api/ps").path == "/api/ps")
        #expect(try SimulatedFault(parsing: "500:message=a, b,times=3").message == "a, b")
        for kind in SimulatedFault.Kind.allCases {
            #expect(SimulatedFault.help.contains(kind.rawValue))
            #expect(throws: Never.self) { try SimulatedFault(parsing: "\(kind.rawValue):times=2") }
        }
    }

    @Test(arguments: [
        ("explode", "there is no fault \"explode\""), ("delay:seconds", "\"seconds\" in the fault"),
        ("delay:seconds=soon", "must be a number"), ("hang:times=0", "above 0"), ("hang:after=x", "whole number"),
        ("hang:color=red", "unknown option \"color\""),
    ])
    func aWrongTextIsExplained(_ text: String, _ reason: String) {
        #expect { try SimulatedFault(parsing: text) } throws: { "\($0)".contains(reason) }
    }
}
