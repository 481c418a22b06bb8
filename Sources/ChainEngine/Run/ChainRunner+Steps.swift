import Foundation
import ModelManagement
import PromptChainCore

/// One step, done once or for several items.
extension ChainRunner {
    /// One thing that a step has to do.
    struct Job: Sendable {
        /// The frame that it belongs to.
        var place: Int
        /// What it knows.
        var frame: RunFrame
    }

    /// What came of a job.
    enum JobResult: Sendable {
        /// It gave an output; `prompt` is what its model was told.
        case done(output: String, prompt: String)
        /// A rule applied to its output.
        case broken(output: String, BreakerHit)
        /// It failed; `text` is what it had written.
        case failed(StepFailure, text: String)
    }

    /// Does a step for every frame.
    func perform(stepAt index: Int, _ frames: [RunFrame]) async -> Flow {
        let step = chain.steps[index]
        let list: JobList
        do {
            list = try await self.list(step, frames)
        } catch {
            start(index)
            return fail(StepFailure(error, isLoad: false), text: "", at: index, frames[0])
        }
        guard list.leftOut.count < frames.count else {
            tell(list.leftOut, at: index)
            // Its items are told by themselves; the step as a whole is left out as well.
            if let only = list.leftOut.first, only.item != nil {
                emit(.stepSkipped(step: index + 1, reason: only.reason))
            }
            return .next(frames.map { leaveOut(index, $0) })
        }
        state.withLock { state in
            state.texts = [:]
            state.tallies = [:]
        }
        let jobs = list.jobs
        let isOne = step.each == nil && frames.count == 1 && frames[0].item == nil
        if isOne {
            start(index, prompt: prompt(of: step, in: jobs[0].frame))
        } else {
            start(index, items: list.items)
        }
        tell(list.leftOut, at: index)
        let began = clock.seconds()
        let results = await perform(jobs, ofStepAt: index)
        if Task.isCancelled {
            let text = partialText
            emit(.stepFailed(step: index + 1, reason: "stopped", output: text))
            let kept = frames[0].hasOutput ? frames[0].text : ""
            return .ended(Ending(status: .cancelled, output: text.isEmpty ? kept : text))
        }
        return await conclude(
            index, frames, jobs, results, began: began, isOne: isOne, skipped: Set(list.leftOut.map(\.place)))
    }

    // A rule has the step done again.
    private func tell(_ hit: BreakerHit, at index: Int, attempt: Int) {
        emit(.stepRetried(step: index + 1, attempt: attempt, reason: hit.reason, breaker: hit.breaker))
    }

    private func start(_ index: Int, prompt: String? = nil, items: Int? = nil) {
        let step = chain.steps[index]
        emit(.stepStarted(step: index + 1, name: step.name, model: step.model, prompt: prompt, items: items))
    }

    private func leaveOut(_ index: Int, _ frame: RunFrame) -> RunFrame {
        var frame = frame
        frame.outputs[flat.localNames[index]] = ""
        return frame
    }

    /// What a step is told, as far as it has an instruction.
    func prompt(of step: ChainStep, in frame: RunFrame) -> String {
        step.call.map { frame.render($0.instruction) } ?? frame.text
    }

    // MARK: - The end of a step

    private func conclude(
        _ index: Int, _ frames: [RunFrame], _ jobs: [Job], _ results: [JobResult?], began: Double, isOne: Bool,
        skipped: Set<Int>
    ) async -> Flow {
        let step = chain.steps[index]
        var outputs: [[String]] = Array(repeating: [], count: frames.count)
        var after = frames
        for (job, result) in zip(jobs, results) {
            switch result {
            case .done(let output, let prompt)?:
                outputs[job.place].append(output)
                if chain.history == .full, let call = step.call {
                    remember(call, prompt: prompt, answer: output, in: &after[job.place])
                }
            case .broken(let output, let hit)?:
                return await obey(hit, output: output, at: index, after[job.place])
            case .failed(let failure, let text)?:
                guard case .proceed = step.onError else {
                    return fail(failure, text: text, at: index, frames[job.place], item: job.frame.item)
                }
                Self.$item.withValue(job.frame.item) {
                    emit(.stepFailed(step: index + 1, reason: failure.sentence, output: failure.output(text: text)))
                }
                outputs[job.place].append(failure.output(text: text))
            case nil: continue
            }
        }
        for place in after.indices {
            if skipped.contains(place) {
                after[place] = leaveOut(index, after[place])
            } else {
                let output = step.each?.joined(outputs[place]) ?? outputs[place].first ?? ""
                after[place].note(output, of: flat.localNames[index])
            }
        }
        if !isOne {
            let texts = after.map(\.text)
            var result = ChainEvent.StepResult(
                step: index + 1, generateSeconds: clock.seconds() - began,
                output: texts.count == 1 ? texts[0] : texts.joined(separator: "\n"))
            let tallies = state.withLock { $0.tallies }
            ItemTally.sum(Array(tallies.values))?.complete(&result)
            tallies.min { $0.key < $1.key }?.value.begin(&result)
            emit(.stepFinished(result))
        }
        if isManaged { await depart(after: index) }
        return .next(after)
    }

