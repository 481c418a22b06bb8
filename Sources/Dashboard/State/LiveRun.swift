import PromptChainCore

/// A run of a chain, built from its events. Times are seconds since 1970.
struct LiveRun: Equatable, Sendable {
    struct Load: Equatable, Sendable {
        var startedAt: Double
        var step: Int
        var isPrefetch: Bool
        var expectedSeconds: Double?
        var fraction: Double?
        var isInferred = false
    }

    struct Unload: Equatable, Sendable {
        var startedAt: Double
        var reason: String
    }

    struct Departure: Equatable, Sendable {
        var model: ModelName
        var at: Double
    }

    /// What a run that goes on ran before.
    struct Earlier: Equatable, Sendable {
        var seconds: Double
        var resumedAt: Double
    }

    var id: String
    var chain: String
    var policy: String?
    var capacityBytes: Int64?
    var startedAt: Double
    var steps: [StepState]
    var loads: [ModelName: Load] = [:]
    var unloads: [ModelName: Unload] = [:]
    /// The model that left last, since a load may owe its room to it.
    var lastDeparture: Departure?
    var result: ChainEvent.RunResult?
    var finishedAt: Double?
    /// What it ran before, where it went on after an end.
    var earlier: Earlier?
    /// Why the run's end is not known, in a few words.
    var loss: String?
    /// When its last event happened.
    var heardAt: Double
    /// The step that runs or ran last, from 1.
    var currentStep: Int?
    var isStopping = false
    /// Whether the clean-up is done too.
    var hasEnded = false
    /// Characters a token, learned from the steps that are done.
    var charactersPerToken = 4.0

    /// What its models did in memory, and the plan.
    var residency = RunResidency()

    var isRunning: Bool { result == nil && !hasEnded }

    /// The step that runs.
    var runningStep: (number: Int, step: StepState)? {
        guard isRunning, let currentStep, let step = step(currentStep), step.isRunning else { return nil }
        return (currentStep, step)
    }

    func step(_ number: Int) -> StepState? {
        steps.indices.contains(number &- 1) ? steps[number &- 1] : nil
    }

    /// How long it has run, or ran, in seconds. The time in which a run that went on did not run does not count.
    func seconds(at clock: Double) -> Double {
        max(0, (finishedAt ?? clock) - (earlier?.resumedAt ?? startedAt)) + (earlier?.seconds ?? 0)
    }

    /// Tokens a second that a step writes now: reckoned, and so never exact.
    func tokensPerSecond(of step: StepState, at clock: Double) -> Double? {
        step.rate.charactersPerSecond(at: clock).map { $0 / max(0.5, charactersPerToken) }
    }

    /// Tokens that a step has written so far: reckoned.
    func tokens(of step: StepState) -> Int {
        Count.whole(Double(step.characters) / max(0.5, charactersPerToken))
    }
}
