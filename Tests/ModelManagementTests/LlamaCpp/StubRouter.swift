import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Synchronization
import Testing

/// A router that a stub plays, with two models, and a manager of it. The states of its models are set by the test.
final class StubRouter: Sendable {
    let server: StubServer
    let manager: LlamaCppManager
    let clock = TestClock()
    let lines = LogLines()
    private let entries = Mutex<[String: String]>([:])

    /// - Parameters:
    ///   - states: how the models stand.
    ///   - most: the most models at a time.
    ///   - loadsOnRequest: whether a request loads its model.
    init(_ states: [String: String] = [:], most: Int = 1, loadsOnRequest: Bool = false) async throws {
        server = try await StubServer.start()
        manager = LlamaCppManager(
            configuration: ServerConfiguration(
                name: "router", provider: .llamaCpp,
                url: ServerAddress(scheme: "http", host: "127.0.0.1", port: server.port), verbose: true),
            log: lines.log(.llamaCpp, verbose: true), timekeeper: clock.timekeeper)
        for id in ["smol-a", "smol-b"] { set(id, states[id] ?? "unloaded") }
        let props = try Capture("llama.cpp/props_router").body
            .replacing(#""max_instances":1"#, with: #""max_instances":\#(most)"#)
            .replacing(#""models_autoload":false"#, with: #""models_autoload":\#(loadsOnRequest)"#)
        let ofModel = try Capture("llama.cpp/props_model").answer
        server.on("GET", "/props") { $0.target.contains("?model=") ? ofModel : .json(props) }
        server.on("GET", "/health", try Capture("llama.cpp/health_router").answer)
        server.on("GET", "/slots", try Capture("llama.cpp/slots_model").answer)
        server.on("GET", "/v1/models") { _ in .json(self.list) }
        server.on("POST", "/models/load", try Capture("llama.cpp/load_smol_a").answer)
        server.on("POST", "/models/unload", try Capture("llama.cpp/unload_b").answer)
        server.on("POST", "/v1/chat/completions", try Capture("llama.cpp/chat_stream").answer)
    }

    private var list: String {
        let all = entries.withLock { entries in entries.keys.sorted().compactMap { entries[$0] } }
        return #"{"data":[\#(all.joined(separator: ","))],"object":"list"}"#
    }

    /// Sets how a model stands.
    /// - Parameter more: other members of its `status`.
    func set(_ id: String, _ state: String, more: String = "") {
        let meta =
            ["loaded", "sleeping"].contains(state)
            ? #","meta":{"n_ctx":2048,"n_ctx_train":8192,"n_params":134515008,"size":96576768,"ftype":"Q4_1"}"# : ""
        let entry =
            #"{"id":"\#(id)","aliases":["\#(id)-alias"],"object":"model","status":{"value":"\#(state)","args":"#
            + #"["llama-server","--port","51031","--ctx-size","2048"]\#(more)}\#(meta)}"#
        entries.withLock { $0[id] = entry }
    }

    /// Sends the events of a load, whatever is asked of it.
    func stream(_ events: [String], isCut: Bool = false) {
        server.on(
            "GET", "/models/sse",
            .lines(events.flatMap { ["data: \($0)", ""] }, type: "text/event-stream", isCut: isCut))
    }

    /// The requests that change something.
    var posts: [String] {
        server.requests.filter { $0.method == "POST" }.map { "\($0.path) \($0.body)" }
    }

    func count(_ path: String) -> Int { server.requests.count { $0.path == path } }

    func load(
        _ name: ModelName = "smol-a", context: Int? = nil, progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> ModelInfo {
        try await manager.loadModel(name, params: LoadParameters(contextLength: context), progress: progress)
    }

    /// What an operation fails with.
    func failure<Result>(_ operation: () async throws -> Result) async -> ModelManagementError? {
        do {
            _ = try await operation()
            return nil
        } catch {
            return error as? ModelManagementError
        }
    }

    func close() async {
        await manager.shutdown()
        await server.stop()
    }
}

/// One event of a router's stream.
func event(_ state: String, of id: String = "smol-a", name: String = "status_change", more: String = "") -> String {
    #"{"model":"\#(id)","event":"\#(name)","data":{"status":"\#(state)"\#(more)}}"#
}

/// The part of an event that tells how far a load has come.
func progress(_ value: Double, stages: String = #"["text_model"]"#, current: String = "text_model") -> String {
    #","progress":{"stages":\#(stages),"current":"\#(current)","value":\#(value)}"#
}

/// Keeps the shares that a load tells.
final class Shares: Sendable {
    private let values = Mutex<[Double]>([])

    var all: [Double] { values.withLock { $0 } }

    func add(_ value: Double) { values.withLock { $0.append(value) } }
}
