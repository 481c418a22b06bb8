import Dashboard
import PromptChainCore

extension JourneyDriver {
    /// A line of the run's own log, as the chain engine writes it.
    private mutating func say(_ message: String) {
        events(.log(level: "info", component: "promptchain.model_management", message: message))
    }

    /// The run of `research brief` begins: three steps, two models.
    public mutating func beginRun() {
        events(
            .runStarted(
                ChainEvent.RunStarted(
                    chain: "research brief", steps: ["Quick analysis", "Deep reasoning", "Summary"],
                    models: ["mistral-small:22b", "deepseek-r1:70b", "mistral-small:22b"], policy: "planned",
                    capacityBytes: .gib(48))))
    }

    /// The first step is done, and the second one's model is being loaded for three seconds.
    public mutating func runToSecondLoad() {
        beginRun()
        say("🔄 Model Management: Loading mistral-small:22b")
        events(.modelLoadStarted(model: "mistral-small:22b", step: 1, prefetch: false, expectedSeconds: 3))
        events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: "Analyse briefly"))
        wait(2.3)
        say("✓ Successfully loaded mistral-small:22b in 2.30s (VRAM: 14925MB)")
        events(.modelLoaded(model: "mistral-small:22b", loadSeconds: 2.3, vramBytes: .gib(13.9), contextLength: 8192))
        poll([.llama, .nomic, .mistral()])
        wait(0.4)
        for sentence in Self.analysis {
            events(.token(step: 1, text: sentence, thinking: false))
            wait(1)
        }
        events(
            .stepFinished(
                ChainEvent.StepResult(
                    step: 1, loadSeconds: 2.3, firstTokenSeconds: 0.4, generateSeconds: 4, promptTokens: 812,
                    outputTokens: 165, tokensPerSecond: 41.2, output: Self.analysis.joined())))
        let reason = "deepseek-r1:70b needs 41.9 GiB and 27.0 GiB are free"
        say("🔄 Model Management: Unloading mistral-small:22b: \(reason)")
        events(.modelUnloadStarted(model: "mistral-small:22b", reason: reason))
        wait(0.7)
        poll([.llama, .nomic])
        events(.modelUnloaded(model: "mistral-small:22b", unloadSeconds: 0.7, verified: true))
        say("✓ Successfully unloaded mistral-small:22b")
        say("🔄 Model Management: Loading deepseek-r1:70b")
        events(.modelLoadStarted(model: "deepseek-r1:70b", step: 2, prefetch: false, expectedSeconds: 28))
        events(.stepStarted(step: 2, name: "Deep reasoning", model: "deepseek-r1:70b", prompt: "Reason about it"))
        wait(12)
    }

    /// The second step's model is there and writes for two seconds.
    public mutating func runToSecondAnswer() {
        runToSecondLoad()
        say("✓ Successfully loaded deepseek-r1:70b in 12.00s (VRAM: 44990MB)")
        events(.modelLoaded(model: "deepseek-r1:70b", loadSeconds: 12, vramBytes: .gib(41.9), contextLength: 8192))
        poll([.llama, .nomic, .deepseek(expires: 10)])
        wait(1)
        events(.token(step: 2, text: "The user wants the claims compared; ", thinking: true))
        events(.token(step: 2, text: "I take them one by one.\n", thinking: true))
        wait(1)
        events(.token(step: 2, text: "The three claims rest on two measurements.\n\n", thinking: false))
        wait(1)
        events(.token(step: 2, text: "The first one holds: the curve is flat between 2 and 8 GiB, ", thinking: false))
        wait(0.5)
        events(.token(step: 2, text: "and nothing in the log speaks against it.", thinking: false))
    }

    /// Every step is done.
    public mutating func runToEnd() {
        runToSecondAnswer()
        events(
            .stepFinished(
                ChainEvent.StepResult(
                    step: 2, loadSeconds: 12, firstTokenSeconds: 0.9, generateSeconds: 21, promptTokens: 1104,
                    outputTokens: 402, tokensPerSecond: 19.1, output: "…")))
        events(.stepStarted(step: 3, name: "Summary", model: "mistral-small:22b", prompt: "Sum up"))
        wait(5)
        events(.token(step: 3, text: "Two of the three claims hold; the third needs a second source.", thinking: false))
        events(
            .stepFinished(
                ChainEvent.StepResult(
                    step: 3, loadSeconds: 2.1, firstTokenSeconds: 0.4, generateSeconds: 1.6, promptTokens: 640,
                    outputTokens: 64, tokensPerSecond: 40.1, output: "Two of the three claims hold.")))
        events(
            .runFinished(
                ChainEvent.RunResult(
                    status: .completed, output: "Two of the three claims hold.", peakVRAMBytes: .gib(41.9),
                    finalVRAMBytes: 0, stallSeconds: 16.4, sumVRAMBytes: .gib(55.8), seconds: 27)))
        send(.runEnded(run: "42"))
        poll([.llama, .nomic])
    }

    private static let analysis = [
        "The question has three parts. ", "The first asks whether the claims agree with the measurements; ",
        "the second, on what the third claim rests; ", "the last one, what would have to be measured next.",
    ]

    /// What `gpu-box` has on disk.
    public static let installed: [InstalledModel] = [
        InstalledModel(
            name: "deepseek-r1:70b", server: "gpu-box", sizeBytes: .gib(39.6), parameterSize: "70.6B",
            quantization: "Q4_K_M", contextMaximum: 131_072, capabilities: ["completion", "thinking"]),
        InstalledModel(
            name: "llama3.1:8b", server: "gpu-box", sizeBytes: .gib(4.6), parameterSize: "8.0B",
            quantization: "Q4_K_M", contextMaximum: 131_072, capabilities: ["completion", "tools"]),
        InstalledModel(
            name: "mistral-small:22b", server: "gpu-box", sizeBytes: .gib(12.5), parameterSize: "22.2B",
            quantization: "Q4_0", contextMaximum: 131_072, capabilities: ["completion", "tools"]),
        InstalledModel(
            name: "nomic-embed-text", server: "gpu-box", sizeBytes: .gib(0.26), parameterSize: "137M",
            quantization: "F16", contextMaximum: 2048, capabilities: ["embedding"]),
        InstalledModel(
            name: "gpt-oss:120b-cloud", server: "gpu-box", parameterSize: "117B", quantization: "MXFP4",
            contextMaximum: 131_072),
    ]
}
