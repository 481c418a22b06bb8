extension StubServer {
    /// Answers as LM Studio does, with the models `phi-4` and `nomic`. Source: lmstudio-ai/docs at c6854fba.
    /// - Parameter isOld: whether it is from before 0.4.0 and has only the API v0.
    public func playLMStudio(_ memory: StubMemory, isOld: Bool = false) {
        otherwise { .json(#"{"error":"Unexpected endpoint or method. (\#($0.method) \#($0.path))"}"#) }
        on(
            "GET", "/v1/models",
            .json(#"{"object":"list","data":[{"id":"phi-4","object":"model","owned_by":"organization_owner"}]}"#))
        on("POST", "/v1/chat/completions") { request in
            if !memory.loaded.contains(where: { $0 == request.text("model") }) { memory.load(request.text("model")) }
            return request.body.contains(#""stream":true"#) ? .chat(["Hel", "lo"]) : .json(#"{"choices":[]}"#)
        }
        if isOld {
            on("GET", "/api/v0/models") { _ in .json(Self.modelsV0(memory.loaded)) }
            return
        }
        on("GET", "/api/v1/models") { _ in .json(Self.modelsV1(memory.loaded)) }
        on("POST", "/api/v1/models/load") { request in
            let key = request.text("model")
            let id = memory.loaded.contains(key) ? "\(key):2" : key
            memory.load(id)
            return .json(#"{"type":"llm","instance_id":"\#(id)","load_time_seconds":2.5,"status":"loaded"}"#)
        }
        on("POST", "/api/v1/models/unload") { request in
            memory.unload(request.text("instance_id"))
            return .json(#"{"instance_id":"\#(request.text("instance_id"))"}"#)
        }
    }

    private static func modelsV1(_ loaded: [String]) -> String {
        func instances(_ key: String) -> String {
            loaded.filter { $0 == key || $0.hasPrefix("\(key):") }
                .map { #"{"id":"\#($0)","config":{"context_length":4096,"parallel":4}}"# }.joined(separator: ",")
        }
        return #"{"models":[{"type":"llm","key":"phi-4","display_name":"Phi 4","size_bytes":8900000000,"#
            + #""max_context_length":16384,"params_string":"14B","quantization":{"name":"Q4_K_M","bits_per_weight":4},"#
            + #""format":"gguf","capabilities":{"vision":false,"trained_for_tool_use":true},"#
            + #""loaded_instances":[\#(instances("phi-4"))]},{"type":"embedding","key":"nomic","size_bytes":84000000,"#
            + #""max_context_length":2048,"loaded_instances":[\#(instances("nomic"))]}]}"#
    }

    private static func modelsV0(_ loaded: [String]) -> String {
        func state(_ key: String) -> String { loaded.contains(key) ? "loaded" : "not-loaded" }
        return #"{"object":"list","data":[{"id":"phi-4","object":"model","type":"llm","arch":"phi3","#
            + #""quantization":"Q4_K_M","state":"\#(state("phi-4"))","max_context_length":16384},{"id":"nomic","#
            + #""object":"model","type":"embeddings","state":"\#(state("nomic"))","max_context_length":2048}]}"#
    }
}
