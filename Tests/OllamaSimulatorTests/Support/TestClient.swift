import AsyncHTTPClient
import Foundation
import NIOCore
import SimulatorTestSupport

@testable import OllamaSimulator

/// A whole answer of the server.
struct TestAnswer: Sendable {
    var status: Int
    var contentType: String?
    var headers: [String: String]
    var body: String

    /// The body as JSON.
    var json: JSONValue { (try? JSONReader.read(body.utf8)) ?? .null }

    /// The body as JSON lines.
    var lines: [JSONValue] {
        body.split(separator: "\n").compactMap { try? JSONReader.read($0.utf8) }
    }

    /// The text of an error.
    var error: String? { json["error"]?.text }
}

/// Talks to one server.
struct TestClient: Sendable {
    let url: String

    func send(
        _ method: String, _ path: String, _ body: String? = nil, headers: [String: String] = [:]
    ) async throws -> TestAnswer {
        let response = try await open(method, path, body, headers: headers)
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return TestAnswer(
            status: Int(response.status.code), contentType: response.headers.first(name: "content-type"),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
            body: String(buffer: bytes))
    }

    /// Sends a request and returns as soon as the head of the answer is there.
    func open(
        _ method: String, _ path: String, _ body: String? = nil, headers: [String: String] = [:]
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url + path)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        return try await HTTPClient.shared.execute(request, timeout: .minutes(2))
    }

    func get(_ path: String) async throws -> TestAnswer { try await send("GET", path) }

    func post(_ path: String, _ body: JSONValue) async throws -> TestAnswer {
        try await send("POST", path, body.serialized)
    }

    /// Names, contexts and dates of the loaded models.
    func loaded() async throws -> [JSONValue] { try await get("/api/ps").json["models"]?.elements ?? [] }

    /// Names of the loaded models, sorted.
    func loadedNames() async throws -> [String] {
        try await loaded().compactMap { $0["name"]?.text }.sorted()
    }

    @discardableResult
    func generate(_ model: String, _ prompt: String? = nil, _ extra: [String: JSONValue] = [:]) async throws
        -> TestAnswer
    {
        try await post("/api/generate", Self.body(model, prompt, extra))
    }

    static func body(_ model: String, _ prompt: String? = nil, _ extra: [String: JSONValue] = [:]) -> JSONValue {
        var members = [JSONMember(key: "model", value: .string(model))]
        if let prompt { members.append(JSONMember(key: "prompt", value: .string(prompt))) }
        members += extra.sorted { $0.key < $1.key }.map { JSONMember(key: $0.key, value: $0.value) }
        return .object(members)
    }

    /// Asks again until something holds; the wire needs a moment for what the server does after its answer.
    func until(_ condition: () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(2))
        }
        return false
    }
}

/// Runs something against a server that is stopped afterwards. Its time is stepped: nothing there takes long, and no
/// model's time to stay runs out beside it.
func withServer<Result>(
    _ configuration: SimulatorConfiguration = .test(), time: any SimulationTime = SteppedTime(),
    _ body: (TestClient, SimulatedServer) async throws -> Result
) async throws -> Result {
    let server = try SimulatedServer(configuration: configuration, time: time)
    try await server.start()
    let client = TestClient(url: await server.url)
    do {
        let result = try await body(client, server)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}

extension SimulatorConfiguration {
    /// A server with the recorded models on a machine without a GPU, as they were recorded.
    static func test(
        speed: Double = 1, vram: Int64 = 0, catalogue: SimulatedCatalogue = .recorded, faults: [String] = [],
        maxLoaded: Int = 0, maxQueue: Int = 512
    ) -> SimulatorConfiguration {
        SimulatorConfiguration(
            vramBytes: vram, speed: speed, catalogue: catalogue,
            faults: faults.compactMap { try? SimulatedFault(parsing: $0) }, maxLoadedModels: maxLoaded,
            maxQueue: maxQueue)
    }
}

extension SimulatedCatalogue {
    /// The recorded models with large files, so that they load slowly: 3.3 simulated seconds on the GPU.
    static var slow: SimulatedCatalogue {
        SimulatedCatalogue(
            models: recorded.models.map { model in
                var model = model
                model.fileBytes = 7_500_000_000
                return model
            })
    }

    /// The recorded models and one whose file may be damaged.
    static func withBad(_ defect: SimulatedModel.Defect?) -> SimulatedCatalogue {
        var bad = SimulatedCatalogue.recorded.models[0]
        bad.name = "smol-bad:latest"
        bad.weightsKey = "smol-bad:latest"
        bad.defect = defect
        return SimulatedCatalogue(models: recorded.models + [bad])
    }
}
