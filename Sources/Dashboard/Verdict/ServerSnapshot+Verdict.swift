import Foundation
import PromptChainCore

extension ServerSnapshot {
    /// The reading with what the dashboard's line under the header would say of this server alone. Keys are left out: where
    /// this is read there are none.
    public var judged: ServerSnapshot {
        var facts = VerdictFacts()
        var age: Double?
        if case .stale(let since) = state { age = max(0, time.timeIntervalSince(since)) }
        facts.servers = [VerdictFacts.Server(name: name, url: url, provider: provider, state: state, age: age)]
        facts.loadedCount = models.count
        facts.freeBytes = MemoryFacts(self).free
        let verdict = Verdict(facts)
        let details = verdict.details.filter { $0.separator != " — " }
        var judged = self
        judged.verdicts = [verdict.text + details.map { $0.separator + $0.text }.joined()]
        return judged
    }
}
