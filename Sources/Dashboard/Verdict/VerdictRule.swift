/// One thing that can be wrong, and how it is seen: a pure function over recorded facts.
struct VerdictRule: Sendable {
    /// Its name in `docs/verdicts.md`.
    var id: String
    /// How long a finding has to hold before it is shown, in seconds.
    var hold: Double
    /// How long it stays after it last held, in seconds: what comes and goes does not flicker.
    var linger: Double
    /// Whether it is about a model in memory, so that it ends at once when that model has left.
    var endsWithItsModel: Bool
    /// What is the matter, once for each server or model that it is the matter with.
    var evaluate: @Sendable (VerdictFacts) -> [Finding]

    init(
        _ id: String, hold: Double = 0, linger: Double = 3, endsWithItsModel: Bool = false,
        _ evaluate: @escaping @Sendable (VerdictFacts) -> [Finding]
    ) {
        self.id = id
        self.hold = hold
        self.linger = linger
        self.endsWithItsModel = endsWithItsModel
        self.evaluate = evaluate
    }

    /// What it finds, marked as its own.
    func findings(in facts: VerdictFacts) -> [Finding] {
        evaluate(facts).map { finding in
            var finding = finding
            finding.rule = id
            return finding
        }
    }
}

/// All rules. Of two findings that are equally grave the rule that stands first here goes first.
enum VerdictRules {
    static let all: [VerdictRule] = [
        ServerRules.all, LoadRules.all, UnloadRules.all, RequestRules.all, GPURules.all, ReloadRules.all,
        ModelRules.all, LogRules.all,
    ].flatMap { $0 }

    /// The names of all rules, for the manual.
    static var names: [String] { all.map(\.id) }

    /// The place of a rule among all.
    static let rank: [String: Int] = Dictionary(
        uniqueKeysWithValues: all.enumerated().map { ($0.element.id, $0.offset) })

    /// Everything that the rules find at once, the gravest first.
    static func findings(in facts: VerdictFacts) -> [Finding] {
        sorted(all.flatMap { $0.findings(in: facts) })
    }

    /// The gravest first; then by rule, server and model.
    static func sorted(_ findings: [Finding]) -> [Finding] { findings.sorted(by: isBefore) }

    static func isBefore(_ one: Finding, _ other: Finding) -> Bool {
        if one.severity != other.severity { return one.severity > other.severity }
        let (left, right) = (rank[one.rule] ?? .max, rank[other.rule] ?? .max)
        if left != right { return left < right }
        if one.subject.server != other.subject.server { return one.subject.server < other.subject.server }
        return (one.subject.model?.canonical ?? "") < (other.subject.model?.canonical ?? "")
    }
}
