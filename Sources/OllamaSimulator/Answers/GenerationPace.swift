/// How fast a model works, in simulated seconds.
///
/// A token needs all active weights once, so its time follows from their bytes and the bandwidth of the memory they
/// are in; reading the prompt is limited by arithmetic.
struct GenerationPace: Sendable, Equatable {
    /// Seconds of one generated token.
    var perToken: Double
    /// Seconds of one token of the prompt.
    var perPromptToken: Double

    /// The pace of a model of which `gpuShare` (0 to 1) is on the GPU.
    init(model: SimulatedModel, gpuShare: Double) {
        let bytes = Double(model.fileBytes) * model.activeShare
        let besideGPU = bytes * (1 - gpuShare)
        // 800 GB/s at three quarters on the GPU, 40 GB/s beside it, and what a token costs in any case.
        perToken = 0.0025 + (bytes - besideGPU) / 606e9 + besideGPU / 40e9
        let operations = Double(model.parameterCount) * model.activeShare * 2
        perPromptToken = operations / 60e12 * (1 + 20 * (1 - gpuShare))
    }

    /// Seconds until the first token of an answer can come.
    func prefill(_ promptTokens: Int) -> Double { 0.02 + Double(promptTokens) * perPromptToken }
}
