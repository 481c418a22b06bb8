import Foundation
import PromptChainCore

extension OllamaManager {
    /// Loads a model and returns when it is ready. One that is loaded with the same options is only touched, so that
    /// its time begins anew; another context, or other options of the runner, load it again.
    ///
    /// The request stays open as long as the load takes: Ollama gives a load up when its client goes away, so only
    /// cancelling the task ends it.
    public func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        // What runs in the cloud takes no memory here, and there is nothing to load.
        if name.isCloud { return ModelInfo(name: name, provider: .ollama, server: server, isLoaded: true) }
        let before = try await loadedModels(action: "load \(name.short)")
        if let loaded = try await entry(for: name, in: before), isSame(name, loaded, params) {
            return try await touch(name, loaded, params)
        }
        log.loading(name)
        let facts = try await factsForLoad(of: name)
        if let maximum = facts?.contextMaximum { log.contextMaximum(name, maximum) }
        if let context = params.contextLength { log.contextLength(context, maximum: facts?.contextMaximum) }
        let start = connection.timekeeper.elapsed()
        remember(name) { $0.busy += 1 }
        defer { remember(name) { $0.busy -= 1 } }
        try await requestLoad(name, params, embeds: facts?.embedsOnly ?? false)
        let seconds = connection.timekeeper.elapsed() - start
        return try await loaded(name, params, seconds: seconds)
    }

    /// Whether a load would find everything as it is asked for.
    private func isSame(_ name: ModelName, _ loaded: ModelInfo, _ params: LoadParameters) -> Bool {
        let known = remembered(name)
        let isAsBefore =
            known.asked?.contextLength == params.contextLength && known.contextLength == loaded.contextLength
        // A context above the maximum was cut down at the first load, and will be again.
        let context = params.contextLength.map { $0 == loaded.contextLength || isAsBefore } ?? true
        let options = params.runnerOptions.isEmpty || known.asked?.runnerOptions == params.runnerOptions
        return context && options
    }

    private func touch(_ name: ModelName, _ loaded: ModelInfo, _ params: LoadParameters) async throws -> ModelInfo {
        if params.keepAlive != .serverDefault {
            try await requestLoad(name, params, embeds: false)
        }
        let now = connection.timekeeper.now()
        remember(name) { $0.lastUsed = now }
        var info = loaded
        info.lastUsed = now
        if case .seconds(let seconds) = params.keepAlive {
            info.expiresAt = now.addingTimeInterval(seconds)
            info.isPinned = seconds < 0
        }
        if params.keepAlive == .forever { info.isPinned = true }
        return info
    }

    // Whoever loads a model has mostly asked about it just before, and then it is not asked again. An old server may not
    // tell about models; only that the model is missing ends the load here.
    private func factsForLoad(of name: ModelName) async throws -> ToldFacts? {
        if let told = told(of: name) { return told }
        do {
            _ = try await show(name, action: "load \(name.short)")
            return remembered(name).told
        } catch let error as ModelManagementError where error.kind == .badRequest || error.kind == .server {
            return nil
        }
    }

    private func requestLoad(_ name: ModelName, _ params: LoadParameters, embeds: Bool) async throws {
        var call = HTTPCall("POST", "/api/generate", lane: .long, isRetried: true, action: "load \(name.short)")
        if !embeds {
            call.body = OllamaRequest.residency(name.canonical, load: params)
            do {
                try await success(call, model: name)
                return
            } catch let error as ModelManagementError where error.kind == .notSupported {
                // An embedding model; what the server tells about capabilities does not always say so.
            }
        }
        call.path = "/api/embed"
        call.body = OllamaRequest.embedding(name.canonical, load: params)
        try await success(call, model: name)
    }

    private func loaded(_ name: ModelName, _ params: LoadParameters, seconds: Double) async throws -> ModelInfo {
        let now = connection.timekeeper.now()
        var found: ModelInfo?
        do {
            found = try await entry(for: name, in: loadedModels())
            if found == nil {
                log.warning(
                    "\(name.short) was loaded and has left memory again: the server made room for another model, or "
                        + "its keep-alive is very short")
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The load itself went well; the figures come with the next reading.
            log.warning("\(name.short) is loaded, but its memory cannot be read: \(error)")
        }
        var info = found ?? ModelInfo(name: name, provider: .ollama, server: server, isLoaded: false)
        info.loadSeconds = seconds
        info.lastUsed = now
        remember(name) {
            $0.loadSeconds = seconds
            $0.lastUsed = now
            $0.asked = params
            $0.contextLength = info.contextLength
        }
        log.loaded(name, seconds: seconds, vramBytes: info.vramBytes)
        warnAboutDifferences(name, params, info)
        return info
    }

    private func warnAboutDifferences(_ name: ModelName, _ params: LoadParameters, _ info: ModelInfo) {
        if let asked = params.contextLength, let got = info.contextLength, got < asked {
            log.warning("\(name.short) was asked for a context of \(asked) tokens and has \(got): that is its maximum")
        }
        // Without a GPU nothing is in its memory, and nothing has spilled.
        if let vram = info.vramBytes, let size = info.sizeBytes, vram > 0, vram < size {
            log.warning(
                "\(name.short) does not fit into GPU memory: \(ByteCount.text(size - vram)) of \(ByteCount.text(size)) "
                    + "are in the computer's own memory, which is much slower")
        }
    }
}

extension OllamaPayload.Show {
    /// Whether the server says that the model embeds text and cannot generate any.
    var embedsOnly: Bool {
        guard let capabilities else { return false }
        return capabilities.contains("embedding") && !capabilities.contains("completion")
    }
}
