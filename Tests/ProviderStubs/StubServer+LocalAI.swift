extension StubServer {
    /// Answers as LocalAI does, with the models `phi-4` and `mistral-7b`. Source: mudler/LocalAI at 82c191af.
    /// - Parameter hasLoadCall: whether there is `/backend/load`, which older ones do not have.
    public func playLocalAI(_ memory: StubMemory, hasLoadCall: Bool = true) {
        otherwise(.json(#"{"error":{"code":404,"message":"Not Found","type":""}}"#, status: 404))
        on("GET", "/readyz") { _ in
            memory.isStarting()
                ? .json(#"{"status":"starting","reason":"models are being installed"}"#, status: 503) : .status(200)
        }
        on("GET", "/version", .json(#"{"version":"v3.9.0 (82c191af)"}"#))
        on(
            "GET", "/v1/models",
            .json(#"{"object":"list","data":[{"id":"phi-4","object":"model"},{"id":"mistral-7b","object":"model"}]}"#))
        on("GET", "/system") { _ in
            let models = memory.loaded.map { #"{"id":"\#($0)","backend":"llama-cpp"}"# }
            return .json(#"{"backends":["llama-cpp"],"loaded_models":[\#(models.joined(separator: ","))]}"#)
        }
        on(
            "GET", "/backend/monitor",
            .json(#"{"state":-1,"memory":{"total":9000000000,"breakdown":{"gopsutil-RSS":4200000000}}}"#))
        if hasLoadCall {
            on("POST", "/backend/load") { request in
                memory.load(request.text("model"))
                return .json(#"{"loaded":["\#(request.text("model"))"],"message":"model loaded"}"#)
            }
        }
        on("POST", "/backend/shutdown") { request in
            if memory.isBusy() {
                return .json(#"{"error":{"code":500,"message":"model is busy","type":""}}"#, status: 500)
            }
            guard memory.loaded.contains(request.text("model")) else {
                return .json(#"{"error":{"code":404,"message":"model not loaded","type":""}}"#, status: 404)
            }
            memory.unload(request.text("model"))
            return .json(#"{"message":"model stopped"}"#)
        }
        on("POST", "/v1/chat/completions") { request in
            memory.load(request.text("model"))
            return request.body.contains(#""stream":true"#) ? .chat(["Hel", "lo"]) : .json(#"{"choices":[]}"#)
        }
    }
}
