import Dashboard
import Foundation
import PromptChainCore

extension Int64 {
    /// An amount in GiB.
    public static func gib(_ value: Double) -> Int64 { Int64((value * 1_073_741_824).rounded()) }
}

extension ServerDescription {
    /// The server that most tests watch.
    public static let gpuBox = ServerDescription(
        name: "gpu-box", url: "http://gpu-box:11434", provider: .ollama)
    /// A second one, which can do less.
    public static let mac = ServerDescription(
        name: "mac", url: "http://mac:8080", provider: .llamaCpp, abilities: [.load, .unload, .listInstalled])
}

extension ServerSnapshot {
    /// A reading of `gpu-box`.
    public static func gpuBox(
        _ models: [ModelInfo], at clock: Double, state: ServerState = .ready, capacity: Int64? = .gib(48),
        gpus: [GPUReading] = []
    ) -> ServerSnapshot {
        ServerSnapshot(
            name: "gpu-box", provider: .ollama, url: "http://gpu-box:11434", time: Date(timeIntervalSince1970: clock),
            state: state, version: "0.32.1", capacityBytes: capacity, models: models, gpus: gpus)
    }
}

extension ModelInfo {
    /// A loaded model of `gpu-box`. Sizes in GiB; `expires` in seconds from the beginning of a journey, `nil` pins it.
    public static func sample(
        _ name: ModelName, size: Double, vram: Double? = nil, context: Int = 8192, expires: Double? = 300,
        server: String = "gpu-box", quantization: String = "Q4_K_M", parameters: String = ""
    ) -> ModelInfo {
        ModelInfo(
            name: name, provider: .ollama, server: server, isLoaded: true, sizeBytes: .gib(size),
            vramBytes: .gib(vram ?? size), contextLength: context,
            expiresAt: expires.map { Date(timeIntervalSince1970: JourneyDriver.start + $0) }, isPinned: expires == nil,
            parameters: [
                "quantization": .string(quantization), "parameter_size": .string(parameters), "family": "llama",
            ])
    }

    /// `mistral-small:22b`, 13.9 GiB.
    public static func mistral(expires: Double? = 300) -> ModelInfo {
        .sample("mistral-small:22b", size: 13.9, expires: expires, parameters: "22.2B")
    }
    /// `deepseek-r1:70b`, 41.9 GiB.
    public static func deepseek(expires: Double? = 300) -> ModelInfo {
        .sample("deepseek-r1:70b", size: 41.9, expires: expires, parameters: "70.6B")
    }
    /// `nomic-embed-text`, 0.6 GiB.
    public static let nomic = ModelInfo.sample(
        "nomic-embed-text", size: 0.6, context: 2048, expires: 252, quantization: "F16", parameters: "137M")
    /// `llama3.1:8b`, pinned, and not wholly in VRAM.
    public static let llama = ModelInfo.sample(
        "llama3.1:8b", size: 5.4, vram: 4.4, expires: nil, parameters: "8.0B")
}
