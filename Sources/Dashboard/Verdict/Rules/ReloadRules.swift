import PromptChainCore

/// What other clients do to models: loads for other options, evictions back and forth, other times to stay.
enum ReloadRules {
    static let all: [VerdictRule] = [
        VerdictRule("evict-each-other", linger: 30, duels),
        VerdictRule("reload-options", linger: 10, reloads),
        VerdictRule("keep-alive-reset", linger: 10, resets),
    ]

    /// How far the rules look back, in seconds.
    static let span = 600.0
    /// How long something that happened once is shown, in seconds.
    static let mention = 60.0
    /// Loads of two models in turn that are no accident.
    static let turns = 4

    /// A model that came into memory.
    private struct Arrival {
        var model: ModelInfo
        var at: Double
        /// Those that were in memory before and are not any more.
        var left: [ModelName]
    }

    private static func arrivals(on server: String, _ facts: VerdictFacts) -> [Arrival] {
        let readings = facts.answers(of: server, within: span)
        var found: [Arrival] = []
        // What left in the seconds before, since the new one is listed only when it is there.
        var left: [(name: ModelName, at: Double)] = []
        for (before, after) in zip(readings, readings.dropFirst()) {
            for model in before.snapshot.models where !after.snapshot.models.contains(where: { $0.name == model.name })
            {
                left.append((model.name, after.time))
            }
            for model in after.snapshot.models where !before.snapshot.models.contains(where: { $0.name == model.name })
            {
                let gone = left.filter { entry in
                    after.time - entry.at <= 120 && !after.snapshot.models.contains { $0.name == entry.name }
                }
                found.append(Arrival(model: model, at: after.time, left: gone.map(\.name)))
            }
        }
        return found
    }

    // MARK: Back and forth

