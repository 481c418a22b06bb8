import PromptChainCore

/// What happens in a run.
enum RunUpdate {
    static func apply(_ record: ChainEventRecord, _ state: inout DashboardState) {
        let time = record.time.timeIntervalSince1970
        if case .runStarted(let start) = record.event {
            begin(record.run, start, at: time, &state)
        }
        guard state.run?.id == record.run else { return }
        if case .token(let step, let text, let thinking) = record.event {
            token(text, step: step, isThinking: thinking, at: time, &state.run)
            return
        }
        change(&state.run, record.event, at: time)
        RunLog.write(record, to: &state)
    }

    static func end(_ run: String, _ state: inout DashboardState) {
        guard state.run?.id == run else { return }
        state.run?.hasEnded = true
        state.run?.loads = [:]
        state.run?.unloads = [:]
        if state.run?.finishedAt == nil { state.run?.finishedAt = state.clock }
        closeRunningStep(of: &state.run, as: .cancelled, at: state.clock)
    }

    private static func begin(
        _ id: String, _ start: ChainEvent.RunStarted, at time: Double, _ state: inout DashboardState
    ) {
        let steps = start.steps.enumerated().map { index, name in
            StepState(name: name, model: start.models.indices.contains(index) ? start.models[index] : nil)
        }
        state.run = LiveRun(
            id: id, chain: start.chain, policy: start.policy, capacityBytes: start.capacityBytes, startedAt: time,
            steps: steps)
        state.chainTitle = start.chain
        state.shownStep = nil
        state.outputScroll = ScrollState()
        state.outputSearch = TextSearch()
        state.pending.removeStarts()
    }

    private static func token(_ text: String, step: Int, isThinking: Bool, at time: Double, _ run: inout LiveRun?) {
        let index = step &- 1
        guard run?.steps.indices.contains(index) == true else { return }
        // Changed in place: a copy of the text for each token would be felt.
        run?.steps[index].append(text, isThinking: isThinking, at: time)
        if run?.currentStep == nil { run?.currentStep = step }
    }

    private static func change(_ run: inout LiveRun?, _ event: ChainEvent, at time: Double) {
        switch event {
        case .modelLoadStarted(let model, let step, let prefetch, let expected):
            run?.loads[model] = LiveRun.Load(
                startedAt: time, step: step, isPrefetch: prefetch, expectedSeconds: expected)
        case .loadProgress(let model, let fraction, let inferred):
            run?.loads[model]?.fraction = min(1, max(0, fraction))
            run?.loads[model]?.isInferred = inferred
        case .modelLoaded(let model, _, _, _), .modelLoadFailed(let model, _, _):
            run?.loads[model] = nil
        case .modelUnloadStarted(let model, let reason):
            run?.unloads[model] = LiveRun.Unload(startedAt: time, reason: reason)
        case .modelUnloaded(let model, _, let verified):
            run?.unloads[model] = nil
            if verified { run?.lastDeparture = LiveRun.Departure(model: model, at: time) }
        case .stepStarted(let step, let name, let model, let prompt):
            startStep(step, name: name, model: model, prompt: prompt, at: time, &run)
        case .stepFinished(let result): finishStep(result, at: time, &run)
        case .stepFailed(let step, let reason, _): setStatus(.failed(reason), of: step, at: time, &run)
        case .stepRetried(let step, let attempt, _):
            guard run?.steps.indices.contains(step &- 1) == true else { return }
            run?.steps[step &- 1].attempt = attempt
            run?.steps[step &- 1].status = .running
            run?.steps[step &- 1].firstTokenAt = nil
            run?.steps[step &- 1].finishedAt = nil
        case .chainBroken(let step, _, let reason): setStatus(.broken(reason), of: step, at: time, &run)
        case .runFinished(let result):
            run?.result = result
            run?.finishedAt = time
            run?.loads = [:]
            closeRunningStep(of: &run, as: .cancelled, at: time)
        case .runStarted, .planMade, .token, .warning, .log, .stepSkipped, .toolCalled, .toolFinished, .jumped,
            .serverSample, .runResumed:
            break
        }
    }

    private static func startStep(
        _ step: Int, name: String, model: ModelName?, prompt: String?, at time: Double, _ run: inout LiveRun?
    ) {
        // A chain that jumps back runs a step again; one that grows has more than it said.
        while let count = run?.steps.count, count < step, step <= 10_000 {
            run?.steps.append(StepState(name: "step \(count + 1)", model: nil))
        }
        guard step >= 1, run?.steps.indices.contains(step &- 1) == true else { return }
        var fresh = StepState(name: name, model: model ?? run?.steps[step &- 1].model)
        fresh.status = .running
        fresh.startedAt = time
        fresh.prompt = prompt
        run?.steps[step &- 1] = fresh
        run?.currentStep = step
    }

    private static func finishStep(_ result: ChainEvent.StepResult, at time: Double, _ run: inout LiveRun?) {
        let index = result.step &- 1
        guard run?.steps.indices.contains(index) == true else { return }
        run?.steps[index].status = .done
        run?.steps[index].finishedAt = time
        run?.steps[index].result = result
        if run?.steps[index].text.isEmpty == true, !result.output.isEmpty {
            run?.steps[index].text.append(result.output, kind: .answer)
        }
        if let tokens = result.outputTokens, tokens >= 16, let characters = run?.steps[index].characters, characters > 0
        {
            run?.charactersPerToken = Double(characters) / Double(tokens)
        }
    }

    private static func setStatus(
        _ status: StepState.Status, of step: Int, at time: Double, _ run: inout LiveRun?
    ) {
        guard run?.steps.indices.contains(step &- 1) == true else { return }
        run?.steps[step &- 1].status = status
        run?.steps[step &- 1].finishedAt = time
    }

    private static func closeRunningStep(of run: inout LiveRun?, as status: StepState.Status, at time: Double) {
        guard let steps = run?.steps else { return }
        for index in steps.indices where steps[index].isRunning {
            run?.steps[index].status = status
            run?.steps[index].finishedAt = time
        }
    }
}

extension StepState {
    fileprivate mutating func append(_ added: String, isThinking thinking: Bool, at time: Double) {
        guard !added.isEmpty else { return }
        if firstTokenAt == nil { firstTokenAt = time }
        isThinking = thinking
        let count = added.count
        characters += count
        rate.add(count, at: time)
        text.append(added, kind: thinking ? .thinking : .answer)
    }
}

extension PendingState {
    fileprivate mutating func removeStarts() {
        for entry in entries {
            if case .startRun = entry.operation { remove(entry.operation) }
        }
    }
}
