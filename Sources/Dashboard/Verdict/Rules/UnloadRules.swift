import PromptChainCore

/// Models that are to leave and stay, and memory that does not come back.
enum UnloadRules {
    static let all: [VerdictRule] = [
        VerdictRule("unload-held", linger: 2, endsWithItsModel: true, held),
        VerdictRule("memory-not-back", linger: 3, notBack),
    ]

    /// How long an unload may take, in seconds: on a discrete GPU a server waits up to five for the memory.
    static let patience = 3.0
    /// How long a driver may take to give memory back, in seconds.
    static let recovery = 5.0

    private static func held(_ facts: VerdictFacts) -> [Finding] {
        leaving(facts).compactMap { identity, seconds in
            guard seconds >= patience, let server = facts.servers.first(where: { $0.name == identity.server }),
                let info = server.models.first(where: { $0.name == identity.model })
            else { return nil }
            var evidence = [Finding.Evidence("told to go", RunningTime.passed(seconds) + " ago", "this program")]
            if let bytes = info.vramBytes {
                evidence.append(Finding.Evidence("it holds", ByteCount.text(bytes), "the server"))
            }
            let activity = server.activity(of: identity.model)
            var details: [Verdict.Detail] = []
            let reason: String
            if let activity, activity.isWorking {
                let count = activity.requests ?? 1
                reason = "it still works on \(count == 1 ? "a request" : "\(count) requests")"
                if let tokens = activity.outputTokens {
                    details.append(Verdict.Detail(", ", "\(tokens) tokens so far"))
                }
                details.append(Verdict.Detail("; ", "it goes when that ends"))
                evidence.append(Finding.Evidence("it", activity.doing, activity.source))
            } else if let expiry = info.expiresAt, expiry.timeIntervalSince1970 < facts.clock - 1, !info.isPinned {
                reason = "somebody still uses it"
                evidence.append(
                    Finding.Evidence("its time", "was over", "the server", at: expiry.timeIntervalSince1970))
            } else {
                reason = "told to go \(RunningTime.passed(seconds)) ago, and the server does not say why it stays"
            }
            return Finding(
                subject: Finding.Subject(server: identity.server, model: identity.model), severity: .attention,
                text: "\(identity.model.short) has not left: \(reason)", details: details,
                evidence: evidence + facts.clients(of: server))
        }
    }

    private static func leaving(_ facts: VerdictFacts) -> [(ModelIdentity, Double)] {
        var found: [(ModelIdentity, Double)] = []
        for entry in facts.operations {
            switch entry.operation {
            case .unload(let server, let model):
                found.append((ModelIdentity(server: server, model: model), entry.seconds))
            case .unloadAll(let server):
                let models = facts.servers.first { $0.name == server }?.models ?? []
                found += models.map { (ModelIdentity(server: server, model: $0.name), entry.seconds) }
            default: break
            }
        }
        if let live = facts.live, live.isRunning {
            for (model, unload) in live.unloads {
                guard let server = facts.server(of: model) else { continue }
                let identity = ModelIdentity(server: server, model: model)
                if !found.contains(where: { $0.0 == identity }) {
                    found.append((identity, max(0, facts.clock - unload.startedAt)))
                }
            }
        }
        return found
    }

    // MARK: Memory

    private static func notBack(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server -> [Finding] in
            let readings = facts.answers(of: server.name, within: 90)
            guard let now = readings.last?.snapshot, server.isReady,
                !now.activities.contains(where: { $0.phase == .loading })
            else { return [] }
            return zip(readings, readings.dropFirst()).flatMap { before, after -> [Finding] in
                let gone = before.snapshot.models.filter { model in
                    !after.snapshot.models.contains { $0.name == model.name }
                        && !now.models.contains { $0.name == model.name }
                }
                return gone.compactMap { missing($0, before.snapshot, at: after.time, now, server, facts) }
            }
        }
    }

    private static func missing(
        _ model: ModelInfo, _ before: ServerSnapshot, at time: Double, _ now: ServerSnapshot,
        _ server: VerdictFacts.Server, _ facts: VerdictFacts
    ) -> Finding? {
        let age = facts.clock - time
        guard age >= recovery, age < 60, let held = model.vramBytes, held >= 256 << 20,
            let then = used(before), let still = used(now)
        else { return nil }
        // What came since took its share, and what left besides gave some.
        let arrived = now.models.filter { new in !before.models.contains { $0.name == new.name } }
        let left = before.models.filter { old in !now.models.contains { $0.name == old.name } }
        let expected = ByteCount.sum(left.compactMap(\.vramBytes))
        let freed = then.subtractingSaturated(still).addingSaturated(ByteCount.sum(arrived.compactMap(\.vramBytes)))
        guard Double(freed) < 0.75 * Double(expected) else { return nil }
        let holder = now.gpus.flatMap { $0.processes ?? [] }.max { $0.usedBytes < $1.usedBytes }
        var evidence = [
            Finding.Evidence("left the list", "", "the server", at: time),
            Finding.Evidence("it held", ByteCount.text(held), "the server"),
            Finding.Evidence("in use before", ByteCount.text(then), "the GPU driver"),
            Finding.Evidence("in use now", ByteCount.text(still), "the GPU driver"),
        ]
        var details: [Verdict.Detail] = []
        if let holder, holder.usedBytes > 0 {
            let title = "\(holder.name ?? (holder.isServer ? "the server’s process" : "process")) (\(holder.processID))"
            details.append(Verdict.Detail("; ", "\(title) holds \(ByteCount.text(holder.usedBytes))"))
            evidence.append(
                Finding.Evidence("largest holder", "\(title), \(ByteCount.text(holder.usedBytes))", "the GPU driver"))
        }
        return Finding(
            subject: Finding.Subject(server: server.name, model: model.name, pane: .vram), severity: .attention,
            text:
                "\(model.name.short) left \(RunningTime.passed(age)) ago, and its \(ByteCount.text(held)) are not back",
            details: details, evidence: evidence)
    }

    private static func used(_ snapshot: ServerSnapshot) -> Int64? {
        let gpus = snapshot.gpus.filter { $0.fault == nil }
        let used = gpus.compactMap(\.usedBytes)
        return used.isEmpty || used.count < gpus.count ? nil : ByteCount.sum(used)
    }
}

extension Int64 {
    /// The sum, at most as large as there are numbers.
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other > 0 ? .max : .min) : sum
    }
}
