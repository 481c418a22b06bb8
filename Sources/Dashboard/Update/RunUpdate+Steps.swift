import PromptChainCore

extension RunUpdate {
    /// Steps that a run may have at most beyond those that it named.
    private static let mostSteps = 10_000

    /// A chain that grows has more steps than it said.
    static func addMissingSteps(through step: Int, _ run: inout LiveRun?) {
        while let count = run?.steps.count, count < step, step <= mostSteps {
            run?.steps.append(StepState(name: "step \(count + 1)", model: nil))
        }
    }

    static func startStep(
        _ step: Int, item: Int?, items: Int?, name: String, model: ModelName?, prompt: String?, at time: Double,
        _ run: inout LiveRun?
    ) {
        addMissingSteps(through: step, &run)
        guard step >= 1, run?.steps.indices.contains(step &- 1) == true else { return }
        run?.currentStep = step
        if let item, run?.steps[step &- 1].isRunning == true {
            run?.steps[step &- 1].items.begin(item)
            run?.steps[step &- 1].itemPrompts[item] = prompt
            return
        }
        // A chain that jumps back runs a step again.
        let known = run?.steps[step &- 1]
        var fresh = StepState(name: name, model: model ?? known?.model, server: known?.server)
        fresh.status = .running
        fresh.startedAt = time
        if let item {
            fresh.items.begin(item)
            fresh.itemPrompts[item] = prompt
        } else {
            fresh.items.total = items
            fresh.prompt = prompt
        }
        run?.steps[step &- 1] = fresh
    }

    static func finishStep(
        _ result: ChainEvent.StepResult, item: Int?, at time: Double, _ run: inout LiveRun?
    ) {
        let index = result.step &- 1
        guard run?.steps.indices.contains(index) == true else { return }
        if let item {
            // What it was asked stands with its requests; of very many items the prompts would not fit twice.
            run?.steps[index].itemPrompts[item] = nil
            return endItem(item, of: result.step, &run)
        }
        run?.steps[index].closeTexts()
        run?.steps[index].status = .done
        run?.steps[index].finishedAt = time
        run?.steps[index].result = result
        if run?.steps[index].characters == 0, !result.output.isEmpty {
            run?.steps[index].text.append(result.output, kind: .answer)
        }
        if let tokens = result.outputTokens, tokens >= 16, let characters = run?.steps[index].characters, characters > 0
        {
            run?.charactersPerToken = Double(characters) / Double(tokens)
        }
    }

    /// One of each kind is kept: of many items that were cut the first.
    static func note(_ cut: ContextCut, _ run: inout LiveRun?) {
        let index = cut.step &- 1
        guard run?.steps.indices.contains(index) == true,
            run?.steps[index].cuts.contains(where: { $0.part == cut.part }) == false
        else { return }
        run?.steps[index].cuts.append(cut)
    }

    static func endItem(_ item: Int, of step: Int, _ run: inout LiveRun?) {
        guard run?.steps.indices.contains(step &- 1) == true else { return }
        run?.steps[step &- 1].finish(item: item)
    }

    static func leaveOut(_ item: Int, of step: Int, _ run: inout LiveRun?) {
        guard run?.steps.indices.contains(step &- 1) == true else { return }
        run?.steps[step &- 1].items.leaveOut(item)
    }

    static func retry(_ step: Int, item: Int?, attempt: Int, _ run: inout LiveRun?) {
        guard item == nil, run?.steps.indices.contains(step &- 1) == true else { return }
        run?.steps[step &- 1].attempt = attempt
        run?.steps[step &- 1].status = .running
        run?.steps[step &- 1].firstTokenAt = nil
        run?.steps[step &- 1].finishedAt = nil
    }

    static func setStatus(_ status: StepState.Status, of step: Int, at time: Double, _ run: inout LiveRun?) {
        addMissingSteps(through: step, &run)
        guard run?.steps.indices.contains(step &- 1) == true else { return }
        run?.steps[step &- 1].closeTexts()
        run?.steps[step &- 1].status = status
        run?.steps[step &- 1].finishedAt = time
    }

    /// A rule sent the chain to another step: back, which is done again, or ahead, past others.
    static func jump(from: Int, to: Int, _ run: inout LiveRun?) {
        guard let count = run?.steps.count else { return }
        if to <= from {
            for number in to...from where number >= 1 && number <= count {
                guard let step = run?.steps[number - 1], step.status != .waiting else { continue }
                run?.steps[number - 1] = step.unbegun
            }
        } else {
            for number in (from + 1)..<to where number >= 1 && number <= count {
                if run?.steps[number - 1].status == .waiting {
                    run?.steps[number - 1].status = .skipped("the chain went on to step \(to)")
                }
            }
        }
    }

    /// The run goes on where an earlier one ended; the steps before were done then.
    static func resume(from step: Int, after seconds: Double?, at time: Double, _ run: inout LiveRun?) {
        guard let count = run?.steps.count else { return }
        if let seconds { run?.earlier = LiveRun.Earlier(seconds: max(0, seconds), resumedAt: time) }
        run?.result = nil
        run?.finishedAt = nil
        run?.hasEnded = false
        run?.loss = nil
        for number in 1..<max(1, min(step, count + 1)) where run?.steps[number - 1].status == .waiting {
            run?.steps[number - 1].status = .recorded
        }
        for number in max(1, step)..<max(max(1, step), count + 1) where run?.steps[number - 1].status != .waiting {
            guard let old = run?.steps[number - 1] else { continue }
            run?.steps[number - 1] = old.unbegun
        }
    }
}

extension StepState {
    /// Adds text that came in the step, or in one of its items.
    mutating func append(_ added: String, of item: Int?, isThinking thinking: Bool, at time: Double) {
        guard !added.isEmpty else { return }
        if firstTokenAt == nil { firstTokenAt = time }
        isThinking = thinking
        let count = added.count
        characters += count
        rate.add(count, at: time)
        if let item {
            for piece in items.write(.text(added, kind: thinking ? .thinking : .answer), by: item) { append(piece) }
        } else {
            text.append(added, kind: thinking ? .thinking : .answer)
        }
        marks.note(text, characters: characters, isThinking: thinking, at: time)
    }

    /// Says in the text what happened beside it.
    mutating func note(_ piece: StepItems.Piece, of item: Int?, at time: Double) {
        if let item {
            for piece in items.write(piece, by: item) { append(piece) }
        } else {
            append(piece)
        }
        marks.note(text, characters: characters, isThinking: isThinking, at: time)
    }

    /// Keeps what its model was asked, with the prompt where that is meant.
    mutating func keep(_ request: ChainEvent.PromptSent, of item: Int?, at time: Double) {
        let begun = item.map { itemPrompts[$0] } ?? prompt
        if !request.server.isEmpty { server = request.server }
        sent.add(request, prompt: begun, of: item, at: time)
    }

    mutating func finish(item: Int) {
        for piece in items.finish(item) { append(piece) }
    }

    /// Shows what items have written and what was kept back until it is their turn.
    mutating func closeTexts() {
        for piece in items.finishAll() { append(piece) }
    }

    mutating func add(_ call: ToolCallState) {
        tools.append(call)
        guard tools.count > ToolCallState.limit else { return }
        forgottenTools += 1
        tools.removeFirst()
    }

    private mutating func append(_ piece: StepItems.Piece) {
        switch piece {
        case .heading(let item): text.append("item \(item)", kind: .heading)
        case .text(let added, let kind): text.append(added, kind: kind)
        case .line(let words): text.beginLine(words, kind: .note)
        }
    }
}
