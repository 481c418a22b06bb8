import PromptChainCore

/// Servers that do not answer.
enum ServerRules {
    static let all: [VerdictRule] = [
        VerdictRule("server-unreachable", linger: 0, unreachable),
        VerdictRule("server-hung", linger: 0, hung),
        VerdictRule("server-starting", linger: 0, starting),
    ]

    private static func unreachable(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            guard case .unreachable(let reason, let hint) = server.state else { return nil }
            let isAlone = !facts.servers.contains { $0.isReady }
            let verdict = Verdict.unreachable(server, reason, hint, isAlone ? .failed : .attention)
            return finding(server, isAlone ? .failed : .attention, verdict.text, verdict.details, facts)
        }
    }

    private static func hung(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            guard case .stale = server.state else { return nil }
            let verdict = Verdict.hung(server)
            return finding(server, .attention, verdict.text, verdict.details, facts)
        }
    }

    private static func starting(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            guard server.state == .starting else { return nil }
            let verdict = Verdict.starting(server)
            return finding(server, .advice, verdict.text, verdict.details, facts)
        }
    }

    private static func finding(
        _ server: VerdictFacts.Server, _ severity: Finding.Severity, _ text: String, _ details: [Verdict.Detail],
        _ facts: VerdictFacts
    ) -> Finding {
        var evidence = [Finding.Evidence("address", server.url, "configuration")]
        let last = facts.answers(of: server.name, within: ReadingHistory.span).last
        if let last {
            let models = last.snapshot.models.map(\.name.short).joined(separator: ", ")
            evidence.append(
                Finding.Evidence(
                    "last answer", models.isEmpty ? "no model in memory" : "in memory: \(models)", "the server",
                    at: last.until))
        } else {
            evidence.append(Finding.Evidence("last answer", "none in the last hour", "the server"))
        }
        let used = server.snapshot.map { $0.gpus.compactMap(\.usedBytes) } ?? []
        if !used.isEmpty {
            evidence.append(
                Finding.Evidence("GPU memory in use", ByteCount.text(ByteCount.sum(used)), "the GPU driver"))
        }
        return Finding(
            subject: Finding.Subject(server: server.name), severity: severity, text: text, details: details,
            evidence: evidence, isSaidByState: true)
    }
}
