import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Reads the file of the next model ahead while a step runs, where the plan cannot load the model itself yet and the
    /// server's files are on this host.
    /// - Returns: the reading, to be cancelled when the step is over.
    func readAhead(during work: Work) -> Task<Void, Never>? {
        guard isPlanned, chain.management.readsAhead, work.server.isLocal,
            let plan = state.withLock({ $0.plans }).first(where: { $0.server.key == work.server.key }),
            plan.now?.prefetch.isEmpty == true,
            let next = knownWorks.first(where: { needsLoading($0, after: work) }),
            let path = state.withLock({ $0.forecasts[next.slot] })?.description?.file,
            state.withLock({ !$0.readAhead.contains(next.slot) })
        else { return nil }
        return Task {
            guard FileReadAhead.isSensible(path: path) else { return }
            log(
                "🔄 Model Management: Reading the file of \(next.model) ahead, for step \(next.number): the model cannot "
                    + "be loaded beside \(work.model)")
            guard await FileReadAhead().read(path) else { return }
            state.withLock { _ = $0.readAhead.insert(next.slot) }
            log("✓ Successfully read the file of \(next.model)")
        }
    }

    private func needsLoading(_ other: Work, after work: Work) -> Bool {
        other.index > work.index && other.server.key == work.server.key && other.slot != work.slot
            && !other.model.isCloud
            && state.withLock { $0.ledger.resident(in: other.slot) == nil && $0.flights[work.server.key] == nil }
    }
}
