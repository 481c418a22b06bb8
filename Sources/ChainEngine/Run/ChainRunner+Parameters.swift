import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// How a step's model is loaded. Context and runner options are the same in every request of the run; how long the
    /// model stays follows from whose it is.
    func loadParameters(for work: Work) async -> LoadParameters {
        var parameters: LoadParameters
        if let known = state.withLock({ $0.loads[work.slot] }) {
            parameters = known
        } else {
            parameters = LoadParameters()
            let steps = stepsSharing(work)
            for step in steps { parameters.runnerOptions.merge(step.runnerOptions) { first, _ in first } }
            if let own = steps.compactMap(\.contextLength).max() {
                parameters.contextLength = own
            } else {
                parameters.contextLength = await chainContext(for: work)
            }
            let fixed = parameters
            state.withLock { $0.loads[work.slot] = fixed }
        }
        parameters.keepAlive = keepAlive(for: work.slot)
        return parameters
    }

    private func stepsSharing(_ work: Work) -> [ChainStep] {
        zip(chain.steps, plan().uses).filter { $0.1.slot == work.slot }.map(\.0)
    }

    // What the chain loads leaves by itself when the chain is no more. What somebody else loaded keeps what it has.
    private func keepAlive(for slot: ModelSlot) -> KeepAlive {
        guard isManaged else { return .serverDefault }
        guard let resident = state.withLock({ $0.ledger.resident(in: slot) }), !resident.isOurs else {
            // A model that works cannot expire, and under these policies one of ours is only kept for a step that
            // follows at once: the shortest lease spans every gap, and a crash frees the memory soonest.
            return .seconds(KeepAliveLease(longestStep: nil).seconds)
        }
        return resident.isPinned ? .forever : .serverDefault
    }

    private func chainContext(for work: Work) async -> Int? {
        switch settings.context {
        case .serverDefault, .fit: return nil
        case .tokens(let count): return count
        case .maximum: return await maximumContext(of: work)
        }
    }

    private func maximumContext(of work: Work) async -> Int? {
        guard let description = try? await work.server.manager.describe(work.model),
            let maximum = description.model.contextMaximum
        else {
            emit(
                .warning(
                    message: "\(work.server.name) does not say how large a context \(work.model) can have: "
                        + "it gets the server's own",
                    hint: "Give the context as a number of tokens."))
            return nil
        }
        log("🔄 Model \(work.model) max context length: \(maximum)")
        log("🔄 Setting model context length to maximum: \(maximum)")
        return maximum
    }
}
