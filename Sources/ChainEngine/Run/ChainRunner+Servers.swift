import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Finds the server and the slot of a step.
    func resolve(_ call: ModelCall, of step: ChainStep, at index: Int) async throws -> Work {
        let server = try await server(of: call)
        return Work(index: index, step: step, call: call, server: server, slot: slot(of: call, on: server))
    }

    private func server(of call: ModelCall) async throws -> RunServer {
        let request = ServerRequest(call: call, of: chain, options: options)
        if let known = state.withLock({ $0.servers[request] }) { return known }
        let server = RunServer(manager: try await provider.manager(for: request), request: request)
        // A generation has no time limit of its own, since the server may have to load the model first: whether anybody
        // answers at all is asked before.
        if !isManaged { _ = try await (server.manager as? any ServerInspector)?.version() }
        let isNew = state.withLock { state in
            state.servers[request] = server
            return state.digests.updateValue(state.digests[server.key] ?? [:], forKey: server.key) == nil
        }
        if isNew, isManaged, let library = server.manager as? any ModelLibrary {
            await learnInstalled(of: library, on: server)
        }
        return server
    }

    // Digests tell which names share weights. A server that does not list its models is planned by names alone.
    private func learnInstalled(of library: any ModelLibrary, on server: RunServer) async {
        guard let installed = try? await library.installedModels() else { return }
        var digests: [ModelName: String] = [:]
        for model in installed { digests[model.name] = model.digest }
        state.withLock { $0.digests[server.key] = digests }
    }

    func slot(of call: ModelCall, on server: RunServer) -> ModelSlot {
        let digest = state.withLock { $0.digests[server.key]?[call.model] }
        return ModelSlot(server: server.key, model: call.model, digest: digest)
    }

    /// The plan as far as the servers are known.
    func plan() -> ResidencyPlan {
        let uses = chain.steps.enumerated().map { index, step -> ResidencyPlan.Use? in
            guard let call = step.call else { return nil }
            let request = ServerRequest(call: call, of: chain, options: options)
            let server = state.withLock { $0.servers[request] }
            let slot =
                server.map { self.slot(of: call, on: $0) } ?? ModelSlot(server: "unknown \(index)", model: call.model)
            return ResidencyPlan.Use(slot: slot, model: call.model)
        }
        return ResidencyPlan(
            policy: settings.policy ?? .sameModel, uses: uses, keepsLoaded: settings.keepsLoaded)
    }

    /// The server that a slot belongs to.
    func server(of slot: ModelSlot) -> RunServer? {
        state.withLock { state in state.servers.values.first { $0.key == slot.server } }
    }

    /// Finds all servers, as far as they can be found now. One that cannot is tried again by its step.
    func resolveAll() async -> [Work] {
        var works: [Work] = []
        for (index, step) in chain.steps.enumerated() {
            guard !Task.isCancelled else { break }
            guard let call = step.call else { continue }
            if let work = try? await resolve(call, of: step, at: index) { works.append(work) }
        }
        return works
    }
}
