extension StubServer {
    /// Answers as a vLLM does that serves `phi-4` and its adapter `sql`; it is awake when the memory has `phi-4`.
    /// Source: vLLM 0.33.0.
    /// - Parameter canSleep: whether it was started with sleep mode and as a development server.
    public func playVLLM(_ memory: StubMemory, canSleep: Bool = true) {
        otherwise(.json(#"{"detail":"Not Found"}"#, status: 404))
        on("GET", "/health", .status(200))
        on("GET", "/version", .json(#"{"version":"0.33.0"}"#))
        on(
            "GET", "/v1/models",
            .json(
                #"{"object":"list","data":[{"id":"phi-4","object":"model","created":1,"owned_by":"vllm","#
                    + #""root":"microsoft/phi-4","parent":null,"max_model_len":16384},"#
                    + #"{"id":"sql","object":"model","created":1,"owned_by":"vllm","root":"/adapters/sql","#
                    + #""parent":"phi-4","max_model_len":null}]}"#))
        on("GET", "/metrics") { _ in
            let running = memory.isBusy() ? 1 : 0
            return .body(
                """
                # HELP vllm:num_requests_running Number of requests in model execution batches.
                # TYPE vllm:num_requests_running gauge
                vllm:num_requests_running{engine="0",model_name="phi-4"} \(running).0
                vllm:num_requests_waiting{engine="0",model_name="phi-4"} 0.0
                vllm:kv_cache_usage_perc{engine="0",model_name="phi-4"} 0.25
                process_resident_memory_bytes 8.1e+09

                """, status: 200, type: "text/plain; version=0.0.4; charset=utf-8")
        }
        on("POST", "/v1/chat/completions", .chat(["Hel", "lo"]))
        guard canSleep else { return }
        on("GET", "/is_sleeping") { _ in .json(#"{"is_sleeping":\#(!memory.loaded.contains("phi-4"))}"#) }
        on("POST", "/wake_up") { _ in
            memory.load("phi-4")
            return .json(#"{"status":"awake"}"#)
        }
        on("POST", "/sleep") { _ in
            memory.unload("phi-4")
            return .json(#"{"status":"sleeping","level":1}"#)
        }
    }
}