    private func fail(
        _ failure: StepFailure, text: String, at index: Int, _ frame: RunFrame, item: Int? = nil
    ) -> Flow {
        let output = failure.output(text: text)
        emit(.stepFailed(step: index + 1, reason: failure.sentence, output: output))
        return .ended(
            Ending(
                status: .failed, output: output.isEmpty && frame.hasOutput ? frame.text : output,
                error: item.map { "item \($0): \(failure.sentence)" } ?? failure.sentence, failure: failure.cause))
    }

    // MARK: - Jobs

    /// Does the jobs of a step: with its own model first, and what failed with the one that stands in for it.
    private func perform(_ jobs: [Job], ofStepAt index: Int) async -> [JobResult?] {
        let step = chain.steps[index]
        guard let call = step.call else { return await work(off: jobs, ofStepAt: index) { _ in nil } }
        var results = await perform(jobs, with: call, ofStepAt: index)
        guard case .fallback(let other) = step.onError, !Task.isCancelled else { return results }
        let failures = results.indices.filter { if case .failed? = results[$0] { true } else { false } }
        guard let first = failures.first, case .failed(let failure, _)? = results[first] else { return results }
        emit(
            .stepRetried(
                step: index + 1, attempt: step.retries + 2, reason: "\(failure.sentence): \(other.model) stands in"))
        state.withLock { $0.texts = [:] }
        let again = await perform(failures.map { jobs[$0] }, with: other, ofStepAt: index)
        for (place, result) in zip(failures, again) { results[place] = result }
        return results
    }

    private func perform(_ jobs: [Job], with call: ModelCall, ofStepAt index: Int) async -> [JobResult?] {
        let step = chain.steps[index]
        var attempt = 1
        while true {
            do {
                return try await ready(call, of: step, at: index) { work, loadSeconds in
                    await self.work(off: jobs, ofStepAt: index) { job in
                        ModelJob(
                            work: work, loadSeconds: job.frame.item ?? 1 == jobs[0].frame.item ?? 1 ? loadSeconds : nil)
                    }
                }
            } catch {
                let failure = StepFailure(error, isLoad: isManaged)
                let hit = await judge(index, jobs[0].frame, output: failure.output(text: ""), isLoadFailure: true)
                if let hit, case .retry = hit.action, !Task.isCancelled {
                    attempt += 1
                    tell(hit, at: index, attempt: attempt)
                    continue
                }
                if let hit { return [.broken(output: failure.output(text: ""), hit)] }
                guard attempt <= step.retries, !Task.isCancelled else {
                    return jobs.map { _ in .failed(failure, text: "") }
                }
                attempt += 1
                emit(.stepRetried(step: index + 1, attempt: attempt, reason: failure.sentence))
            }
        }
    }

    /// A job that a model does.
    struct ModelJob: Sendable {
        var work: Work
        /// What loading the model took, for the first of the jobs; `nil` when the run does not manage models.
        var loadSeconds: Double?
    }

    // At most so many at a time as the step says. The first that ends the chain ends the others as well.
    private func work(
        off jobs: [Job], ofStepAt index: Int, _ model: @escaping @Sendable (Job) -> ModelJob?
    ) async -> [JobResult?] {
        let step = chain.steps[index]
        let width = max(1, step.each?.width ?? 1)
        var results: [JobResult?] = Array(repeating: nil, count: jobs.count)
        await withTaskGroup(of: (Int, JobResult).self) { group in
            var begun = 0
            func beginNext() {
                guard begun < jobs.count, !Task.isCancelled else { return }
                let number = begun
                begun += 1
                group.addTask {
                    let job = jobs[number]
                    return (
                        number,
                        await Self.$item.withValue(job.frame.item) {
                            await self.work(on: job, ofStepAt: index, model(job), isOneOfMany: job.frame.item != nil)
                        }
                    )
                }
            }
            for _ in 0..<width { beginNext() }
            while let (number, result) = await group.next() {
                results[number] = result
                if ends(result, step) {
                    group.cancelAll()
                    begun = jobs.count
                } else {
                    beginNext()
                }
            }
        }
        // Those that were broken off for another's sake have nothing to say.
        if let decisive = results.firstIndex(where: { $0.map { ends($0, step) } ?? false }), !Task.isCancelled {
            for place in results.indices where place != decisive {
                if case .failed? = results[place] { results[place] = nil }
            }
        }
        return results
    }

