/// A request that runs a model: waits for its turn, works at the model's pace, answers.
struct Inference: Sendable {
    let exchange: Exchange
    let model: SimulatedModel
    let options: RequestOptions
    let keepAlive: KeepAlive?
    let dialect: InferenceDialect
    let question: AnswerComposer.Request
    /// Everything that the model reads, as text.
    let promptText: String
    let streams: Bool
    /// Whether a prompt that is too long is cut; `nil` for the default, yes.
    var truncates: Bool?
    /// Whether the answer carries the numbers of its tokens.
    var hasContext = false

    /// Loads the model and ends.
    func load() async throws -> Reply {
        _ = try await lease(needsSlot: false)
        await exchange.engine.release(exchange.id)
        return .json(dialect.short("load", created: exchange.created))
    }

    /// Answers the request.
    func run() async throws -> Reply {
        let lease = try await lease(needsSlot: true)
        do {
            let work = try Work(self, lease)
            let fault = await streamFault()
            return streams ? try await stream(work, fault) : try await whole(work, fault)
        } catch {
            await exchange.engine.release(exchange.id)
            throw error
        }
    }

    /// Waits for a runner.
    func lease(needsSlot: Bool) async throws -> RunnerLease {
        let request = RunnerRequest(
            id: exchange.id, model: model, options: options.runner, keepAlive: keepAlive, needsSlot: needsSlot)
        do {
            return try await exchange.engine.acquire(request)
        } catch let refusal as RunnerRefusal {
            throw APIError(refusal, model: dialect.model)
        }
    }

    /// The work of one answer, with its times in simulated seconds.
    private struct Work {
        let answer: AnswerComposer.Answer
        let pieces: [InferenceDialect.Piece]
        let pace: GenerationPace
        let promptCount: Int
        let arrived: Double
        let granted: Double
        let started: Double

        init(_ inference: Inference, _ lease: RunnerLease) throws {
            // Ten tokens for the template around the prompt.
            let count = WordPieces.count(inference.promptText) + 10
            promptCount = try inference.fitted(count, context: lease.context)
            answer = AnswerComposer.answer(inference.question)
            var pieces = answer.thinking.map(InferenceDialect.Piece.thinking)
            pieces += answer.content.map(InferenceDialect.Piece.content)
            if let call = answer.call { pieces.append(.call(call)) }
            self.pieces = pieces
            pace = GenerationPace(model: inference.model, gpuShare: lease.gpuShare)
            arrived = inference.exchange.start
            granted = lease.grantedAt
            started = inference.exchange.clock.now
        }

        /// When the prompt has been read.
        var readAt: Double { started + pace.prefill(promptCount) }

        /// When a piece is there; a call is one piece of many tokens.
        func time(of index: Int) -> Double {
            let isCall = answer.call != nil && index == pieces.count - 1
            return readAt + Double(isCall ? answer.tokenCount : index + 1) * pace.perToken
        }

        /// When the answer is complete.
        var endsAt: Double { readAt + Double(answer.tokenCount) * pace.perToken }
    }

    /// How many tokens of a prompt the model reads.
    private func fitted(_ count: Int, context: Int) throws(APIError) -> Int {
        guard count > context else { return count }
        if truncates == false {
            let inner = JSONValue.members([
                "error": .members([
                    "code": 400,
                    "message": .string(
                        "request (\(count) tokens) exceeds the available context size (\(context) tokens), "
                            + "try increasing it"), "type": "exceed_context_size_error",
                    "n_prompt_tokens": .integer(Int64(count)), "n_ctx": .integer(Int64(context)),
                ])
            ])
            throw APIError(400, inner.serialized)
        }
        guard options.runner.shiftsContext else {
            throw APIError(
                400,
                "the prompt is longer than the context length currently available to the model; shorten the prompt, "
                    + "adjust the context length in settings, or use a model with a longer context length")
        }
        // What a server of 0.32 says that it read: half of its context, and two.
        return min(context, context / 2 + 2)
    }

