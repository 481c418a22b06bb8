import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// How often a model may ask for tools in one step where nothing is said.
    static let usualToolRounds = 8

    /// Starts the tool servers that the steps need, and makes sure that the models can call tools. Comes before the
    /// first step.
    ///
    /// A step that names its tools needs a model that can call them. Where a step says nothing, a model that cannot
    /// answers without; unless that leaves no step at all with tools.
    /// - Throws: `ToolFault`; `CancellationError`.
    func checkTools() async throws {
        let wanting = chain.steps.indices.filter { index in
            chain.steps[index].call != nil && chain.steps[index].tools?.isEmpty != true
                && (!tools.box.isEmpty || chain.steps[index].tools != nil)
        }
        guard !wanting.isEmpty else { return }
        let scopes = wanting.map { chain.steps[$0].tools }
        let servers = Set(tools.box.servers)
        let needed =
            scopes.contains { $0.map { !servers.isSuperset(of: $0) } ?? true } ? nil : scopes.compactMap(\.self)
        try await tools.box.start(needed.map { Set($0.joined()) })
        for index in wanting {
            do {
                _ = try await tools.box.entries(for: chain.steps[index].tools)
            } catch let fault as ToolFault {
                throw ToolFault(fault.kind, "step \(index + 1): \(fault.sentence)", hint: fault.hint)
            }
        }
        try await checkModels(of: wanting)
    }

    private func checkModels(of wanting: [Int]) async throws {
        var unable: [(index: Int, model: ModelName, server: String)] = []
        for index in wanting {
            let step = chain.steps[index]
            if let call = step.call, let server = await serverWithoutTools(for: call, of: step, at: index) {
                unable.append((index, call.model, server))
            }
            // A model that stands in for another does so without tools rather than not at all.
            if case .fallback(let call) = step.onError,
                await serverWithoutTools(for: call, of: step, at: index) != nil
            {
                tools.leaveOut(call.model, at: index)
            }
        }
        try Task.checkCancellation()
        guard let first = unable.first(where: { chain.steps[$0.index].tools != nil }) ?? unable.first else { return }
        if chain.steps[first.index].tools != nil || unable.count == wanting.count {
            throw ToolFault(
                .unknown,
                "step \(first.index + 1) uses tools, and \(first.model.short) on \(first.server) cannot call any",
                hint: "Use a model with the capability “tools” (`promptchain models` shows them), or give the step "
                    + "tools: [].")
        }
        for (index, model, _) in unable {
            tools.leaveOut(model, at: index)
            guard isNews("no tools for \(model.canonical)") else { continue }
            emit(
                .warning(
                    message: "step \(index + 1) answers without tools: \(model.short) cannot call any",
                    hint: "tools: [] in the step says that this is meant."))
        }
    }

    // A server that does not say what its models can do is tried, and so is one that cannot be asked now.
    private func serverWithoutTools(for call: ModelCall, of step: ChainStep, at index: Int) async -> String? {
        guard let work = try? await resolve(call, of: step, at: index),
            let known = try? await work.server.manager.describe(call.model).model.capabilities,
            !known.contains("tools")
        else { return nil }
        return work.server.name
    }

    /// Lets a step's model answer, and does what it asks of tools in between.
    func converse(_ work: Work, _ first: GenerationRequest) async throws -> Answer {
        let entries =
            tools.isLeftOut(work.model, at: work.index) ? [] : try await tools.box.entries(for: work.step.tools)
        let limit = work.step.maxToolRounds ?? Self.usualToolRounds
        var request = first
        request.tools = entries.map(\.definition)
        let prompt = request.messages.count - 1
        var answer = try await pullingWhereMissing(work) { [request] in
            tell(request, for: work, round: 1, kept: 0, prompt: prompt)
            return try await receive(request, for: work)
        }
        var rounds = 0
        var pictures = 0
        while !answer.calls.isEmpty, !request.tools.isEmpty {
            rounds += 1
            let kept = request.messages.count
            let calls = numbered(answer.calls, round: rounds)
            request.messages.append(ChatMessage(role: "assistant", content: answer.text, toolCalls: calls))
            let start = clock.seconds()
            for call in calls {
                let message = try await use(call, of: entries, in: work, since: answer.start, beside: pictures)
                pictures += message.images.count
                request.messages.append(message)
            }
            answer.toolSeconds += clock.seconds() - start
            if rounds == limit { endTools(of: &request, in: work, rounds: rounds) }
            request.timeout = try remaining(of: work, since: answer.start)
            tell(request, for: work, round: rounds + 1, kept: kept, prompt: prompt)
            answer.add(try await receive(request, for: work))
        }
        if rounds >= limit, answer.text.allSatisfy(\.isWhitespace) {
            throw ModelManagementError(
                kind: .interrupted, action: "finish the answer of \(work.model)", server: work.server.name,
                reason: "it asked for tools \(rounds) times and gave no answer",
                hint: "Let it ask more often with max_tool_rounds, or tell it in the instruction when to stop.")
        }
        return answer
    }

    // The model is asked for an answer from what it has; without tools on offer it cannot go on asking.
    private func endTools(of request: inout GenerationRequest, in work: Work, rounds: Int) {
        request.tools = []
        request.messages.append(
            ChatMessage(role: "user", content: "No more tools can be called. Answer now, with what you know."))
        emit(
            .warning(
                message: "step \(work.number) has asked for tools \(rounds) times: it must answer now",
                hint: "max_tool_rounds lets it ask more often."))
    }

    private func remaining(of work: Work, since start: Double) throws -> Double? {
        guard let limit = work.step.timeLimit else { return nil }
        let left = limit - (clock.seconds() - start)
        guard left > 0 else {
            throw ModelManagementError(
                kind: .timedOut, action: "finish the answer of \(work.model)", server: work.server.name,
                reason: "the time limit of \(Seconds.text(limit)) has passed",
                hint: "Give the step more time with params: {timeout: 30m}.")
        }
        return left
    }

    /// The calls with identifiers that tell them apart, also where the server gives none.
    private func numbered(_ calls: [ToolCall], round: Int) -> [ToolCall] {
        var seen: Set<String> = []
        return calls.enumerated().map { index, call in
            var call = call
            if call.id.isEmpty || !seen.insert(call.id).inserted { call.id = "call_\(round)_\(index + 1)" }
            return call
        }
    }

    /// Calls a tool and gives what the model is told.
    /// - Parameter pictures: how many pictures of tools the model has been shown in this step.
    private func use(
        _ call: ToolCall, of entries: [ToolBox.Entry], in work: Work, since beginning: Double, beside pictures: Int
    ) async throws -> ChatMessage {
        let left = try remaining(of: work, since: beginning)
        let entry = entries.first { $0.definition.name == call.name }
        let use = ChainEvent.ToolUse(
            call: call.id, server: entry?.server ?? "", tool: entry?.tool ?? call.name, arguments: call.arguments)
        emit(.toolCalled(step: work.number, use))
        let start = clock.seconds()
        let given = try await within(left) { try await Self.answer(to: call, entry, of: entries) }
        // Nothing in the time that the step had: the step fails by its own limit.
        let whole =
            given?.cut(to: MessageLimit.characters) ?? ToolAnswer(text: "the step's time is over", isError: true)
        let (answer, shown) = await show(whole, to: work, beside: pictures)
        emit(
            .toolFinished(
                step: work.number, use, seconds: clock.seconds() - start, isError: answer.isError,
                output: answer.cut(to: 2000).text))
        var message = ChatMessage(
            answering: call, content: answer.isError ? "Error: \(answer.text)" : answer.text)
        message.images = shown
        return message
    }

    // A function that does not heed its cancellation goes on by itself; nobody waits for it.
    private func within(
        _ seconds: Double?, _ call: @escaping @Sendable () async throws -> ToolAnswer
    ) async throws -> ToolAnswer? {
        let latch = Latch<Result<ToolAnswer?, any Error>>()
        let calling = Task {
            do { latch.set(.success(try await call())) } catch { latch.set(.failure(error)) }
        }
        let timer = seconds.map { seconds in
            Task {
                try await clock.sleep(seconds: seconds)
                latch.set(.success(nil))
                calling.cancel()
            }
        }
        defer { timer?.cancel() }
        return try await withTaskCancellationHandler {
            try await latch.value().get()
        } onCancel: {
            calling.cancel()
            latch.set(.failure(CancellationError()))
        }
    }

    private static func answer(
        to call: ToolCall, _ entry: ToolBox.Entry?, of entries: [ToolBox.Entry]
    ) async throws -> ToolAnswer {
        try Task.checkCancellation()
        if let text = call.malformedArguments {
            return ToolAnswer(text: "the arguments are no JSON object: \(text.prefix(500))", isError: true)
        }
        guard let entry else {
            let names = entries.map(\.definition.name).joined(separator: ", ")
            return ToolAnswer(text: "there is no tool \(call.name). There are: \(names)", isError: true)
        }
        return try await entry.call(call.arguments)
    }
}

extension ChainRunner.Answer {
    /// Adds a further round: its text is the answer, and what it took comes on top.
    fileprivate mutating func add(_ next: ChainRunner.Answer) {
        text = next.text
        calls = next.calls
        firstText = firstText ?? next.firstText
        metrics = metrics.map { $0 + (next.metrics ?? GenerationMetrics()) } ?? next.metrics
    }
}

extension GenerationMetrics {
    /// What two rounds took together; the reason is that of the second.
    fileprivate static func + (first: GenerationMetrics, second: GenerationMetrics) -> GenerationMetrics {
        func sum<Value: AdditiveArithmetic>(_ a: Value?, _ b: Value?) -> Value? {
            a == nil && b == nil ? nil : (a ?? .zero) + (b ?? .zero)
        }
        return GenerationMetrics(
            reason: second.reason, loadSeconds: sum(first.loadSeconds, second.loadSeconds),
            promptSeconds: sum(first.promptSeconds, second.promptSeconds),
            outputSeconds: sum(first.outputSeconds, second.outputSeconds),
            promptTokens: sum(first.promptTokens, second.promptTokens),
            outputTokens: sum(first.outputTokens, second.outputTokens))
    }
}
