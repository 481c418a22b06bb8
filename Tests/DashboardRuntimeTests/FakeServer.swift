import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// A manager that a test scripts, with all that the dashboard can ask for.
final class FakeServer: ModelManager, TextGenerator, ModelLibrary, ServerInspector {
    struct Script {
        var models: [ModelInfo] = []
        var installed: [InstalledModel] = []
        var failure: ModelManagementError?
        var staysLoaded = false
        /// Answers begin and never end.
        var isSlow = false
        var calls: [String] = []
        /// Calls to `loadedModels` wait here while it is set.
        var gate: Gate?
    }

    /// Holds callers until it is opened.
    final class Gate: Sendable {
        private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

        func pass() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    let script = Mutex(Script())

    var provider: ModelProvider { .ollama }
    var server: String { "box" }
    var address: String { "http://box:11434" }
    var capabilities: ManagerCapabilities { [.load, .unload, .pull, .delete, .listInstalled, .keepAlive] }

    var calls: [String] { script.withLock { $0.calls } }

    func set(_ change: (inout Script) -> Void) { script.withLock { change(&$0) } }

    private func called(_ name: String) throws -> Script {
        let current = script.withLock { script in
            script.calls.append(name)
            return script
        }
        if let failure = current.failure { throw failure }
        return current
    }

    func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        _ = try called("load \(name) \(params.contextLength.map { "\($0)" } ?? "default")")
        let info = ModelInfo(name: name, provider: .ollama, server: server, isLoaded: true, loadSeconds: 2)
        set { $0.models.append(info) }
        return info
    }

    func unloadModel(_ name: ModelName) async throws -> Bool {
        let current = try called("unload \(name)")
        guard !current.staysLoaded else { return false }
        set { $0.models.removeAll { $0.name == name } }
        return true
    }

    func isModelLoaded(_ name: ModelName) async throws -> Bool { try await loadedModels().contains { $0.name == name } }

    func loadedModels() async throws -> [ModelInfo] {
        let current = try called("ps")
        await current.gate?.pass()
        return current.models
    }

    func healthCheck() async -> Bool { script.withLock { $0.failure == nil } }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            continuation.yield(.text("answer of \(request.model)"))
            if script.withLock({ $0.isSlow }) { return }
            continuation.yield(.finished(GenerationMetrics(reason: "stop", promptTokens: 3, outputTokens: 3)))
            continuation.finish()
        }
    }

    func describe(_ name: ModelName) async throws -> ModelDescription {
        ModelDescription(model: InstalledModel(name: name, server: server))
    }

    func installedModels() async throws -> [InstalledModel] { try called("tags").installed }

    func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        AsyncThrowingStream { continuation in
            continuation.yield(PullProgress(status: "pulling", completedBytes: 1, totalBytes: 4))
            continuation.finish(throwing: script.withLock { $0.failure })
        }
    }

    func delete(_ name: ModelName) async throws { _ = try called("delete \(name)") }

    func version() async throws -> String? {
        _ = try called("version")
        return "1.0"
    }

    func shutdown() async {}
}
