import PromptChainCore

extension ChainStep {
    /// Parameters of a step that are not handed on to the server as they are.
    static let ownParameters = ["timeout", "think", "format", "system", "api_base", "num_ctx"]
    /// Options that decide how a model is loaded: Ollama's `Runner` options, without `num_ctx`.
    static let runnerParameters = ["num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread"]
    /// Parameters that the original knows and that decide nothing here: an answer always streams, how often calls are
    /// tried again is the chain's to say, and how long models stay as well.
    static let idleParameters = ["stream", "max_retries", "keep_alive"]

    /// Takes parameters over by their names in chain files.
    mutating func apply(_ params: [String: JSONValue]) {
        for (name, value) in params {
            switch name {
            case "timeout": timeout = value.doubleValue ?? value.stringValue.flatMap(Seconds.parse)
            case "system": system = value.stringValue
            case "api_base": apiBase = value.stringValue
            case "num_ctx": contextLength = value.integerValue.map { Int(clamping: $0) }
            case "think": think = value
            case "format": format = value
            case _ where Self.idleParameters.contains(name): break
            case _ where Self.runnerParameters.contains(name): runnerOptions[name] = value
            default: options[name] = value
            }
        }
    }
}
