/// A request that needs a loaded model.
struct RunnerRequest: Sendable, Equatable {
    /// Tells requests apart.
    typealias ID = Int

    /// Who asks.
    var id: ID
    /// The model, as it is installed.
    var model: SimulatedModel
    /// The runner options of the request.
    var options: RunnerOptions
    /// The request's keep-alive; `nil` when it names none.
    var keepAlive: KeepAlive?
    /// Whether the request works on the model; a load only does not, and never waits for others.
    var needsSlot: Bool
    /// Whether the client went away while the request waited.
    var isCanceled = false
}

/// What a request gets when its turn comes.
struct RunnerLease: Sendable, Equatable {
    /// The context of the runner in tokens.
    var context: Int
    /// The share of the model's bytes on the GPU, 0 to 1.
    var gpuShare: Double
    /// When the model was ready for the request, in simulated seconds: the end of what `load_duration` measures.
    var grantedAt: Double
}

/// Why a request gets no runner.
enum RunnerRefusal: Error, Sendable, Equatable {
    /// Too many requests wait.
    case queueFull
    /// The client went away.
    case canceled
    /// The load failed, with the server's text.
    case loadFailed(String)
    /// The model's file cannot be used.
    case defective(SimulatedModel.Defect)
    /// The server stops.
    case stopping
}
