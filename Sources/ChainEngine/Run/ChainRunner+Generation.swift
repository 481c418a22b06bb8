import ModelManagement
import PromptChainCore

extension ChainRunner {
    private struct Answer {
        var text = ""
        var start: Double
        var firstText: Double?
        var metrics: GenerationMetrics?
    }

    /// Lets a step's model answer, and tells what the time went into.
    /// - Parameter loadSeconds: What loading the model took; `nil` when the run does not manage models.
    func generate(_ work: Work, prompt: String, loadSeconds: Double?) async throws -> String {
        let request = await request(for: work, prompt: prompt)
        let answer: Answer
        do {
            answer = try await pullingWhereMissing(work) { try await receive(request, for: work) }
        } catch {
            throw StepFailure(error, isLoad: false)
        }
        finish(work, answer: answer, loadSeconds: loadSeconds)
        return answer.text
    }

    private func request(for work: Work, prompt: String) async -> GenerationRequest {
        return GenerationRequest(
            model: work.model, messages: messages(for: work, prompt: prompt),
            load: await loadParameters(for: work), options: work.call.options, think: work.call.think,
            format: work.call.format, timeout: work.step.timeLimit)
    }

    private func receive(_ request: GenerationRequest, for work: Work) async throws -> Answer {
        var answer = Answer(start: clock.seconds())
        for try await event in work.server.manager.generate(request) {
            switch event {
            case .text(let text):
                if answer.firstText == nil { answer.firstText = clock.seconds() }
                answer.text += text
                state.withLock { $0.texts[Self.item ?? 0, default: ""] += text }
                emit(.token(step: work.number, text: text, thinking: false))
            case .thinking(let text):
                if answer.firstText == nil { answer.firstText = clock.seconds() }
                emit(.token(step: work.number, text: text, thinking: true))
            case .finished(let metrics): answer.metrics = metrics
            }
        }
        // A cancelled stream ends like a complete one.
        try Task.checkCancellation()
        guard answer.metrics != nil else {
            throw ModelManagementError(
                kind: .interrupted, action: "finish the answer of \(work.model)", server: work.server.name,
                reason: "the answer broke off")
        }
        return answer
    }

    // `load_duration` of a model that was loaded before is its wait for the server's turn; of one that was not, it is
    // the load with that wait inside, and the two cannot be told apart.
    private func finish(_ work: Work, answer: Answer, loadSeconds: Double?) {
        let metrics = answer.metrics ?? GenerationMetrics()
        let end = clock.seconds()
        var result = ChainEvent.StepResult(step: work.number, output: answer.text)
        result.queueSeconds = isManaged ? metrics.loadSeconds : nil
        result.loadSeconds = loadSeconds ?? metrics.loadSeconds
        result.firstTokenSeconds = answer.firstText.map { max(0, $0 - answer.start - (metrics.loadSeconds ?? 0)) }
        result.generateSeconds = answer.firstText.map { end - $0 }
        result.promptTokens = metrics.promptTokens
        result.outputTokens = metrics.outputTokens
        if let tokens = metrics.outputTokens, let seconds = metrics.outputSeconds ?? result.generateSeconds, seconds > 0
        {
            result.tokensPerSecond = Double(tokens) / seconds
        }
        noteStall(metrics.loadSeconds ?? 0)
        emit(.stepFinished(result))
        let hasLimit = work.call.options["num_predict"] != nil || work.call.options["max_tokens"] != nil
        if metrics.reason == "length", !hasLimit {
            emit(
                .warning(
                    message: "the answer of step \(work.number) was cut off: the context of \(work.model) is full",
                    hint: "A larger context leaves room for longer answers."))
        }
    }
}
