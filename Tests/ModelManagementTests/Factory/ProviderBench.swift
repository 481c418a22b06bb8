import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs

/// A manager of one of the providers with OpenAI's API, and the stub that plays its server.
struct ProviderBench {
    typealias Manager = ModelManager & TextGenerator & ModelLibrary & ServerInspector

    static let kinds: [ModelProvider] = [.localAI, .vllm, .llamaSwap, .lmStudio]

    let server: StubServer
    let memory: StubMemory
    let manager: any Manager
    let clock = TestClock()
    let lines = LogLines()

    /// - Parameters:
    ///   - isLoaded: whether `phi-4` is in memory.
    ///   - isLimited: whether the server is one that can do less: an older one, or one started without something.
    init(
        _ kind: ModelProvider, isLoaded: Bool = false, isLimited: Bool = false, timeout: Double = 10,
        headers: [String: String] = [:]
    ) async throws {
        server = try await StubServer.start()
        memory = isLoaded ? StubMemory("phi-4") : StubMemory()
        let address = ServerAddress(scheme: "http", host: "127.0.0.1", port: server.port)
        let configuration = ServerConfiguration(
            name: "box", provider: kind, url: address, headers: headers, timeout: timeout, verbose: true)
        let log = lines.log(kind, verbose: true)
        switch kind {
        case .localAI:
            server.playLocalAI(memory, hasLoadCall: !isLimited)
            manager = LocalAIManager(configuration: configuration, log: log, timekeeper: clock.timekeeper)
        case .vllm:
            server.playVLLM(memory, canSleep: !isLimited)
            manager = VLLMManager(configuration: configuration, log: log, timekeeper: clock.timekeeper)
        case .llamaSwap:
            server.playLlamaSwap(memory, unloadsOne: !isLimited)
            manager = LlamaSwapManager(configuration: configuration, log: log, timekeeper: clock.timekeeper)
        default:
            server.playLMStudio(memory, isOld: isLimited)
            manager = LMStudioManager(configuration: configuration, log: log, timekeeper: clock.timekeeper)
        }
    }

    func close() async {
        await manager.shutdown()
        await server.stop()
    }

    /// Works on a bench of its own, and closes it also when the work fails.
    static func with(
        _ kind: ModelProvider, isLoaded: Bool = false, isLimited: Bool = false, timeout: Double = 10,
        headers: [String: String] = [:], _ work: (ProviderBench) async throws -> Void
    ) async throws {
        let bench = try await ProviderBench(
            kind, isLoaded: isLoaded, isLimited: isLimited, timeout: timeout, headers: headers)
        do { try await work(bench) } catch {
            await bench.close()
            throw error
        }
        await bench.close()
    }

    /// What was sent that may have an effect.
    var posts: [String] { server.requests.filter { $0.method == "POST" }.map(\.target) }

    /// How often a path was asked for.
    func count(_ path: String) -> Int { server.requests.count { $0.path == path } }

    /// The whole answer to “Hi”.
    func answer(_ model: ModelName = "phi-4") async throws -> (text: String, metrics: GenerationMetrics?) {
        var text = ""
        var metrics: GenerationMetrics?
        let request = GenerationRequest(model: model, messages: [ChatMessage(role: "user", content: "Hi")])
        for try await event in manager.generate(request) {
            switch event {
            case .text(let part): text += part
            case .thinking, .toolCalls: break
            case .finished(let result): metrics = result
            }
        }
        return (text, metrics)
    }

    /// The failure of some work, if it is one that is in words.
    func failure(_ work: () async throws -> Void) async -> ModelManagementError? {
        do { try await work() } catch { return error as? ModelManagementError }
        return nil
    }

    func load(_ name: ModelName = "phi-4", context: Int? = nil) async throws -> ModelInfo {
        try await manager.loadModel(name, params: LoadParameters(contextLength: context))
    }
}
