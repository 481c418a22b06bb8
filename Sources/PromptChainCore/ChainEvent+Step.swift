extension ChainEvent {
    /// The step that it happened in, counted from 1; `nil` for what concerns the whole run or a model.
    public var step: Int? {
        switch self {
        case .stepStarted(let step, _, _, _, _), .token(let step, _, _), .stepFailed(let step, _, _),
            .stepSkipped(let step, _), .stepRetried(let step, _, _, _), .toolCalled(let step, _),
            .toolFinished(let step, _, _, _, _), .chainBroken(let step, _, _):
            step
        case .promptSent(let sent): sent.step
        case .stepFinished(let result): result.step
        default: nil
        }
    }
}
