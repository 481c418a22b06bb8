import ModelManagement
import PromptChainCore
import Synchronization

@testable import ChainEngine

/// A server with a few models of known size and speed; every call moves the test's clock.
final class FakeServer: ModelLimitTeller, TextGenerator, ModelLibrary, ServerInspector {
    /// A model that the server has.
    struct Model: Sendable {
        var gigabytes: Double
        var loadSeconds = 2.0
        var spilledGigabytes = 0.0
        var contextMaximum = 32_768
        /// The KV cache of one token, in bytes.
        var bytesPerToken = 0
        /// Where its weights are.
        var file: String?
        /// What it can do, where the server tells.
        var capabilities: [String]?
    }

    /// One thing that happens while a model answers.
    enum Act: Sendable {
        case wait(Double)
        case text(String)
        case thinking(String)
        /// The model asks for tools.
        case tools([ToolCall])
        case fail(ModelManagementError)
        case finish(GenerationMetrics)
        /// Nothing more, until the reader goes away.
        case hang
        /// Nothing more, until the server has been asked for something: `load mistral-small:22b`.
        case call(String)
        /// Nothing more, until a model is in memory.
        case loaded(ModelName)
        /// From here on the next reading of what is loaded lets the held loads end.
        case releaseAtListing
        /// Nothing more, until the test says so.
        case mark(String)
    }

    struct State {
        var models: [ModelName: Model] = [:]
        var loaded: [ModelName: ModelInfo] = [:]
        var acts: [ModelName: [Act]] = [:]
        /// What the next answers of a model are, before `acts` holds.
        var nextActs: [ModelName: [[Act]]] = [:]
        var loadErrors: [ModelName: ModelManagementError] = [:]
        /// Errors of the next load alone.
        var nextLoadErrors: [ModelName: ModelManagementError] = [:]
        var unloadErrors: [ModelName: ModelManagementError] = [:]
        var listError: ModelManagementError?
        var stuck: Set<ModelName> = []
        var hangingLoads: Set<ModelName> = []
        /// Loads that go on until somebody lets them end.
        var heldLoads: Set<ModelName> = []
        var ignoresCancellation = false
        var hangingUnloads: Set<ModelName> = []
        var digests: [ModelName: String] = [:]
        var answered = 0
        var calls: [String] = []
        var marks: Set<String> = []
        /// Whether the next reading of what is loaded lets the held loads end.
        var releasesAtListing = false
        /// Models of others that turn up when a model is loaded.
        var arrivals: [ModelName: ModelName] = [:]
        var loads: [LoadParameters] = []
        var requests: [GenerationRequest] = []
        /// The most models that it holds, as a router tells it.
        var mostModels: Int?
    }

    let clock: ManualClock
    let server: String
    let state: Mutex<State>
    let provider = ModelProvider.ollama
    let capabilities: ManagerCapabilities
    var address: String { "http://\(server):11434" }

    init(
        _ models: [ModelName: Model], clock: ManualClock, name: String = "gpu-box",
        capabilities: ManagerCapabilities = [.load, .unload]
    ) {
        self.capabilities = capabilities
        self.clock = clock
        server = name
        var state = State()
        state.models = models
        self.state = Mutex(state)
    }

    /// Changes what the server does.
    func set(_ change: (inout State) -> Void) {
        state.withLock { change(&$0) }
        wakeWaiters()
    }

    private let waiters = Mutex<
        [(condition: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)]
    >([])

