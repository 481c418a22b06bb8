import PromptChainCore

/// What a run's models did in memory, as its events tell. Times are seconds since 1970.
struct RunResidency: Equatable, Sendable {
    /// Models and beginnings of steps that are kept at most.
    private static let limit = 512

    /// A step that began.
    struct Beginning: Equatable, Sendable {
        var step: Int
        var at: Double
    }

    private(set) var tracks: [ResidencyTrack] = []
    /// The newest beginnings of steps.
    private(set) var beginnings: [Beginning] = []
    /// The plan from some step on, and when it was made.
    private(set) var plan: ResidencySchedule?
    /// How long loads of a model took.
    private(set) var loadSeconds: [ModelName: Double] = [:]
    private var managed: Set<ModelName> = []

    func track(of model: ModelName) -> ResidencyTrack? { tracks.first { $0.model == model } }

    /// Takes an event; `model` is the one of its step.
    mutating func note(_ event: ChainEvent, model: ModelName?, at time: Double) {
        switch event {
        case .planMade(let schedule): plan = schedule
        case .modelLoadStarted(let model, _, let prefetch, _):
            change(model) { $0.begin(prefetch ? .loadingAhead : .loading, at: time) }
        case .modelLoaded(let model, let seconds, _, _):
            managed.insert(model)
            loadSeconds[model] = seconds
            change(model) { $0.begin(.resident, at: time) }
        case .modelLoadFailed(let model, _, _): change(model) { $0.close(at: time) }
        case .modelUnloadStarted(let model, let reason):
            change(model) { $0.begin(.unloading, at: time, reason: reason) }
        case .modelUnloaded(let model, _, let verified):
            managed.remove(model)
            change(model) { verified ? $0.close(at: time) : $0.begin(.resident, at: time) }
        case .stepStarted(let step, _, _, _, _):
            guard beginnings.last?.step != step else { return }
            if beginnings.count >= 2 * Self.limit { beginnings.removeFirst(Self.limit) }
            beginnings.append(Beginning(step: step, at: time))
        case .stepFinished, .stepFailed, .chainBroken, .stepRetried: if let model { rest(model, at: time) }
        case .runFinished: end(at: time)
        default: break
        }
    }

    /// A step's model has begun to write.
    mutating func write(_ model: ModelName, at time: Double) { change(model) { $0.begin(.generating, at: time) } }

    /// Nothing more is known from here on.
    mutating func end(at time: Double) {
        plan = nil
        for index in tracks.indices { tracks[index].close(at: time) }
    }

    private mutating func rest(_ model: ModelName, at time: Double) {
        guard track(of: model)?.open?.phase == .generating else { return }
        let stays = managed.contains(model)
        change(model) { stays ? $0.begin(.resident, at: time) : $0.close(at: time) }
    }

    private mutating func change(_ model: ModelName, _ change: (inout ResidencyTrack) -> Void) {
        if let index = tracks.firstIndex(where: { $0.model == model }) { return change(&tracks[index]) }
        guard tracks.count < Self.limit else { return }
        var track = ResidencyTrack(model: model)
        change(&track)
        tracks.append(track)
    }
}
