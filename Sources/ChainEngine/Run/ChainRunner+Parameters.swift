import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// How a step's model is loaded. Context and runner options are the same in every request of the run; how long the
    /// model stays follows from whose it is.
    func loadParameters(for work: Work, ahead: Bool = false) async -> LoadParameters {
        var parameters: LoadParameters
        if let known = state.withLock({ $0.loads[work.slot] }) {
            parameters = known
        } else {
            parameters = LoadParameters()
            let calls = callsSharing(work)
            for call in calls { parameters.runnerOptions.merge(call.runnerOptions) { first, _ in first } }
            parameters.contextLength = await contextLength(for: work, own: calls.compactMap(\.contextLength).max())
            let fixed = parameters
            state.withLock { $0.loads[work.slot] = fixed }
        }
        parameters.keepAlive = keepAlive(for: work, ahead: ahead)
        return parameters
    }

    private func contextLength(for work: Work, own: Int?) async -> Int? {
        if let own { return own }
        switch contextRule(of: work) {
        case .serverDefault: return nil
        case .tokens(let count): return count
        case .maximum, .fit: return await forecast(of: work).contextLength
        }
    }

    /// How large the context of a step's model is: as its own steps say, else as the chain says.
    func contextRule(of work: Work) -> ContextPolicy {
        callsSharing(work).compactMap(\.context).first ?? settings.context
    }

    func callsSharing(_ work: Work) -> [ModelCall] {
        let calls = zip(chain.steps, plan().uses).filter { $0.1?.slot == work.slot }.compactMap(\.0.call)
        return calls.isEmpty ? [work.call] : calls
    }

    // What the chain loads leaves by itself when the chain is no more. What somebody else loaded keeps what it has.
    private func keepAlive(for work: Work, ahead: Bool) -> KeepAlive {
        guard isManaged else { return .serverDefault }
        if let resident = state.withLock({ $0.ledger.resident(in: work.slot) }), !resident.isOurs {
            return resident.isPinned ? .forever : .serverDefault
        }
        // A model that works cannot expire, and where none is kept for later the shortest lease spans every gap, and a
        // crash frees the memory soonest.
        guard isPlanned else { return .seconds(KeepAliveLease(longestStep: nil).seconds) }
        return .seconds(lease.seconds + headStart(of: work, ahead: ahead))
    }

    /// How long models stay that are kept for a later step. It is renewed while a step runs.
    var lease: KeepAliveLease {
        KeepAliveLease(longestStep: chain.steps.indices.map { expectedSeconds(ofStepAt: $0) }.max())
    }

    // Ollama makes room by unloading the model with the shortest keep-alive: the sooner a model is needed again, the
    // longer it gets, by one second a step. A model that is not needed again gets the least.
    private func headStart(of work: Work, ahead: Bool) -> Double {
        let uses = plan().uses
        let next = uses.indices.first { $0 >= work.index + (ahead ? 0 : 1) && uses[$0]?.slot == work.slot }
        return next.map { Double(max(1, 600 - $0)) } ?? 0
    }

    /// Does something that may take long, and renews the leases of the models that wait meanwhile.
    func withLeases<Value: Sendable>(
        besides work: Work, _ operation: @Sendable () async throws -> Value
    ) async throws -> Value {
        guard isPlanned else { return try await operation() }
        let renewal = Task {
            while true {
                try await clock.sleep(seconds: lease.renewal)
                await renewLeases(besides: work)
            }
        }
        defer { renewal.cancel() }
        return try await operation()
    }

    private func renewLeases(besides work: Work) async {
        let waiting = knownWorks.filter { other in
            other.index > work.index && other.slot != work.slot && other.server.hasKeepAlive
                && state.withLock { $0.loadedHere.contains(other.slot) }
        }
        var seen: Set<ModelSlot> = []
        for other in waiting where seen.insert(other.slot).inserted && !Task.isCancelled {
            guard let loaded = try? await other.server.manager.loadedModels(),
                loaded.contains(where: { matches($0, other.slot, other.model) })
            else { continue }
            _ = try? await other.server.manager.loadModel(
                other.model, params: await loadParameters(for: other, ahead: true))
        }
    }
}
