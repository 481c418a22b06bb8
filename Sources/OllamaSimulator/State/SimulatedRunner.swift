/// A process that holds a model in memory.
struct SimulatedRunner: Sendable, Equatable {
    /// What the runner is doing.
    enum Phase: Sendable, Equatable {
        /// Loading until then.
        case loading(until: Double)
        /// Ready for requests.
        case ready
        /// Giving its memory back until then.
        case unloading(until: Double)
        /// Told to go, and never going.
        case stuck
    }

    /// When the model goes, as `/api/ps` shows it: a moment in simulated seconds and what is added to it.
    struct Expiry: Sendable, Equatable {
        var from: Double
        var keepAlive: KeepAlive
    }

    /// The model, under the name that was loaded first.
    var model: SimulatedModel
    /// The options it was loaded with.
    var options: RunnerOptions
    /// The context it has.
    var context: Int
    /// Where its bytes are.
    var placement: MemoryModel.Placement
    var phase: Phase
    /// How long it stays after its last request.
    var keepAlive: KeepAlive
    /// The shown expiry; `nil` until a first request has ended.
    var expiry: Expiry?
    /// When the timer fires; `nil` while a request holds the runner.
    var expiresAt: Double?
    /// Requests that hold the runner.
    var holders: Set<RunnerRequest.ID> = []
    /// Requests that are being answered.
    var active: Set<RunnerRequest.ID> = []
    /// Requests that wait for another to be answered, first come first served.
    var waiting: [RunnerRequest.ID] = []
    /// How many requests it answers at a time.
    var parallel: Int
    /// Whether the process died; nobody notices until the next request.
    var hasCrashed = false

    /// Whether a new request may use the runner.
    var isUsable: Bool { phase == .ready || phase == .stuck }

    /// Whether the runner is on its way out.
    var isUnloading: Bool {
        if case .unloading = phase { true } else { false }
    }

    /// The next moment at which something happens by itself.
    var deadline: Double? {
        switch phase {
        case .loading(let until), .unloading(let until): until
        case .ready: expiresAt
        case .stuck: nil
        }
    }
}
