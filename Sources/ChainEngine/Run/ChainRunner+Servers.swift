import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Finds the server and the slot of a step.
    func resolve(_ step: ChainStep, at index: Int) async throws -> Work {
        let server = try await server(of: step)
        return Work(index: index, step: step, server: server, slot: slot(of: step, on: server))
    }

    private func server(of step: ChainStep) async throws -> RunServer {
        let request = ServerRequest(step: step, of: chain, options: options)
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

    func slot(of step: ChainStep, on server: RunServer) -> ModelSlot {
        let digest = state.withLock { $0.digests[server.key]?[step.model] }
        return ModelSlot(server: server.key, model: step.model, digest: digest)
    }

    /// The plan as far as the servers are known.
    func plan() -> ResidencyPlan {
        let uses = chain.steps.enumerated().map { index, step in
            let request = ServerRequest(step: step, of: chain, options: options)
            let server = state.withLock { $0.servers[request] }
            let slot =
                server.map { self.slot(of: step, on: $0) } ?? ModelSlot(server: "unknown \(index)", model: step.model)
            return ResidencyPlan.Use(slot: slot, model: step.model)
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
            if let work = try? await resolve(step, at: index) { works.append(work) }
        }
        return works
    }
}
