import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Makes a step's model ready and gives the seconds that it took; 0 when the model was there already.
    func load(_ work: Work) async throws -> Double {
        // A model in the cloud takes no memory here.
        guard !work.model.isCloud else { return 0 }
        try await hold(work)
        await awaitLoad(on: work.server, of: work.slot)
        let listed: ModelInfo?
        do {
            if work.index == 0, let known = state.withLock({ $0.listingFailures[work.server.key] }) { throw known }
            listed = try await find(work.slot, work.model, on: work.server)
        } catch {
            throw loadFailure(error, of: work)
        }
        note(listed, for: work)
        let parameters = await loadParameters(for: work)
        if let listed, isReady(listed, for: work, parameters: parameters) { return 0 }
        return try await load(work, parameters: parameters, ahead: false)
    }

    /// Loads a model.
    /// - Parameter ahead: whether that is for a later step, which loads the model itself when this fails.
    /// - Returns: The seconds that it took.
    func load(_ work: Work, parameters: LoadParameters, ahead: Bool) async throws -> Double {
        log("🔄 Model Management: Loading \(work.model)" + (ahead ? " ahead, for step \(work.number)" : ""))
        warnOfSpill(before: work, await forecast(of: work))
        // Noted before it is told: whoever stops the run now finds it.
        state.withLock { state in
            if work.server.canUnload { state.ledger.noteLoading(work.slot, model: work.model) }
            state.locks[work.slot]?.noteLoad()
        }
        emit(
            .modelLoadStarted(
                model: work.model, step: work.number, prefetch: ahead,
                expectedSeconds: expectedLoadSeconds(work.slot)))
        let start = clock.seconds()
        var info: ModelInfo
        do {
            info = try await pullingWhereMissing(work, pulls: !ahead) { try await request(work, parameters) }
            try Task.checkCancellation()
        } catch {
            throw loadFailure(error, of: work, ahead: ahead)
        }
        let seconds = clock.seconds() - start
        if info.vramBytes == nil, let listed = try? await find(work.slot, work.model, on: work.server) {
            info = listed
        }
        await noteEvictions(by: work)
        noteLoaded(info, work: work, seconds: seconds)
        await learnCapacity(from: info, work: work, parameters: parameters)
        emit(
            .modelLoaded(
                model: work.model, loadSeconds: seconds, vramBytes: info.vramBytes, contextLength: info.contextLength))
        let memory = info.vramUsage.map { " (VRAM: \($0)MB)" } ?? ""
        log("✓ Successfully loaded \(work.model) in \(ByteCount.fixed(seconds, digits: 2))s\(memory)")
        warnOfSpill(info, work: work)
        warnOfClamp(info, asked: parameters.contextLength, work: work)
        return seconds
    }

    // A server makes room by itself: what it evicted for this load is not counted any more.
    private func noteEvictions(by work: Work) async {
        let others = state.withLock { $0.ledger.residents }.filter {
            $0.slot.server == work.slot.server && $0.slot != work.slot
        }
        guard !others.isEmpty, let loaded = try? await work.server.manager.loadedModels() else { return }
        let onTheirWay = state.withLock { $0.flights.values.map(\.slot) }
        for other in others
        where !onTheirWay.contains(other.slot) && !loaded.contains(where: { matches($0, other.slot, other.model) }) {
            state.withLock { $0.ledger.noteGone(other.slot) }
        }
    }

    // A manager that knows how far the load has come tells it.
    private func request(_ work: Work, _ parameters: LoadParameters) async throws -> ModelInfo {
        guard let reporter = work.server.manager as? any LoadProgressReporter else {
            return try await work.server.manager.loadModel(work.model, params: parameters)
        }
        return try await reporter.loadModel(work.model, params: parameters) { fraction in
            self.emit(.loadProgress(model: work.model, fraction: fraction, inferred: false))
        }
    }

    private func noteLoaded(_ info: ModelInfo, work: Work, seconds: Double) {
        let resident = Resident(
            slot: work.slot, model: work.model, isOurs: work.server.canUnload, vramBytes: info.vramBytes,
            sizeBytes: info.sizeBytes, contextLength: info.contextLength)
        state.withLock { state in
            state.ledger.note(resident)
            state.loadedHere.insert(work.slot)
        }
        let wasHereBefore = state.withLock { state in
            defer { state.loadSeconds[work.slot] = seconds }
            return state.loadSeconds[work.slot] != nil || state.readAhead.contains(work.slot)
        }
        guard let model = measured(work.slot, context: info.contextLength) else { return }
        record(.load(model, seconds: seconds, isWarm: wasHereBefore))
        if let size = info.sizeBytes, let vram = info.vramBytes {
            record(.footprint(model, sizeBytes: size, vramBytes: vram))
        }
    }

    /// Whether a listed model is the one in a slot: by name, or by weights under another name.
    func matches(_ info: ModelInfo, _ slot: ModelSlot, _ model: ModelName) -> Bool {
        info.name == model || (info.digest != nil && info.digest == slot.weights)
    }

    // A server that lists its model under a name of its own still knows whether it is the one that is meant.
    func find(_ slot: ModelSlot, _ model: ModelName, on server: RunServer) async throws -> ModelInfo? {
        let loaded = try await server.manager.loadedModels()
        if let listed = loaded.first(where: { matches($0, slot, model) }) { return listed }
        guard !loaded.isEmpty, try await server.manager.isModelLoaded(model) else { return nil }
        return loaded.count == 1 ? loaded[0] : nil
    }

    // What the listing says goes before what was noted: a model may have left or arrived behind the run's back.
    private func note(_ listed: ModelInfo?, for work: Work) {
        let known = state.withLock { $0.ledger.resident(in: work.slot) }
        guard let listed else {
            if known != nil { state.withLock { $0.ledger.noteGone(work.slot) } }
            return
        }
        if known == nil { adopt(listed, slot: work.slot, model: work.model) }
    }

    /// Notes a model that was loaded before the chain needed it, and says so. One that another chain loaded belongs to
    /// all chains that use it: the last of them unloads it.
    func adopt(_ info: ModelInfo, slot: ModelSlot, model: ModelName) {
        let lock: (any ModelUseLock)? = state.withLock { state in
            if let known = state.locks[slot] { return known }
            let lock = locks.use(server: slot.server, weights: slot.weights)
            state.locks[slot] = lock
            return lock
        }
        let isShared = lock?.wasLoadedByChain ?? false
        let resident = Resident(
            slot: slot, model: model, isOurs: settings.evictsForeign || isShared, vramBytes: info.vramBytes,
            sizeBytes: info.sizeBytes, contextLength: info.contextLength, isPinned: info.isPinned)
        state.withLock { $0.ledger.note(resident) }
        let ending = isShared ? "the last chain that uses it unloads it" : "the chain uses it and leaves it loaded"
        log("🔄 Model Management: \(model) is loaded already: \(ending)")
    }

    private func isReady(_ info: ModelInfo, for work: Work, parameters: LoadParameters) -> Bool {
        guard let resident = state.withLock({ $0.ledger.resident(in: work.slot) }) else { return false }
        // What this run loaded itself was loaded as it asks for; a context that was cut down would be again.
        if state.withLock({ $0.loadedHere.contains(work.slot) }) {
            return info.contextLength == resident.contextLength
        }
        guard let asked = parameters.contextLength else { return parameters.runnerOptions.isEmpty }
        if let context = info.contextLength, context != asked, isNews("reload \(work.slot)") {
            log(
                "🔄 Model Management: \(work.model) is loaded with a context of \(context), the chain asks for "
                    + "\(asked): the server loads it again")
        }
        return info.contextLength == asked && parameters.runnerOptions.isEmpty
    }

    // Waits while another chain unloads the very model. A minute is longer than any unload: then something is wrong
    // with the lock, and going on without it is better than not going on.
    private func hold(_ work: Work) async throws {
        guard state.withLock({ $0.locks[work.slot] == nil }) else { return }
        for _ in 0..<600 {
            if let lock = locks.use(server: work.slot.server, weights: work.slot.weights) {
                state.withLock { $0.locks[work.slot] = lock }
                return
            }
            try await clock.sleep(seconds: 0.1)
        }
    }

    private func loadFailure(_ error: any Error, of work: Work, ahead: Bool = false) -> StepFailure {
        let failure = StepFailure(error, isLoad: true)
        guard !Task.isCancelled else { return failure }
        // After a definite answer there is nothing to clean up; after a broken connection the load may go on.
        switch failure.cause?.kind {
        case .loadFailed, .modelNotFound, .notSupported, .badRequest, .forbidden, .busy:
            state.withLock { state in
                if !state.ledger.loadedSlots.contains(work.slot), state.ledger.resident(in: work.slot)?.isOurs == true {
                    state.ledger.noteGone(work.slot)
                }
            }
        default: break
        }
        let hint = ahead ? "Step \(work.number) loads it when its turn comes." : failure.hint
        emit(.modelLoadFailed(model: work.model, error: failure.sentence, hint: hint))
        return failure
    }

    private func warnOfSpill(_ info: ModelInfo, work: Work) {
        guard let cpu = info.cpuBytes, cpu > 0, let size = info.sizeBytes, isNews("spill \(work.slot)") else { return }
        let message =
            info.vramBytes == 0
            ? "\(work.model) runs on the CPU alone: none of its \(ByteCount.text(size)) are in VRAM"
            : "\(work.model) does not fit in VRAM: \(ByteCount.text(cpu)) of its \(ByteCount.text(size)) "
                + "are computed by the CPU, which is slow"
        emit(
            .warning(
                message: message,
                hint: "A smaller context, a smaller quantisation or unloading other models makes room."))
    }

    private func warnOfClamp(_ info: ModelInfo, asked: Int?, work: Work) {
        guard let asked, let context = info.contextLength, context < asked, isNews("clamp \(work.slot)") else {
            return
        }
        emit(
            .warning(
                message: "\(work.model) has a context of \(context) tokens: the \(asked) that the chain asks for are "
                    + "more than it was trained for",
                hint: "context: max asks for the most that each model can do."))
    }
}
