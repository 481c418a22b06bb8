import ModelManagement
import PromptChainCore

/// The way through the steps: which comes next, and when it ends.
extension ChainRunner {
    /// What became of a place in the order of steps.
    enum Flow: Sendable {
        /// The next place follows.
        case next([RunFrame])
        /// A rule, by its name, sends the run to a place by its name in the row.
        case jump(String, by: String, [RunFrame])
        /// The run ends.
        case ended(Ending)
    }

    /// Does the steps, one after another.
    func perform(input: String) async -> Ending {
        state.withLock { $0.initial = input }
        do { try await checkTools() } catch { return refuse(error) }
        if isManaged { await cleanUpFirst() }
        let monitor = watchHealth()
        let sampling = sampleMemory()
        defer {
            monitor?.cancel()
            sampling?.cancel()
        }
        var frame = RunFrame(input: input)
        let start = resume(&frame)
        switch await walk(flat.nodes, [frame], from: start) {
        case .next(let frames): return Ending(status: .completed, output: frames.first?.text ?? "")
        case .ended(let ending): return ending
        case .jump(let name, _, let frames):
            return Ending(
                status: .failed, output: frames.first?.text ?? "", error: "there is no step “\(name)” to go to")
        }
    }

    /// Goes through a row of places with one or several frames.
    private func walk(_ nodes: [FlatChain.Node], _ frames: [RunFrame], from start: Int = 0) async -> Flow {
        var frames = frames
        var place = start
        while place < nodes.count {
            if Task.isCancelled {
                return .ended(Ending(status: .cancelled, output: frames.first { $0.hasOutput }?.text ?? ""))
            }
            let node = nodes[place]
            let flow =
                switch node {
                case .step(let index): await perform(stepAt: index, frames)
                case .group(let group): await perform(group, frames)
                }
            switch flow {
            case .next(let after):
                frames = after
                place += 1
            case .jump(let name, let breaker, let after):
                guard let target = nodes.firstIndex(where: { flat.name(of: $0) == name }), after.count == 1 else {
                    return flow
                }
                emit(
                    .jumped(
                        from: node.indices.upperBound, to: nodes[target].indices.lowerBound + 1, breaker: breaker))
                frames = after
                place = target
            case .ended: return flow
            }
        }
        return .next(frames)
    }

    /// Does all steps of an inner chain: each step for all items before the next step, so that models come and go once.
    private func perform(_ group: FlatChain.Group, _ frames: [RunFrame]) async -> Flow {
        var inner: [RunFrame] = []
        var shares: [Range<Int>?] = []
        for frame in frames {
            if let reason = await reasonToSkip(group.step, for: frame) {
                shares.append(nil)
                if frames.count == 1 { skip(group.indices, reason: reason) }
                continue
            }
            let items: [String]
            do {
                items = try group.step.each.map { try $0.items(of: frame.render($0.source)) } ?? [frame.text]
            } catch {
                return end(group, text: frame.text, failure: StepFailure(error, isLoad: false))
            }
            let isOneOfMany = group.step.each != nil || frame.item != nil
            let first = inner.count
            for item in items { inner.append(RunFrame(input: item, item: isOneOfMany ? inner.count + 1 : nil)) }
            shares.append(first..<inner.count)
        }
        let flow = inner.isEmpty ? Flow.next([]) : await walk(group.nodes, inner)
        switch flow {
        case .next(let done):
            let after = collect(group, frames, shares, done)
            note(zip(after, shares).compactMap { $1 == nil ? nil : $0.text }, of: group)
            return .next(after)
        case .jump(let name, let breaker, let done):
            return .jump(name, by: breaker, collect(group, frames, shares, done))
        case .ended(let ending):
            guard case .proceed = group.step.onError, ending.status == .failed, frames.count == 1 else { return flow }
            var frame = frames[0]
            frame.note(ending.output, of: group.step.name)
            note([ending.output], of: group)
            return .next([frame])
        }
    }

    // What an inner chain gave the last time, for whoever asks afterwards.
    private func note(_ texts: [String], of group: FlatChain.Group) {
        guard !texts.isEmpty else { return }
        state.withLock { $0.groupOutputs[group.name] = texts.joined(separator: "\n") }
    }

    private func collect(
        _ group: FlatChain.Group, _ frames: [RunFrame], _ shares: [Range<Int>?], _ done: [RunFrame]
    ) -> [RunFrame] {
        zip(frames, shares).map { frame, share in
            var frame = frame
            guard let share else {
                frame.outputs[group.step.name] = ""
                return frame
            }
            let texts = share.compactMap { done.indices.contains($0) ? done[$0].text : nil }
            frame.note(group.step.each?.joined(texts) ?? texts.first ?? "", of: group.step.name)
            return frame
        }
    }

    private func end(_ group: FlatChain.Group, text: String, failure: StepFailure) -> Flow {
        emit(.stepFailed(step: group.indices.lowerBound + 1, reason: failure.sentence, output: ""))
        return .ended(Ending(status: .failed, output: text, error: failure.sentence, failure: failure.cause))
    }

    func skip(_ indices: Range<Int>, reason: String) {
        for index in indices { emit(.stepSkipped(step: index + 1, reason: reason)) }
    }

    /// Why a step is not done; `nil` when it is.
    func reasonToSkip(_ step: ChainStep, for frame: RunFrame) async -> String? {
        guard let condition = step.condition else { return nil }
        return await condition.reasonAgainst(frame.render(condition.subject))
    }

    // What was recorded stands for the steps before; the run goes on at a place of the outer chain.
    private func resume(_ frame: inout RunFrame) -> Int {
        guard let point = resuming else { return 0 }
        let place = flat.nodes.firstIndex { $0.indices.upperBound >= point.fromStep } ?? 0
        for node in flat.nodes[..<place] {
            let output = point.outputs[node.indices.upperBound]
            if case .step(let index) = node, let output, let call = chain.steps[index].call, chain.history == .full {
                remember(call, prompt: frame.render(call.instruction), answer: output, in: &frame)
            }
            if let output {
                frame.note(output, of: flat.localName(of: node))
            } else {
                frame.outputs[flat.localName(of: node)] = ""
            }
        }
        if let newest = point.newest { frame.text = newest }
        emit(.runResumed(fromStep: flat.nodes[place].indices.lowerBound + 1, seconds: point.seconds))
        return place
    }
}
