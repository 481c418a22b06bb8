import PromptChainCore

/// What happens in a run.
enum RunUpdate {
    static func apply(_ record: ChainEventRecord, _ state: inout DashboardState) {
        let time = record.time.timeIntervalSince1970
        switch record.event {
        case .runStarted(let start): begin(record.run, start, at: time, &state)
        case .serverSample(let snapshot):
            var sample = snapshot
            sample.time = record.time
            state.servers.acceptTold(sample)
            return
        default: beginUntold(record, at: time, &state)
        }
        guard state.run?.id == record.run else { return }
        state.run?.heardAt = time
        if case .token(let step, let text, let thinking) = record.event {
            token(text, step: step, item: record.item, isThinking: thinking, at: time, &state.run)
            return
        }
        change(&state.run, record, at: time)
        // While one item of a step ends, its model works on.
        if record.item == nil || record.event.step == nil { state.run?.noteResidency(record.event, at: time) }
        ToldModels.note(record.event, at: record.time, &state)
        RunLog.write(record, to: &state)
    }

    /// Nothing more comes from a run.
    static func end(_ run: String, _ state: inout DashboardState) {
        guard state.run?.id == run else { return }
        close(&state.run)
        if state.run?.finishedAt == nil { state.run?.finishedAt = state.clock }
        closeRunningSteps(of: &state.run, as: .cancelled, at: state.clock)
    }

    /// Nothing more comes from a run, and nobody knows how it ended.
    static func lose(_ loss: String, _ state: inout DashboardState) {
        let time = state.run?.heardAt ?? state.clock
        close(&state.run)
        state.run?.loss = loss
        state.run?.finishedAt = time
        closeRunningSteps(of: &state.run, as: .broken(loss), at: time)
    }

    /// Changes a run by an event of one of its steps, and nothing else.
    static func change(_ run: inout LiveRun?, ofStep record: ChainEventRecord) {
        let time = record.time.timeIntervalSince1970
        if case .token(let step, let text, let thinking) = record.event {
            token(text, step: step, item: record.item, isThinking: thinking, at: time, &run)
        } else {
            change(&run, record, at: time)
        }
    }

    private static func close(_ run: inout LiveRun?) {
        run?.hasEnded = true
        run?.loads = [:]
        run?.unloads = [:]
        if let time = run?.finishedAt ?? run?.heardAt { run?.residency.end(at: time) }
    }

    private static func begin(
        _ id: String, _ start: ChainEvent.RunStarted, at time: Double, _ state: inout DashboardState
    ) {
        let steps = start.steps.enumerated().map { index, name in
            StepState(
                name: name, model: start.models.indices.contains(index) ? start.models[index] : nil,
                server: start.servers.indices.contains(index) ? start.servers[index] : nil)
        }
        state.run = LiveRun(
            id: id, chain: start.chain, policy: start.policy, capacityBytes: start.capacityBytes, startedAt: time,
            steps: steps, heardAt: time)
        state.chainTitle = start.chain
        state.shownStep = nil
        state.outputScroll = ScrollState()
        state.outputSearch = TextSearch()
        state.pending.removeStarts()
    }

    /// A program that tells of a run may have begun to do so in the middle of it.
    private static func beginUntold(_ record: ChainEventRecord, at time: Double, _ state: inout DashboardState) {
        guard let feed = state.feed, state.run == nil else { return }
        if case .log = record.event { return }
        let start = ChainEvent.RunStarted(chain: feed.description.name, steps: [], models: [])
        begin(record.run, start, at: time, &state)
    }

    private static func token(
        _ text: String, step: Int, item: Int?, isThinking: Bool, at time: Double, _ run: inout LiveRun?
    ) {
        addMissingSteps(through: step, &run)
        let index = step &- 1
        guard run?.steps.indices.contains(index) == true else { return }
        // Changed in place: a copy of the text for each token would be felt.
        if run?.steps[index].firstTokenAt == nil, !text.isEmpty, let model = run?.steps[index].model {
            run?.residency.write(model, at: time)
        }
        run?.steps[index].append(text, of: item, isThinking: isThinking, at: time)
        if run?.currentStep == nil { run?.currentStep = step }
    }

    private static func change(_ run: inout LiveRun?, _ record: ChainEventRecord, at time: Double) {
        switch record.event {
        case .stepStarted(let step, let name, let model, let prompt, let items):
            startStep(
                step, item: record.item, items: items, name: name, model: model, prompt: prompt, at: time, &run)
        case .stepFinished(let result): finishStep(result, item: record.item, at: time, &run)
        case .stepFailed(let step, let reason, _):
            if let item = record.item {
                endItem(item, of: step, &run)
            } else {
                setStatus(.failed(reason), of: step, at: time, &run)
            }
        case .stepRetried(let step, let attempt, _, _): retry(step, item: record.item, attempt: attempt, &run)
        case .stepSkipped(let step, let reason):
            if let item = record.item {
                leaveOut(item, of: step, &run)
            } else {
                setStatus(.skipped(reason), of: step, at: time, &run)
            }
        case .chainBroken(let step, _, let reason): setStatus(.broken(reason), of: step, at: time, &run)
        case .promptSent(let sent): keep(sent, item: record.item, at: time, &run)
        case .toolCalled(let step, let use): callTool(use, in: step, item: record.item, at: time, &run)
        case .toolFinished(let step, let use, let seconds, let isError, let output):
            finishTool(
                use, in: step, item: record.item, seconds: seconds, isError: isError, output: output, at: time, &run)
        case .jumped(let from, let to, _): jump(from: from, to: to, &run)
        case .runResumed(let step, let seconds): resume(from: step, after: seconds, at: time, &run)
        case .runFinished(let result):
            run?.result = result
            run?.finishedAt = time
            run?.loads = [:]
            closeRunningSteps(of: &run, as: .cancelled, at: time)
        case .contextCut(let cut): note(cut, &run)
        default: changeModels(&run, record.event, at: time)
        }
    }

    private static func changeModels(_ run: inout LiveRun?, _ event: ChainEvent, at time: Double) {
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
        default: break
        }
    }

    static func closeRunningSteps(of run: inout LiveRun?, as status: StepState.Status, at time: Double) {
        guard let steps = run?.steps else { return }
        for index in steps.indices where steps[index].isRunning {
            run?.steps[index].status = status
            run?.steps[index].finishedAt = time
            run?.steps[index].closeTexts()
        }
    }
}

extension PendingState {
    fileprivate mutating func removeStarts() {
        for entry in entries {
            if case .startRun = entry.operation { remove(entry.operation) }
        }
    }
}
