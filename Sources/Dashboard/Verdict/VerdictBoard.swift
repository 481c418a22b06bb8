/// What the rules have found, over time: a finding has to hold for a while before it is shown, and stays a little when it
/// is gone.
struct VerdictBoard: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        var finding: Finding
        /// When it began to hold, in seconds since 1970.
        var since: Double
        /// When it held last.
        var heldAt: Double
        var isShown = false
        /// Whether it holds now, and does not only linger.
        var holds = true
    }

    /// The shortest time between two looks while nothing happens but that time passes, in seconds.
    static let pause = 0.5

    private(set) var entries: [Entry] = []
    /// When the rules were asked last.
    private(set) var lookedAt: Double?
    /// The findings that began to be shown with the newest look. Who rings or notifies reads them right after an update;
    /// the next look empties them.
    private(set) var fresh: [Finding] = []

    /// The findings that are shown, the gravest first.
    var shown: [Entry] { entries.filter(\.isShown) }

    /// Nothing is new any more.
    mutating func forgetFresh() { if !fresh.isEmpty { fresh = [] } }

    /// Whether time alone is a reason to look again.
    func isDue(at clock: Double) -> Bool {
        guard let lookedAt else { return true }
        return clock - lookedAt >= Self.pause || clock < lookedAt
    }

    /// Takes what the rules find now.
    /// - Parameter isGone: whether what a finding is about is there no more. A finding on a model in memory then ends at
    ///   once: there is nothing left that could flicker.
    mutating func look(
        _ findings: [Finding], rules: [VerdictRule] = VerdictRules.all, at clock: Double,
        isGone: (Finding.Subject) -> Bool = { _ in false }
    ) {
        let known = Dictionary(rules.map { ($0.id, $0) }) { first, _ in first }
        // In a replay time goes back: what was found later has not happened yet.
        if let lookedAt, clock < lookedAt { entries = [] }
        lookedAt = clock
        fresh = []
        var next: [Entry] = []
        for finding in findings where !next.contains(where: { $0.finding.identity == finding.identity }) {
            var entry =
                entries.first { $0.finding.identity == finding.identity }
                ?? Entry(finding: finding, since: clock, heldAt: clock)
            // One that has not been shown yet begins anew when it did not hold.
            if !entry.isShown, !entry.holds { entry.since = clock }
            entry.finding = finding
            entry.heldAt = clock
            entry.holds = true
            if !entry.isShown, clock - entry.since >= known[finding.rule]?.hold ?? 0 {
                entry.isShown = true
                fresh.append(finding)
            }
            next.append(entry)
        }
        for var entry in entries where !next.contains(where: { $0.finding.identity == entry.finding.identity }) {
            entry.holds = false
            guard entry.isShown, let rule = known[entry.finding.rule], clock - entry.heldAt < rule.linger,
                !(rule.endsWithItsModel && isGone(entry.finding.subject))
            else { continue }
            next.append(entry)
        }
        entries = next.sorted { VerdictRules.isBefore($0.finding, $1.finding) }
    }
}