    private func ends(_ result: JobResult, _ step: ChainStep) -> Bool {
        switch result {
        case .done: false
        case .broken: true
        case .failed: step.onError == .stop
        }
    }

    private func work(
        on job: Job, ofStepAt index: Int, _ model: ModelJob?, isOneOfMany: Bool
    ) async -> JobResult {
        let step = chain.steps[index]
        let prompt = prompt(of: step, in: job.frame)
        if isOneOfMany {
            emit(.stepStarted(step: index + 1, name: step.name, model: model?.work.model, prompt: prompt))
        }
        var attempt = 1
        while true {
            let watch = rules.watch(step: step.name, item: job.frame.item)
            let began = clock.seconds()
            do {
                let output = try await BreakerWatch.$current.withValue(watch) {
                    try await act(step, at: index, job.frame, prompt: prompt, model)
                }
                let seconds = clock.seconds() - began
                guard let hit = await judge(index, job.frame, output: output, seconds: seconds, watch: watch) else {
                    return .done(output: output, prompt: prompt)
                }
                guard case .retry = hit.action else { return .broken(output: output, hit) }
                attempt += 1
                tell(hit, at: index, attempt: attempt)
            } catch {
                let text = state.withLock { $0.texts[job.frame.item ?? 0] } ?? ""
                if let hit = interruption(index, text: text, by: watch) {
                    guard case .retry = hit.action else { return .broken(output: text, hit) }
                    attempt += 1
                    tell(hit, at: index, attempt: attempt)
                    state.withLock { $0.texts[job.frame.item ?? 0] = "" }
                    continue
                }
                let failure = StepFailure(error, isLoad: false)
                guard attempt <= step.retries, !Task.isCancelled else { return .failed(failure, text: text) }
                attempt += 1
                emit(.stepRetried(step: index + 1, attempt: attempt, reason: failure.sentence))
            }
            state.withLock { $0.texts[job.frame.item ?? 0] = "" }
        }
    }

    private func act(
        _ step: ChainStep, at index: Int, _ frame: RunFrame, prompt: String, _ model: ModelJob?
    ) async throws -> String {
        switch step.action {
        case .model:
            guard var model else { return "" }
            model.work.conversation = frame.conversation
            return try await generate(model.work, prompt: prompt, loadSeconds: model.loadSeconds)
        case .command(let call):
            return try await timed(index) {
                try await self.runCommand(
                    frame.filling(call), named: step.name, input: frame.text, timeout: step.timeLimit)
            }
        case .function(let function):
            return try await timed(index) {
                try await self.within(step.timeLimit, of: step) { try await function.body(frame.text) }
            }
        case .chain: return frame.text
        }
    }

    private func timed(_ index: Int, _ work: @Sendable () async throws -> String) async throws -> String {
        let start = clock.seconds()
        let output = try await work()
        emit(
            .stepFinished(
                ChainEvent.StepResult(step: index + 1, generateSeconds: clock.seconds() - start, output: output)))
        return output
    }

    // A function that does not heed its cancellation goes on by itself; nobody waits for it.
    private func within(
        _ seconds: Double?, of step: ChainStep, _ work: @escaping @Sendable () async throws -> String
    ) async throws -> String {
        let latch = Latch<Result<String, any Error>>()
        let task = Task {
            do { latch.set(.success(try await work())) } catch { latch.set(.failure(error)) }
        }
        let timer = seconds.map { seconds in
            Task {
                try await clock.sleep(seconds: seconds)
                latch.set(
                    .failure(FunctionFailure("“\(step.name)” gave nothing within \(Seconds.text(seconds))")))
                task.cancel()
            }
        }
        defer { timer?.cancel() }
        return try await withTaskCancellationHandler {
            try await latch.value().get()
        } onCancel: {
            task.cancel()
            latch.set(.failure(CancellationError()))
        }
    }

    private struct FunctionFailure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    /// What was written of the step that runs, the items in their order.
    var partialText: String {
        let texts = state.withLock { $0.texts }
        return texts.keys.sorted().compactMap { texts[$0] }.joined(separator: "\n")
    }
}

extension RunFrame {
    /// A program with the placeholders in its arguments filled in.
    func filling(_ call: CommandCall) -> CommandCall {
        var call = call
        call.arguments = call.arguments.map { PromptTemplate(literal: render($0)) }
        return call
    }
}