    private func summary(_ work: Work) -> InferenceDialect.Summary {
        let clock = exchange.clock
        let text = promptText + work.answer.thinking.joined() + work.answer.content.joined()
        return InferenceDialect.Summary(
            doneReason: work.answer.doneReason,
            context: hasContext ? WordPieces.identifiers(text, vocabulary: model.geometry.vocabulary) : nil,
            totalDuration: clock.nanoseconds(clock.now - work.arrived),
            loadDuration: max(1, clock.nanoseconds(work.granted - work.arrived)), promptCount: work.promptCount,
            promptDuration: max(1, clock.nanoseconds(work.pace.prefill(work.promptCount))),
            count: work.answer.tokenCount,
            duration: max(1, clock.nanoseconds(Double(work.answer.tokenCount) * work.pace.perToken)))
    }

    private func whole(_ work: Work, _ fault: SimulatedFault?) async throws -> Reply {
        let failsAt = fault.map { work.time(of: min($0.after ?? 5, max(work.pieces.count - 1, 0))) }
        try await exchange.clock.sleep(until: min(work.endsAt, failsAt ?? work.endsAt))
        switch fault?.kind {
        case .cutStream: try exchange.dropConnection()
        case .hang: try await exchange.hang()
        case .errorLine: throw await crash(fault)
        default: break
        }
        let body = dialect.whole(
            work.answer.content.joined(), work.answer.thinking.joined(), work.answer.call, summary(work),
            created: exchange.created)
        await exchange.engine.release(exchange.id)
        let text = fault?.kind == .malformedLine ? String(body.serialized.dropLast(9)) : body.serialized
        return .body(status: 200, contentType: dialect.bodyType, text: text)
    }

    private func stream(_ work: Work, _ fault: SimulatedFault?) async throws -> Reply {
        // The real server sends no header before the first token.
        try await exchange.clock.sleep(until: work.pieces.isEmpty ? work.endsAt : work.time(of: 0))
        return .stream(contentType: dialect.streamType) { write in
            do {
                try await produce(work, fault, write)
            } catch {
                await exchange.engine.release(exchange.id)
                throw error
            }
        }
    }

    private func produce(
        _ work: Work, _ fault: SimulatedFault?, _ write: (String) async throws -> Void
    ) async throws {
        let faultAt = fault.map { min($0.after ?? 5, work.pieces.count) }
        for (index, piece) in work.pieces.enumerated() {
            try await exchange.clock.sleep(until: work.time(of: index))
            if index == faultAt, let fault, try await strike(fault, write) { return }
            try await write(dialect.chunk(piece, created: exchange.created, isFirst: index == 0))
        }
        if work.pieces.count == faultAt, let fault, try await strike(fault, write) { return }
        try await exchange.clock.sleep(until: work.endsAt)
        await exchange.engine.release(exchange.id)
        for line in dialect.end(summary(work), created: exchange.created, hasCall: work.answer.call != nil) {
            try await write(line)
        }
    }

    /// Lets a fault happen in a stream.
    /// - Returns: whether the stream ends with it.
    private func strike(_ fault: SimulatedFault, _ write: (String) async throws -> Void) async throws -> Bool {
        switch fault.kind {
        case .cutStream: try exchange.dropConnection()
        case .hang: try await exchange.hang()
        case .malformedLine:
            try await write(dialect.malformedLine())
            return false
        default:
            try await write(dialect.errorLine(await crash(fault).text))
            return true
        }
    }

    /// The runner dies under its request.
    private func crash(_ fault: SimulatedFault?) async -> APIError {
        let weights = model.weightsKey
        await exchange.engine.change { $0.crash(weights: weights) }
        await exchange.engine.release(exchange.id)
        return APIError(500, fault?.message ?? "an error was encountered while running the model: unexpected EOF")
    }

    private func streamFault() async -> SimulatedFault? {
        for kind in [SimulatedFault.Kind.cutStream, .errorLine, .malformedLine] {
            if let fault = await exchange.fault(kind, model: dialect.model) { return fault }
        }
        return await exchange.fault(.hang, model: dialect.model) { $0.after != nil }
    }
}
