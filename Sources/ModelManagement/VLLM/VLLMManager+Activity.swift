import PromptChainCore

extension VLLMManager: ActivityTeller {
    /// What the server works on, by its own counts: they are of all that it serves, and so told of its base model.
    public func activities(of loaded: [ModelInfo]) async -> [ModelActivity] {
        guard let model = loaded.first(where: { $0.parameters["adapter_of"] == nil }) ?? loaded.first else { return [] }
        func count(_ key: String) -> Int? { model.parameters[key]?.integerValue.flatMap { Int(exactly: $0) } }
        guard let running = count("requests_running") else { return [] }
        return [
            ModelActivity(
                model: model.name, phase: running > 0 ? .generating : .idle, requests: running,
                waitingRequests: count("requests_waiting"))
        ]
    }
}
