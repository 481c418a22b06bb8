extension StubServer {
    /// Answers as llama-swap does, with the models `phi-4`, `team/mistral-7b` and the alias `small` of the first.
    /// Source: mostlygeek/llama-swap at 0bdb3720.
    /// - Parameter unloadsOne: whether one model can be unloaded; older ones can only unload all.
    public func playLlamaSwap(_ memory: StubMemory, unloadsOne: Bool = true) {
        otherwise(.body("404 page not found", status: 404, type: "text/plain"))
        on("GET", "/health", .body("OK", status: 200, type: "text/plain; charset=utf-8"))
        on("GET", "/api/version", .json(#"{"version":"v190","commit":"0bdb3720","build_date":"2026-08-22"}"#))
        on(
            "GET", "/v1/models",
            .json(
                #"{"object":"list","data":[{"id":"phi-4","object":"model","owned_by":"llama-swap","#
                    + #""meta":{"n_ctx":16384}},{"id":"small","object":"model","owned_by":"llama-swap"},"#
                    + #"{"id":"team/mistral-7b","object":"model","owned_by":"llama-swap"}]}"#))
        on("GET", "/running") { _ in
            let models = memory.loaded.map {
                #"{"model":"\#($0)","state":"ready","cmd":"llama-server","proxy":"http://localhost:5800","ttl":300,"#
                    + #""name":"","description":""}"#
            }
            return .json(#"{"running":[\#(models.joined(separator: ","))]}"#)
        }
        for (name, model) in [("phi-4", "phi-4"), ("small", "phi-4"), ("team/mistral-7b", "team/mistral-7b")] {
            on("GET", "/upstream/\(name)/health") { _ in
                memory.load(model)
                return .json(#"{"status":"ok"}"#)
            }
            on("GET", "/upstream/\(name)/props", .json(#"{"default_generation_settings":{"n_ctx":8192}}"#))
            on("GET", "/upstream/\(name)/slots") { _ in
                .json(#"[{"id":0,"is_processing":false},{"id":1,"is_processing":\#(memory.isBusy())}]"#)
            }
            if unloadsOne {
                on("POST", "/api/models/unload/\(name)") { _ in
                    memory.unload(model)
                    return .body("OK", status: 200, type: "text/plain")
                }
            }
        }
        on("GET", "/unload") { _ in
            memory.loaded.forEach(memory.unload)
            return .body("OK", status: 200, type: "text/plain")
        }
        on(
            "GET", "/upstream/nope/health",
            .body("llama-swap: model id required in path", status: 400, type: "text/plain"))
        on("POST", "/v1/chat/completions") { request in
            memory.load(request.text("model"))
            return .chat(["Hel", "lo"])
        }
    }
}
