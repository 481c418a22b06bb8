import PromptChainCore

/// Asks what models take, each once.
enum OutlookUpdate {
    /// The models in a server's memory: their shape tells weights, cache and buffers apart.
    static func askAboutLoaded(_ snapshot: ServerSnapshot, _ state: inout DashboardState) -> [DashboardEffect] {
        guard snapshot.state == .ready else { return [] }
        return snapshot.models.compactMap {
            ask(about: ModelIdentity(server: snapshot.name, model: $0.name), &state)
        }
    }

    static func ask(about identity: ModelIdentity, _ state: inout DashboardState) -> DashboardEffect? {
        guard let server = state.servers[identity.server], !server.isTold, state.feed?.replay == nil,
            !identity.model.isCloud, state.outlooks.ask(identity)
        else { return nil }
        return .describeModel(server: identity.server, model: identity.model)
    }
}
