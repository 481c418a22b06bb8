import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite struct VLLMManagerTests {
    @Test func toldByItsMetrics() async throws {
        try await ProviderBench.with(.vllm, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.memory.change { $0.busyReadings = 1 }
            let models = try await bench.manager.loadedModels()
            #expect(models.map(\.name) == ["phi-4", "sql"])
            #expect(models[0].parameters["kv_cache_use"] == 0.25)
            #expect(models[0].parameters["requests_running"] == 1)
            #expect(models[0].parameters["requests_waiting"] == 0)
            // The adapter is no model of its own on the GPU: it has the base model's weights and context.
            #expect(models[1].parameters["adapter_of"] == "phi-4")
            #expect(models[1].contextLength == 16384)
            #expect(models.map(\.digest) == ["microsoft/phi-4", "microsoft/phi-4"])
        }
    }

    @Test func metricsOfSeveralEnginesAddUp() async throws {
        try await ProviderBench.with(.vllm, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.server.on(
                "GET", "/metrics",
                .body(
                    """
                    vllm:num_requests_running{engine="0",model_name="a } b"} 2.0
                    vllm:num_requests_running{engine="1"} 1
                    vllm:num_requests_waiting 4
                    vllm:gpu_cache_usage_perc{engine="0"} 0.5
                    vllm:gpu_cache_usage_perc{engine="1"} 0.125
                    """, status: 200, type: "text/plain"))
            let loaded = try await bench.manager.loadedModels()
            let activities = await (bench.manager as? any ActivityTeller)?.activities(of: loaded)
            #expect(activities?.map(\.requests) == [3])
            #expect(activities?.map(\.waitingRequests) == [4])
            let parameters = try #require(loaded.first?.parameters)
            #expect(parameters == ["requests_running": 3, "requests_waiting": 4, "kv_cache_use": 0.5])
        }
    }

    @Test func nobodysRequestIsBrokenOff() async throws {
        try await ProviderBench.with(.vllm, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.memory.change { $0.busyReadings = 2 }
            #expect(try await bench.manager.unloadModel("phi-4"))
            let order = bench.server.requests.map(\.target).filter { $0 == "/metrics" || $0.hasPrefix("/sleep") }
            #expect(order == ["/metrics", "/metrics", "/metrics", "/sleep?level=1&mode=wait"])
            bench.memory.change {
                $0.loaded = ["phi-4"]
                $0.busyReadings = .max
            }
            #expect(try await !bench.manager.unloadModel("phi-4"))
            #expect(bench.count("/sleep") == 1)
            #expect(bench.lines.all.last?.hasSuffix(": it is still answering a request") == true)
        }
    }

    @Test func withoutSleepModeItSaysSo() async throws {
        try await ProviderBench.with(.vllm, isLoaded: true, isLimited: true) { (bench: ProviderBench) async throws in
            #expect(try await bench.load().isLoaded)
            #expect(try await bench.manager.unloadModel("nope"))
            let error = await bench.failure { _ = try await bench.manager.unloadModel("phi-4") }
            #expect(error?.kind == .notSupported)
            #expect(error?.reason.contains("it was started without sleep mode") == true)
            #expect(
                error?.hint
                    == "Start it with VLLM_SERVER_DEV_MODE=1 and --enable-sleep-mode, or stop it to free its memory.")
            #expect(bench.posts.isEmpty)
        }
    }

    @Test func anotherModelIsNotServed() async throws {
        try await ProviderBench.with(.vllm, isLoaded: true) { (bench: ProviderBench) async throws in
            let error = await bench.failure { _ = try await bench.load("llama3.1:8b") }
            #expect(error?.sentence == "cannot load llama3.1:8b on box: it serves phi-4, sql and nothing else")
            #expect(error?.hint?.contains("--served-model-name llama3.1:8b") == true)
        }
    }

    @Test func whatSleepsIsNotAsked() async throws {
        try await ProviderBench.with(.vllm) { (bench: ProviderBench) async throws in
            let error = await bench.failure { _ = try await bench.answer() }
            #expect(error?.sentence == "cannot generate with phi-4 on box: it sleeps")
            #expect(bench.posts.isEmpty)
        }
    }

    @Test func anAdapterWakesTheServerUp() async throws {
        try await ProviderBench.with(.vllm) { (bench: ProviderBench) async throws in
            let info = try await bench.load("vllm/sql")
            #expect(info.name == "sql")
            #expect(bench.posts == ["/wake_up"])
        }
    }

    @Test func aDeadEngineIsNotHealthy() async throws {
        try await ProviderBench.with(.vllm, isLoaded: true) { (bench: ProviderBench) async throws in
            bench.server.on("GET", "/health", .status(503))
            #expect(await bench.manager.healthCheck() == false)
        }
    }

    @Test func whatItCanDoFollowsARestart() async throws {
        try await ProviderBench.with(.vllm, isLoaded: true, isLimited: true) { (bench: ProviderBench) async throws in
            _ = try await bench.manager.loadedModels()
            #expect(!bench.manager.capabilities.contains(.unload))
            bench.server.on("GET", "/is_sleeping", .json(#"{"is_sleeping":false}"#))
            _ = try await bench.manager.loadedModels()
            #expect(bench.manager.capabilities.contains(.unload))
            // It tells that it is awake, and has no call to put it to sleep.
            let error = await bench.failure { _ = try await bench.manager.unloadModel("phi-4") }
            #expect(error?.kind == .notSupported)
            _ = try await bench.manager.loadedModels()
            #expect(!bench.manager.capabilities.contains(.unload))
        }
    }
}
