import Foundation
import PromptChainCore

// Loading by a router. It takes a load or an unload and answers at once; the work goes on behind its back.
extension LlamaCppManager {
    private static let contextLimit = "a router gives a model the context of its own arguments and presets"

    /// Loads a model, joins a load that is under way, and does nothing about a model that is loaded.
    func loadOnRouter(
        _ name: ModelName, params: LoadParameters, progress: RisingShare, action: String
    ) async throws -> ModelInfo {
        let model = try find(name, in: try await routerModels(action: action), action: action)
        if model.state == .loaded {
            return api.touched(await info(model), params: params, limit: Self.contextLimit)
        }
        return try await api.load(name, params: params, limit: Self.contextLimit) {
            try await bringUp(model, name: name, progress: progress, action: action)
        } read: {
            let listed = match(name, in: try await routerModels(action: action))
            guard let listed, listed.state == .loaded else { return nil }
            return await info(listed)
        }
    }

    private func bringUp(
        _ model: RouterModel, name: ModelName, progress: RisingShare, action: String
    ) async throws {
        if model.state == .sleeping { return try await wake(model, action: action) }
        let watch = RouterWatch(api: api, id: model.id, action: action) { try await self.routerModels(action: $0) }
        // Opened before the load is asked for, so that nothing of it is missed.
        let stream = await watch.open()
        do {
            let isOurs = model.state == .loading ? false : try await ask(for: model, name: name, action: action)
            let rest = try await watch.untilRest(stream, hasBegun: !isOurs, share: progress)
            if case .unloaded(let code) = rest { throw loadFailure(code, action: action) }
        } catch {
            if Task.isCancelled, model.state != .loading { await giveUp(model.id, name: name) }
            throw error
        }
    }

    /// Asks the router to load a model. A router that is full makes room by unloading the model that was used least
    /// recently, if one is idle, and refuses otherwise: then it is asked again until one is.
    /// - Returns: `false` when somebody else has begun to load the model.
    private func ask(for model: RouterModel, name: ModelName, action: String) async throws -> Bool {
        let call = HTTPCall(
            "POST", "/models/load", body: Self.body(model.id), lane: .long, isRetried: true, action: action)
        var pause = 0.1
        while true {
            let reply: HTTPReply
            do {
                reply = try await api.connection.reply(call)
            } catch let error as ModelManagementError where error.kind == .interrupted {
                // The load may go on although its answer was lost: it is not asked for again.
                let now = match(name, in: try await routerModels(action: action))
                guard now?.isRunning == true else { throw error }
                return true
            }
            if reply.isSuccess { return true }
            let said = ErrorBody.text(reply) ?? ""
            if said.contains("already running") { return false }
            if reply.status == 404 || said.contains("not found") {
                throw unknown(name, action: action, in: try await routerModels(action: action))
            }
            guard said.contains("limit reached") else {
                throw explained(api.connection.failure(call, reply: reply), model: name)
            }
            if pause == 0.1 {
                api.log.warning(
                    "\(name.short) waits for room: all models that \(server) may hold at a time are loading or "
                        + "answering")
            }
            try await api.connection.timekeeper.sleep(pause)
            pause = min(2, pause * 1.5)
        }
    }

    // A server that sleeps is woken by any request that needs its model. This one computes nothing.
    private func wake(_ model: RouterModel, action: String) async throws {
        let body = JSONText.line(JSONValue.object(["model": .string(model.id), "content": ""]))
        try await api.success(
            HTTPCall("POST", "/tokenize", body: Array(body.utf8), lane: .long, isRetried: true, action: action))
    }

    // The caller is cancelled, and what it has begun must not stay; a task of its own is not cancelled with it.
    private func giveUp(_ id: String, name: ModelName) async {
        await Task {
            let action = "end the load of \(name.short)"
            let now = try? await routerModels(action: action).first { $0.id == id }
            guard now?.state == .loading, api.journal.loads(of: name) <= 1 else { return }
            _ = try? await api.connection.reply(
                HTTPCall("POST", "/models/unload", body: Self.body(id), action: action))
        }.value
    }

    private func loadFailure(_ code: Int64?, action: String) -> ModelManagementError {
        guard let code, code != 0 else {
            return ModelManagementError(
                kind: .loadFailed, action: action, server: server,
                reason: "it was unloaded before it was ready: by another client, or by the router, which made room",
                hint: "Look at what else uses \(server): promptchain ps.")
        }
        return ModelManagementError(
            kind: .loadFailed, action: action, server: server,
            reason: "its llama-server ended with exit code \(code) while it loaded",
            hint: "The router's log says why: a damaged file, or not enough memory.")
    }

    /// An error of a router in terms of its model.
    func explained(_ error: any Error, model name: ModelName) -> any Error {
        guard var error = error as? ModelManagementError else { return error }
        if error.reason.contains("model is not loaded") {
            error.kind = .loadFailed
            error.reason = "\(name.short) is not loaded, and this router loads no model by itself"
            error.hint = "Load it with `promptchain load \(name.short)`, or run the chain with --policy same-model."
        } else if error.reason.contains("failed to load") {
            error.kind = .loadFailed
            error.hint = "The router's log says why: a damaged file, or not enough memory."
        } else if error.reason.hasPrefix("model"), error.reason.contains("not found"),
            [.badRequest, .server].contains(error.kind)
        {
            error.kind = .modelNotFound
        } else if error.reason.contains("limit reached") {
            error.kind = .busy
            error.hint =
                "All models that it may hold are loading or answering: wait, or start it with more --models-max."
        }
        return error
    }

    /// The body of a request about a model.
    static func body(_ id: String) -> [UInt8] {
        Array(JSONText.line(JSONValue.object(["model": .string(id)])).utf8)
    }
}

extension LlamaCppManager {
    /// Asks a router to stop a model's server, and watches until it has ended. A model that answers a request is left
    /// until it is done, since the router would cut the answer off.
    func unloadOnRouter(_ name: ModelName, action: String) async throws -> Bool {
        try await api.unload(name) {
            match(name, in: try await routerModels(action: action))?.isRunning == true
        } ask: {
            guard let model = match(name, in: try await routerModels(action: action)), model.isRunning else {
                return nil
            }
            if await isBusy(model) { return "it is still answering a request, which an unload would cut off" }
            let watch = RouterWatch(api: api, id: model.id, action: action) { try await self.routerModels(action: $0) }
            let stream = await watch.open()
            let call = HTTPCall("POST", "/models/unload", body: Self.body(model.id), isRetried: true, action: action)
            let reply = try await api.connection.reply(call)
            if reply.isSuccess {
                try await watch.untilGone(stream, within: api.unloadDeadline)
                return nil
            }
            let said = ErrorBody.text(reply) ?? ""
            guard said.contains("not running") || said.contains("not found") else {
                throw api.connection.failure(call, reply: reply)
            }
            return nil
        }
    }

    /// Whether a model of a router answers a request now. One that does not tell counts as idle.
    func isBusy(_ model: RouterModel) async -> Bool {
        guard model.state == .loaded else { return false }
        let slots = try? await readSlots(path("/slots", of: model.id), action: "ask for the activity")
        return slots.map { !$0.working.isEmpty } ?? false
    }
}