    private static func duels(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server -> [Finding] in
            let arrivals = arrivals(on: server.name, facts)
            let names = Set(arrivals.map(\.model.name)).sorted { $0.canonical < $1.canonical }
            var found: [Finding] = []
            for (index, one) in names.enumerated() {
                for other in names[(index + 1)...] {
                    if let finding = duel(one, other, arrivals, server, facts) { found.append(finding) }
                }
            }
            return found
        }
    }

    private static func duel(
        _ one: ModelName, _ other: ModelName, _ arrivals: [Arrival], _ server: VerdictFacts.Server,
        _ facts: VerdictFacts
    ) -> Finding? {
        // A plan that loads both in turn does so on purpose.
        guard !(facts.isOfRun(one) && facts.isOfRun(other)) else { return nil }
        var turns: [Arrival] = []
        for arrival in arrivals where [one, other].contains(arrival.model.name) {
            let rival = arrival.model.name == one ? other : one
            guard arrival.left.contains(rival) || turns.isEmpty, turns.last?.model.name != arrival.model.name else {
                continue
            }
            turns.append(arrival)
        }
        guard turns.count >= Self.turns, let first = turns.first, let last = turns.last,
            facts.clock - last.at < 120
        else { return nil }
        let sizes = turns.suffix(2).compactMap(\.model.vramBytes)
        var details: [Verdict.Detail] = []
        if sizes.count == 2, let capacity = server.snapshot?.capacityBytes {
            let sum = ByteCount.sum(sizes)
            let verb = sum > capacity ? "do not fit together" : "take"
            details.append(Verdict.Detail("; ", "they \(verb): \(ByteCount.text(sum)) of \(ByteCount.text(capacity))"))
        }
        return Finding(
            subject: Finding.Subject(server: server.name, model: turns.last?.model.name), severity: .attention,
            text: "\(one.short) and \(other.short) evict each other: \(turns.count) loads in "
                + RunningTime.passed(last.at - first.at), details: details,
            evidence: turns.suffix(6).map {
                Finding.Evidence("loaded", $0.model.name.short, "the server’s list", at: $0.at)
            }
                + facts.memory(of: server) + facts.clients(of: server),
            help: Finding.Help(key: facts.keys.key(of: .load), does: "loads one with a smaller context"))
    }

    // MARK: Other options

    private struct Change {
        var model: ModelName
        var from: Int
        var to: Int
        var at: Double
        /// The last reading before it.
        var before: Double
    }

    private static func reloads(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server -> [Finding] in
            let changes = changes(on: server.name, facts).filter { !isOwn($0, server.name, facts) }
            let models = Set(changes.map(\.model)).sorted { $0.canonical < $1.canonical }
            return models.compactMap { model in
                reload(changes.filter { $0.model == model }, server, facts)
            }
        }
    }

    private static func changes(on server: String, _ facts: VerdictFacts) -> [Change] {
        var last: [ModelName: (context: Int, until: Double)] = [:]
        var found: [Change] = []
        for reading in facts.answers(of: server, within: span) {
            for model in reading.snapshot.models {
                guard let context = model.contextLength else { continue }
                if let known = last[model.name], known.context != context {
                    found.append(
                        Change(
                            model: model.name, from: known.context, to: context, at: reading.time, before: known.until))
                }
                last[model.name] = (context, reading.until)
            }
        }
        return found
    }

    private static func by(_ who: String) -> Finding.Evidence {
        let isSeen = who != VerdictFacts.somebody
        return Finding.Evidence("by", who, isSeen ? "the kernel’s table of connections" : "nobody was seen")
    }

    private static func isOwn(_ change: Change, _ server: String, _ facts: VerdictFacts) -> Bool {
        let identity = ModelIdentity(server: server, model: change.model)
        if facts.ownActs.touched(identity, since: change.before - 5) { return true }
        guard let live = facts.live, live.steps.contains(where: { $0.model == change.model }) else { return false }
        return change.at >= live.startedAt && change.before <= (live.finishedAt ?? facts.clock)
    }

    private static func reload(
        _ changes: [Change], _ server: VerdictFacts.Server, _ facts: VerdictFacts
    ) -> Finding? {
        guard let last = changes.last, facts.clock - last.at < (changes.count > 1 ? 300 : mention) else { return nil }
        let who = facts.suspects(on: server.name, from: last.before - 5, to: last.at + 1)
        let contexts = "\(Count.tokens(last.from)) → \(Count.tokens(last.to))"
        let isOften = changes.count > 1
        let span = RunningTime.passed(facts.clock - (changes.first?.at ?? facts.clock))
        return Finding(
            subject: Finding.Subject(server: server.name, model: last.model),
            severity: isOften ? .attention : .advice,
            text: isOften
                ? "\(last.model.short) was loaded anew \(changes.count) times in \(span): context \(contexts)"
                : "\(last.model.short) was loaded anew for another context: \(contexts)",
            details: [Verdict.Detail(", ", "by \(who)")],
            evidence: changes.suffix(6).map {
                Finding.Evidence(
                    "context", "\(Count.text($0.from, "token")) → \(Count.text($0.to, "token"))", "the server’s list",
                    at: $0.at)
            } + [by(who)])
    }

    // MARK: The time to stay

    private static func resets(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server -> [Finding] in
            let readings = facts.answers(of: server.name, within: mention + 10)
            var found: [ModelName: Finding] = [:]
            for (before, after) in zip(readings, readings.dropFirst()) where facts.clock - after.time < mention {
                for old in before.snapshot.models {
                    guard let new = after.snapshot.models.first(where: { $0.name == old.name }),
                        let change = shortened(old, before, new, after),
                        !isOwn(
                            Change(model: new.name, from: 0, to: 0, at: after.time, before: before.until), server.name,
                            facts)
                    else { continue }
                    let who = facts.suspects(on: server.name, from: before.time - 5, to: after.time + 1)
                    found[new.name] = Finding(
                        subject: Finding.Subject(server: server.name, model: new.name),
                        severity: old.isPinned ? .attention : .advice,
                        text: "\(new.name.short) stays less long now: \(change)",
                        details: [Verdict.Detail(", ", "set by \(who)")],
                        evidence: [
                            Finding.Evidence("stays", change, "the server’s list", at: after.time),
                            by(who),
                        ], help: Finding.Help(key: facts.keys.key(of: .keepAlive), does: "sets it again"))
                }
            }
            return found.values.sorted { $0.text < $1.text }
        }
    }

    /// How much shorter a model stays than before, in words; `nil` when it does not. A time in the past says nothing:
    /// servers leave it standing while a model works.
    private static func shortened(
        _ old: ModelInfo, _ before: VerdictFacts.Reading, _ new: ModelInfo, _ after: VerdictFacts.Reading
    ) -> String? {
        guard !new.isPinned, let end = new.expiresAt?.timeIntervalSince1970, end > after.time else { return nil }
        let left = Seconds.text((end - after.time).rounded())
        if old.isPinned { return "pinned → \(left)" }
        guard let was = old.expiresAt?.timeIntervalSince1970, was > before.until, end < was - 30 else { return nil }
        return "\(Seconds.text((was - after.time).rounded())) → \(left)"
    }
}
