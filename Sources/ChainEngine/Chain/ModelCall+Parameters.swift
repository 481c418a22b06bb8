import PromptChainCore

extension ModelCall {
    /// Parameters of a step that are not handed on to the server as they are.
    static let ownParameters = [
        "timeout", "think", "format", "system", "api_base", "num_ctx", "stream", "max_retries",
    ]
    /// Options that decide how a model is loaded: Ollama's `Runner` options, without `num_ctx`.
    static let runnerParameters = ["num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread"]
    /// Parameters that the original knows and that decide nothing here: how long models stay is the chain's to say.
    static let idleParameters = ["keep_alive"]

    /// Takes parameters over by their names in chain files; `timeout` is the step's to take.
    mutating func apply(_ params: [String: JSONValue]) {
        for (name, value) in params {
            switch name {
            case "timeout": break
            case "stream": streams = value.boolValue ?? true
            case "max_retries": maxRetries = value.integerValue.map { Int(clamping: max(0, $0)) }
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

extension ChainStep {
    /// Takes the parameters of its model over by their names in chain files.
    mutating func apply(_ params: [String: JSONValue]) {
        call?.apply(params)
        if let value = params["timeout"] {
            timeout = value.doubleValue ?? value.stringValue.flatMap(Seconds.parse)
        }
    }
}
