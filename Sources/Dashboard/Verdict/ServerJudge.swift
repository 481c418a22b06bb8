import Foundation
import PromptChainCore

/// Judges readings of servers by the dashboard's own rules, for those who read them as data. It remembers the last hour, so
/// that rules which need more than one reading find something in a stream.
public struct ServerJudge: Sendable {
    private var history = ReadingHistory()
    private var loads = ObservedLoads()

    /// A judge who has seen nothing yet.
    public init() {}

    /// The reading with what is to be said about its server: everything that the rules find, the gravest first, and last
    /// what is going on. Keys are left out: where this is read there are none. Nothing has to hold for a while first.
    public mutating func judged(_ snapshot: ServerSnapshot) -> ServerSnapshot {
        history.add(snapshot)
        loads.add(snapshot)
        var facts = VerdictFacts()
        var age: Double?
        if case .stale(let since) = snapshot.state { age = max(0, snapshot.time.timeIntervalSince(since)) }
        facts.servers = [
            VerdictFacts.Server(
                name: snapshot.name, url: snapshot.url, provider: snapshot.provider, state: snapshot.state, age: age,
                snapshot: snapshot)
        ]
        facts.loadedCount = snapshot.models.count
        facts.freeBytes = MemoryFacts(snapshot).free
        facts.clock = snapshot.time.timeIntervalSince1970
        facts.history = history
        facts.observedLoads = loads
        let current = Verdict(facts)
        let said =
            current.text + current.details.filter { $0.separator != " — " }.map { $0.separator + $0.text }.joined()
        let found = VerdictRules.findings(in: facts).filter { !$0.isSaidByState }.map(\.sentence)
        var judged = snapshot
        judged.verdicts = current.sign == .failed ? [said] + found : found + [said]
        return judged
    }
}
