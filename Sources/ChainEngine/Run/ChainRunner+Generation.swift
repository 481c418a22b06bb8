import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// What a model has answered, in one round or in several with tools between them.
    struct Answer {
        /// The text of the last round.
        var text = ""
        /// The tools that the model asks for in the last round.
        var calls: [ToolCall] = []
        var start: Double
        var firstText: Double?
        /// The load before the first round, as the server tells it.
        var firstLoadSeconds: Double?
        /// What tools took, in seconds.
        var toolSeconds = 0.0
        /// Of all rounds together.
        var metrics: GenerationMetrics?
    }

    /// Lets a step's model answer, and tells what the time went into.
    /// - Parameter loadSeconds: What loading the model took; `nil` when the run does not manage models.
    func generate(_ work: Work, prompt: String, loadSeconds: Double?) async throws -> String {
        let answer: Answer
        do {
            answer = try await converse(work, try await request(for: work, prompt: prompt))
        } catch {
            throw StepFailure(error, isLoad: false)
        }
        finish(work, answer: answer, loadSeconds: loadSeconds)
        return answer.text
    }

    private func request(for work: Work, prompt: String) async throws -> GenerationRequest {
        var messages = messages(for: work, prompt: prompt)
        let pictures = try await pictures(of: work.call)
        if !pictures.isEmpty, let last = messages.indices.last { messages[last].images = pictures }
        return GenerationRequest(
            model: work.model, messages: messages,
            load: await loadParameters(for: work), options: work.call.options, think: work.call.think,
            format: work.call.format, timeout: work.step.timeLimit, streams: work.call.streams)
    }

    /// Lets the model answer once.
    func receive(_ request: GenerationRequest, for work: Work) async throws -> Answer {
        var answer = Answer(start: clock.seconds())
        // Texts of two rounds do not run into each other.
        var gap = state.withLock { $0.texts[Self.item ?? 0] ?? "" }.isEmpty ? "" : "\n\n"
        for try await event in WatchedStream(work.server.manager.generate(request), clock: clock) {
            if answer.firstText == nil { answer.firstText = clock.seconds() }
            switch event {
            case .text(let text):
                answer.text += text
                state.withLock { $0.texts[Self.item ?? 0, default: ""] += gap + text }
                emit(.token(step: work.number, text: gap + text, thinking: false))
                gap = ""
            case .thinking(let text): emit(.token(step: work.number, text: text, thinking: true))
            case .toolCalls(let calls): answer.calls = calls
            case .finished(let metrics):
                if answer.text.isEmpty, answer.calls.isEmpty { answer.firstText = nil }
                answer.metrics = metrics
                answer.firstLoadSeconds = metrics.loadSeconds
            }
        }
        // A cancelled stream ends like a complete one.
        try Task.checkCancellation()
        guard let metrics = answer.metrics else {
            throw ModelManagementError(
                kind: .interrupted, action: "finish the answer of \(work.model)", server: work.server.name,
                reason: "the answer broke off")
        }
        await noteCut(of: request, read: metrics.promptTokens, for: work)
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
        result.firstTokenSeconds = answer.firstText.map {
            max(0, $0 - answer.start - (answer.firstLoadSeconds ?? 0))
        }
        result.generateSeconds = answer.firstText.map { end - $0 - answer.toolSeconds }
        result.promptTokens = metrics.promptTokens
        result.outputTokens = metrics.outputTokens
        if let tokens = metrics.outputTokens, let seconds = metrics.outputSeconds ?? result.generateSeconds, seconds > 0
        {
            result.tokensPerSecond = Double(tokens) / seconds
        }
        if let item = Self.item {
            let seconds = metrics.outputSeconds ?? result.generateSeconds
            state.withLock {
                $0.tallies[item] = ItemTally(
                    promptTokens: result.promptTokens, outputTokens: result.outputTokens, outputSeconds: seconds,
                    loadSeconds: result.loadSeconds, firstTokenSeconds: result.firstTokenSeconds)
            }
        }
        noteStall(metrics.loadSeconds ?? 0)
        emit(.stepFinished(result))
        let hasLimit = work.call.options["num_predict"] != nil || work.call.options["max_tokens"] != nil
        if metrics.reason == "length", !hasLimit {
            emit(
                .contextCut(
                    ContextCut(
                        .answer, step: work.number, model: work.model, readTokens: metrics.promptTokens,
                        contextLength: knownContext(of: work))))
        }
    }
}
