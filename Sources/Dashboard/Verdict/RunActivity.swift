import PromptChainCore

/// What a run is doing at this moment, as one of few cases: what verdict, chain pane and header agree on.
enum RunActivity: Equatable, Sendable {
    /// A model has to leave first.
    case unloading(ModelName, reason: String, seconds: Double)
    /// The model is on its way into memory.
    case loading(ModelName, LiveRun.Load, seconds: Double)
    /// The model is there and has not written anything yet.
    case reading(seconds: Double)
    case thinking
    case writing
    /// It wrote, and then stopped writing without an end.
    case silent(seconds: Double)
    /// It waits for a tool that it has called.
    case calling(tool: String, seconds: Double)
    /// A step without a model.
    case working(seconds: Double)
    /// Between two steps.
    case between
    case over
}

extension LiveRun {
    /// Seconds without a token after which a step counts as silent.
    static let silence = 10.0

    func activity(at clock: Double) -> RunActivity {
        guard isRunning else { return .over }
        guard let (_, step) = runningStep else { return waiting(for: nil, at: clock) ?? .between }
        if let tool = step.openTool { return .calling(tool: tool.name, seconds: max(0, clock - tool.startedAt)) }
        guard step.model != nil else { return .working(seconds: step.seconds(at: clock) ?? 0) }
        if step.firstTokenAt == nil {
            return waiting(for: step, at: clock) ?? .reading(seconds: readingSeconds(of: step, at: clock))
        }
        if let last = step.rate.lastAt, clock - last >= Self.silence { return .silent(seconds: clock - last) }
        return step.isThinking ? .thinking : .writing
    }

    /// The step that the run works for: the one that runs, the one that a model is loaded for, or the next one.
    var activeStep: Int? {
        guard isRunning else { return currentStep }
        if let runningStep { return runningStep.number }
        if let load = loads.values.first(where: { !$0.isPrefetch }) { return load.step }
        return steps.firstIndex { $0.status == .waiting }.map { $0 + 1 } ?? currentStep
    }

    /// What a step without text waits for: its own load, else a model that has to go.
    private func waiting(for step: StepState?, at clock: Double) -> RunActivity? {
        let own = step?.model.flatMap { model in loads[model].map { (model, $0) } }
        let foreground = step == nil ? loads.first { !$0.value.isPrefetch }.map { ($0.key, $0.value) } : nil
        if let (model, load) = own ?? foreground {
            return .loading(model, load, seconds: max(0, clock - load.startedAt))
        }
        let leaving = unloads.min { $0.value.startedAt < $1.value.startedAt }
        if let leaving, step == nil || leaving.key != step?.model {
            return .unloading(
                leaving.key, reason: leaving.value.reason, seconds: max(0, clock - leaving.value.startedAt))
        }
        return nil
    }

    private func readingSeconds(of step: StepState, at clock: Double) -> Double { step.seconds(at: clock) ?? 0 }
}
