import Foundation
import PromptChainCore

extension OllamaManager {
    /// Asks for a model to leave memory and watches the list of loaded models until it is gone.
    ///
    /// The server's 200 does not mean that it is gone: a model that is generating stays until it is done, and one that
    /// is loading is loaded all the same.
    /// - Returns: `true` when it is gone or was not there; `false`, with a warning in the log, when it is still there
    ///   at the deadline or cannot be unloaded by its name.
    public func unloadModel(_ name: ModelName) async throws -> Bool {
        if name.isCloud { return true }
        let start = connection.timekeeper.elapsed()
        var asked: ModelInfo?
        var pause = 0.05
        while true {
            let listed = try await listed(asked?.name ?? name)
            if listed == nil, asked != nil || remembered(name).busy == 0 {
                if asked != nil { log.unloaded(name) }
                return true
            }
            if let listed, asked == nil {
                log.unloading(name)
                guard try await requestUnload(listed) else {
                    warnAboutDeleted(listed)
                    return false
                }
                asked = listed
            }
            guard connection.timekeeper.elapsed() - start < unloadDeadline else {
                warnThatItStays(name, listed)
                return false
            }
            try await connection.timekeeper.sleep(pause)
            pause = min(0.5, pause * 1.5)
        }
    }

    private func listed(_ name: ModelName) async throws -> ModelInfo? {
        try await entry(for: name, in: loadedModels(action: "unload \(name.short)"))
    }

    /// - Returns: `false` when the server does not know the name although it lists it: the model was deleted on disk.
    private func requestUnload(_ model: ModelInfo) async throws -> Bool {
        let call = HTTPCall(
            "POST", "/api/generate",
            body: OllamaRequest.residency(model.name.canonical, load: LoadParameters(keepAlive: .seconds(0))),
            isRetried: true, action: "unload \(model.name.short)")
        let reply = try await connection.reply(call)
        try connection.refuseWebPage(call, reply)
        if reply.isSuccess { return true }
        if reply.status == 404 { return try await listed(model.name) == nil }
        throw await explained(connection.failure(call, reply: reply), model: model.name)
    }

    private func warnAboutDeleted(_ model: ModelInfo) {
        let end =
            model.isPinned
            ? "it stays until the server is restarted"
            : "it leaves by itself" + (model.expiresAt.map { " at \(Timestamp.text($0))" } ?? "")
        log.warning(
            "Model may still be loaded in Ollama: \(model.name.short) was deleted from disk, so it cannot be unloaded "
                + "by its name; \(end)")
    }

    private func warnThatItStays(_ name: ModelName, _ listed: ModelInfo?) {
        let deadline = Seconds.text(unloadDeadline)
        let reason =
            if listed == nil {
                "it is still being loaded"
            } else if let expiry = listed?.expiresAt, expiry > connection.timekeeper.now().addingTimeInterval(1) {
                "another client has asked for it again"
            } else {
                "it is still answering a request, and leaves when that ends"
            }
        log.warning("Model may still be loaded in Ollama: \(name.short) is there after \(deadline): \(reason)")
    }
}
