/// What became of something that was asked for.
enum OperationUpdate {
    static func apply(_ message: DashboardMessage, _ state: inout DashboardState) -> [DashboardEffect] {
        switch message {
        case .operationStarted(let operation):
            state.pending.begin(operation, at: state.uptime)
            return []
        case .operationFinished(let operation, let outcome):
            return finish(operation, outcome, &state)
        case .pullProgress(let server, let model, let status, let fraction):
            let operation = DashboardOperation.pull(server: server, model: model)
            state.pending.begin(operation, at: state.uptime)
            state.pending.progress(operation, status: status, fraction: fraction)
            return []
        default: return []
        }
    }

    private static func holder(after operation: DashboardOperation, _ state: inout DashboardState) -> String? {
        guard case .unload(let server, let model) = operation else { return nil }
        let identity = ModelIdentity(server: server, model: model)
        return state.use(of: identity, state.activity(of: identity)).holder.map { "held by \($0)" }
    }

    private static func finish(
        _ operation: DashboardOperation, _ outcome: OperationOutcome, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        switch outcome {
        case .succeeded(let text):
            state.pending.answer(operation, succeeded: true)
            if let text { state.report(.info, text) }
        case .failed(let sentence, let hint):
            // Who holds a model is known while it is still meant to go.
            let holder = holder(after: operation, &state)
            state.pending.answer(operation, succeeded: false)
            state.report(.error, sentence, hint: holder ?? hint)
        }
        guard let server = operation.server else { return [] }
        switch operation {
        case .pull, .delete:
            // A picker that is open shows the list as it was.
            return [.refresh(server: server)] + (state.installed[server] == nil ? [] : [.listInstalled(server: server)])
        default: return [.refresh(server: server)]
        }
    }
}
