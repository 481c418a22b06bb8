import Foundation
import PromptChainCore

extension OllamaManager {
    /// The models on disk, sorted by name.
    public func installedModels() async throws -> [InstalledModel] {
        let call = HTTPCall("GET", "/api/tags", action: "list the installed models")
        return translation.library(try await decode(OllamaPayload.Installed.self, call))
    }

    /// What the server tells about a model: from `/api/show`, and from the list of installed models its size.
    public func describe(_ name: ModelName) async throws -> ModelDescription {
        async let listed = try? installedModels().first { $0.name == name }
        var show = try await show(name)
        if show.modelInfo?.lacksLists == true { show = try await self.show(name, verbose: true) }
        return translation.description(name, show, listed: await listed)
    }

    /// `POST /api/show`. With `verbose` long lists are sent, too: over 1 MB.
    func show(_ name: ModelName, verbose: Bool = false, action: String? = nil) async throws -> OllamaPayload.Show {
        var members: [String: JSONValue] = ["model": .string(name.canonical)]
        if verbose { members["verbose"] = true }
        let call = HTTPCall(
            "POST", "/api/show", body: OllamaRequest.body(members), isRetried: true,
            action: action ?? "describe \(name.short)")
        let answer = try await decode(OllamaPayload.Show.self, call, model: name)
        guard !answer.isEmpty else {
            throw connection.make(
                call, .foreign, "what answers there is not Ollama: it tells nothing about the model",
                hint: "Check the address \(address).")
        }
        let facts = ToldFacts(
            contextMaximum: answer.modelInfo?.contextMaximum, embedsOnly: answer.embedsOnly,
            weights: answer.weights, time: connection.timekeeper.elapsed())
        remember(name) { $0.told = facts }
        return answer
    }

    /// Downloads a model. Errors come inside a stream whose status is a success.
    public func pull(_ name: ModelName) -> AsyncThrowingStream<PullProgress, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await self.pull(name) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func pull(_ name: ModelName, _ give: (PullProgress) -> Void) async throws {
        let call = HTTPCall(
            "POST", "/api/pull",
            body: OllamaRequest.body(["model": .string(name.canonical), "stream": true]), lane: .long, isRetried: true,
            action: "pull \(name.short)")
        var isComplete = false
        try await connection.lines(connection.open(call), of: call) { data in
            guard let line = try? JSONDecoder().decode(OllamaPayload.PullLine.self, from: data) else {
                throw self.connection.malformed(data, call)
            }
            if let error = line.error { throw self.pullFailure(call, name, error) }
            if line.status == "success" { isComplete = true }
            give(
                PullProgress(status: line.status ?? "", completedBytes: line.completed, totalBytes: line.total))
            return true
        }
        try Task.checkCancellation()
        guard isComplete else {
            throw connection.make(
                call, .interrupted, "the download ended before it was complete",
                hint: "Pull it again: it goes on where it stopped.")
        }
        remember(name) { $0.told = nil }
    }

    private func pullFailure(_ call: HTTPCall, _ name: ModelName, _ reason: String) -> ModelManagementError {
        if reason.contains("no such host") || reason.contains("dial tcp") || reason.contains("timeout") {
            return connection.make(
                call, .server, reason, hint: "The server cannot reach the registry: check its network.")
        }
        if reason.contains("file does not exist") || reason.contains("not found") {
            return connection.make(
                call, .modelNotFound, reason, hint: "Look the name up at https://ollama.com/library.")
        }
        return connection.make(call, .server, reason)
    }

    /// Deletes a model from disk. One that is loaded stays in memory.
    public func delete(_ name: ModelName) async throws {
        let call = HTTPCall(
            "DELETE", "/api/delete", body: OllamaRequest.body(["model": .string(name.canonical)]), isRetried: true,
            action: "delete \(name.short)")
        try await success(call, model: name, isWanted: false)
        remember(name) { $0.told = nil }
    }

    /// A failure with what Ollama means by it: a missing model gets the nearest installed names, a failed load its kind.
    /// - Parameter isWanted: whether the model is to be used; nobody downloads what is to go.
    func explained(
        _ error: ModelManagementError, model: ModelName?, isWanted: Bool = true
    ) async -> ModelManagementError {
        guard let model, let status = error.status, error.kind != .foreign else { return error }
        var explained = error
        if status == 400, error.reason.contains("does not support") {
            explained.kind = .notSupported
            explained.hint = explained.hint ?? "`promptchain show \(model.short)` tells what the model can do."
        } else if status == 500 {
            explained.kind = .loadFailed
            explained.hint = loadHint(error.reason)
        } else if status == 404 {
            explained.kind = .modelNotFound
            let names = (try? await installedModels().map(\.name)) ?? []
            if names.contains(model) {
                explained.kind = .loadFailed
                explained.hint =
                    "The server lists it, but its files are missing: download it again with "
                    + "`promptchain pull \(model.short)`."
            } else {
                explained.hint = missingHint(model, names, isWanted: isWanted)
            }
        }
        return explained
    }

    private func missingHint(_ model: ModelName, _ installed: [ModelName], isWanted: Bool) -> String {
        var near = Nearest.matches(model.short, in: installed.map(\.short))
        if near.isEmpty, !model.text.contains(":") {
            // `lama3.1` for `llama3.1:8b`: without a tag of its own, a name is compared with names without theirs.
            let bases = Nearest.matches(model.short, in: installed.map { String($0.short.prefix { $0 != ":" }) })
            near = installed.map(\.short).filter { name in bases.contains { name.hasPrefix($0 + ":") } }
        }
        let (names, list) = (near.joined(separator: " or "), "`promptchain models` lists what is there.")
        guard isWanted else { return near.isEmpty ? list : "Did you mean \(names)? \(list)" }
        let pull = "`promptchain pull \(model.short)`"
        guard !near.isEmpty else { return "Download it with \(pull); \(list)" }
        return "Did you mean \(names)? Otherwise download it with \(pull)."
    }

    private func loadHint(_ reason: String) -> String {
        let lower = reason.lowercased()
        if lower.contains("memory") || lower.contains("cuda") || lower.contains("resource") {
            return "It may not fit into memory: unload other models, or load it with a shorter context (--context)."
        }
        return "Ollama's log says more; files that are damaged are repaired by pulling the model again."
    }
}