    /// Waits until something is true of the server.
    func until(_ condition: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in
            waiters.withLock { $0.append((condition, continuation)) }
            wakeWaiters()
        }
    }

    private func wakeWaiters() {
        let ready = waiters.withLock { waiters in
            let state = state.withLock { $0 }
            let ready = waiters.filter { $0.condition(state) }
            waiters.removeAll { $0.condition(state) }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    var loadedNames: [String] { state.withLock { $0.loaded.keys.map(\.short).sorted() } }

    var calls: [String] { state.withLock { $0.calls } }

    /// Puts a model in memory, as somebody else would.
    func occupy(_ name: ModelName, isPinned: Bool = false, context: Int = 4096) {
        state.withLock { state in
            var info = info(name, state, context: context)
            info.isPinned = isPinned
            state.loaded[name] = info
        }
    }

    private func info(_ name: ModelName, _ state: State, context: Int?) -> ModelInfo {
        let model = state.models[name] ?? Model(gigabytes: 1)
        let bytes = Int64(model.gigabytes * 1e9)
        return ModelInfo(
            name: ModelName(name.canonical), provider: .ollama, server: server, isLoaded: true, sizeBytes: bytes,
            vramBytes: bytes - Int64(model.spilledGigabytes * 1e9),
            contextLength: min(context ?? 4096, model.contextMaximum), digest: state.digests[name])
    }

    func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        let (isHanging, ignores, seconds) = state.withLock { state in
            state.calls.append("load \(name.short)")
            state.loads.append(params)
            return (
                state.hangingLoads.contains(name), state.ignoresCancellation, state.models[name]?.loadSeconds ?? 0
            )
        }
        wakeWaiters()
        if isHanging { try await hang(ignoringCancellation: ignores) }
        await until { !$0.heldLoads.contains(name) }
        let error = state.withLock { $0.loadErrors[name] ?? $0.nextLoadErrors.removeValue(forKey: name) }
        if let error { throw error }
        guard state.withLock({ $0.models[name] != nil }) else {
            throw ModelManagementError(
                kind: .modelNotFound, action: "load \(name)", server: server, reason: "model '\(name)' not found",
                hint: "did you mean mistral-small:22b? `--pull` downloads it")
        }
        clock.advance(by: seconds)
        defer { wakeWaiters() }
        return state.withLock { state in
            let info = info(name, state, context: params.contextLength)
            state.loaded[name] = info
            if let other = state.arrivals[name] { state.loaded[other] = self.info(other, state, context: nil) }
            return info
        }
    }

    func unloadModel(_ name: ModelName) async throws -> Bool {
        let isHanging = state.withLock { state in
            state.calls.append("unload \(name.short)")
            return state.hangingUnloads.contains(name)
        }
        if isHanging { try await hang(ignoringCancellation: false) }
        clock.advance(by: 0.5)
        defer { wakeWaiters() }
        return try state.withLock { state in
            if let error = state.unloadErrors[name] { throw error }
            if state.stuck.contains(name) { return false }
            state.loaded[name] = nil
            return true
        }
    }

    func isModelLoaded(_ name: ModelName) async throws -> Bool { state.withLock { $0.loaded[name] != nil } }

    func loadedModels() async throws -> [ModelInfo] {
        defer { wakeWaiters() }
        return try state.withLock { state in
            if let error = state.listError { throw error }
            if state.releasesAtListing { state.heldLoads = [] }
            return state.loaded.values.sorted { $0.name.canonical < $1.name.canonical }
        }
    }

    func healthCheck() async -> Bool { true }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let acts = state.withLock { state in
            state.requests.append(request)
            state.answered += 1
            let answer = GenerationMetrics(reason: "stop", outputSeconds: 1, promptTokens: 10, outputTokens: 20)
            if state.nextActs[request.model]?.isEmpty == false, let next = state.nextActs[request.model]?.removeFirst()
            {
                return next
            }
            return state.acts[request.model]
                ?? [.wait(0.25), .text("answer \(state.answered)"), .wait(1), .finish(answer)]
        }
        // Time moves when the reader asks for more, so that it sees the same times in every run of the test.
        let rest = Mutex(acts[...])
        return AsyncThrowingStream {
            while let act = rest.withLock({ $0.popFirst() }) {
                switch act {
                case .wait(let seconds): self.clock.advance(by: seconds)
                case .text(let text): return .text(text)
                case .thinking(let text): return .thinking(text)
                case .tools(let calls): return .toolCalls(calls)
                case .finish(let metrics): return .finished(metrics)
                case .fail(let error): throw error
                case .hang:
                    try? await self.hang(ignoringCancellation: false)
                    return nil
                case .call(let call): await self.until { $0.calls.contains(call) }
                case .releaseAtListing: self.set { $0.releasesAtListing = true }
                case .mark(let mark): await self.until { $0.marks.contains(mark) }
                case .loaded(let name): await self.until { $0.loaded[name] != nil }
                }
            }
            return nil
        }
    }

    func describe(_ name: ModelName) async throws -> ModelDescription {
        let model = state.withLock { $0.models[name] }
        let geometry = model.map { model in
            ModelGeometry(
                architecture: "test", layers: 1, embeddingLength: 1, keyValueHeads: [1], heads: [1],
                keyLength: model.bytesPerToken / 2, valueLength: 0, vocabulary: 1)
        }
        return ModelDescription(
            model: InstalledModel(
                name: name, server: server, sizeBytes: model.map { Int64($0.gigabytes * 1e9) },
                contextMaximum: model?.contextMaximum,
                capabilities: model?.capabilities),
            geometry: geometry, file: model?.file)
    }

    func installedModels() async throws -> [InstalledModel] {
        state.withLock { state in
            state.models.keys.map { InstalledModel(name: $0, server: server, digest: state.digests[$0]) }
        }
    }

    func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        state.withLock { state in
            state.calls.append("pull \(name.short)")
            state.models[name] = Model(gigabytes: 4)
        }
        return AsyncThrowingStream { continuation in
            continuation.yield(PullProgress(status: "pulling", completedBytes: 500, totalBytes: 1000))
            continuation.finish()
        }
    }

    func delete(_ name: ModelName) async throws {}

    func maxLoadedModels() async throws -> Int? { state.withLock { $0.mostModels } }

    func version() async throws -> String? { "0.0.0" }

    func shutdown() async {}

    private func hang(ignoringCancellation: Bool) async throws {
        if ignoringCancellation {
            await withCheckedContinuation { (never: CheckedContinuation<Void, Never>) in
                held.withLock { $0.append(never) }
            }
        } else {
            try await Task.sleep(for: .seconds(86_400))
        }
    }

    // Calls that hang whatever happens; let go at the end so that nothing is leaked.
    private let held = Mutex<[CheckedContinuation<Void, Never>]>([])

    func letGo() {
        let waiting = held.withLock { held in
            defer { held = [] }
            return held
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Gives every step the same server, or the server that it names.
struct FakeServers: ChainServers {
    var standard: FakeServer
    var named: [String: FakeServer] = [:]

    func manager(for step: ServerRequest) async throws -> any ChainServer { server(of: step) }

    func name(for step: ServerRequest) -> String? { server(of: step).server }

    private func server(of step: ServerRequest) -> FakeServer { step.choice.flatMap { named[$0] } ?? standard }
}
