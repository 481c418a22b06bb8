import PromptChainCore

/// Requests that wait, or get no answer.
enum RequestRules {
    static let all: [VerdictRule] = [
        VerdictRule("queue", hold: 1, endsWithItsModel: true) { queued($0) + behindOthers($0) },
        VerdictRule("no-tokens", linger: 1) { ofRun($0) + ofOthers($0) },
        VerdictRule("prompt-cut", linger: 10, cut),
        VerdictRule("context-full", hold: 2, linger: 5, endsWithItsModel: true, full),
    ]

    /// How long a prompt may be read without a token, in seconds: counters move once for each batch, and a batch on a CPU
    /// takes a while.
    static let readingLimit = 60.0
    /// How long an answer may stand still, in seconds.
    static let writingLimit = 20.0

    // MARK: The queue

    private static func queued(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server in
            server.activities.compactMap { activity -> Finding? in
                guard let waiting = activity.waitingRequests, waiting > 0 else { return nil }
                let since = since(server.name, facts) { snapshot in
                    snapshot.activities.contains { $0.model == activity.model && ($0.waitingRequests ?? 0) > 0 }
                }
                var evidence = [
                    Finding.Evidence("wait", Count.text(waiting, "request"), "the server’s own count"),
                    Finding.Evidence("since", "", "readings", at: since),
                ]
                if let requests = activity.requests {
                    evidence.append(Finding.Evidence("works on", Count.text(requests, "request"), activity.source))
                }
                let noun = waiting == 1 ? "1 request waits" : "\(waiting) requests wait"
                var details: [Verdict.Detail] = []
                if let requests = activity.requests { details.append(Verdict.Detail("; ", "it works on \(requests)")) }
                details.append(Verdict.Detail(", ", "for \(RunningTime.passed(max(0, facts.clock - since)))"))
                return Finding(
                    subject: Finding.Subject(server: server.name, model: activity.model), severity: .attention,
                    text: "\(noun) for \(activity.model.short)", details: details,
                    evidence: evidence + facts.clients(of: server))
            }
        }
    }

    /// A step whose model writes, and not for it: the server works on one request after another.
    private static func behindOthers(_ facts: VerdictFacts) -> [Finding] {
        guard let run = facts.run, case .reading(let seconds) = run.activity, seconds >= 2,
            let model = facts.live?.runningStep?.step.model, let name = facts.server(of: model),
            let server = facts.servers.first(where: { $0.name == name }),
            let activity = server.activity(of: model), activity.phase == .generating
        else { return [] }
        return [
            Finding(
                subject: Finding.Subject(server: name, model: model), severity: .attention,
                text: "step \(run.step)/\(run.steps) waits for its turn: \(model.short) works for somebody else",
                details: (activity.outputTokens.map { [Verdict.Detail(", ", "\($0) tokens so far")] } ?? [])
                    + [Verdict.Detail("; ", "it has waited \(RunningTime.passed(seconds))")],
                evidence: [
                    Finding.Evidence("waits since", RunningTime.passed(seconds), "the run"),
                    Finding.Evidence("its model", activity.doing, activity.source),
                ] + facts.clients(of: server), help: Finding.Help(key: facts.keys.key(of: .stop), does: "stops the run")
            )
        ]
    }

    /// From when on a condition has held without a break, in seconds since 1970.
    private static func since(
        _ server: String, _ facts: VerdictFacts, _ holds: (ServerSnapshot) -> Bool
    ) -> Double {
        var since = facts.clock
        for reading in facts.answers(of: server, within: ReadingHistory.span).reversed() {
            guard holds(reading.snapshot) else { break }
            since = reading.time
        }
        return since
    }

    // MARK: No tokens

    private static func ofRun(_ facts: VerdictFacts) -> [Finding] {
        guard let run = facts.run else { return [] }
        let place = "step \(run.step)/\(run.steps)"
        let text: String
        var details: [Verdict.Detail] = []
        switch run.activity {
        case .reading(let seconds) where seconds > readingLimit:
            text = "\(place) reads its prompt, \(RunningTime.passed(seconds))"
        case .silent(let seconds):
            text = "\(place) has written nothing for \(RunningTime.passed(seconds))"
            details = [Verdict.Detail("; ", "~\(run.tokens) tokens so far")]
        default: return []
        }
        let model = facts.live?.runningStep?.step.model
        let server = model.flatMap { facts.server(of: $0) }.flatMap { name in facts.servers.first { $0.name == name } }
        var evidence: [Finding.Evidence] = []
        if let model, let activity = server?.activity(of: model) {
            evidence.append(Finding.Evidence("its model", activity.doing, activity.source))
        }
        for gpu in server?.snapshot?.gpus ?? [] {
            guard let percent = gpu.utilizationPercent else { continue }
            evidence.append(Finding.Evidence("GPU \(gpu.index)", "\(percent) % busy", "the GPU driver"))
        }
        evidence.append(Finding.Evidence("written", "~\(run.tokens) tokens", "the run"))
        return [
            Finding(
                subject: Finding.Subject(server: server?.name ?? "", model: model, pane: .chain),
                severity: .attention, text: text, details: details, evidence: evidence + facts.clients(of: server),
                help: Finding.Help(key: facts.keys.key(of: .stop), does: "stops it"), isSaidByState: true)
        ]
    }

    private static func ofOthers(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server in
            server.activities.compactMap { activity -> Finding? in
                guard activity.isWorking, facts.live?.runningStep?.step.model != activity.model,
                    activity.promptTokens != nil || activity.outputTokens != nil
                else { return nil }
                let since = since(server.name, facts) { snapshot in
                    snapshot.activities.contains {
                        $0.model == activity.model && $0.phase == activity.phase
                            && $0.promptTokens == activity.promptTokens && $0.outputTokens == activity.outputTokens
                    }
                }
                let still = facts.clock - since
                let isReading = activity.phase == .reading
                guard still >= (isReading ? readingLimit : writingLimit) else { return nil }
                let verb =
                    isReading ? "reads somebody’s prompt and gets no further" : "writes for somebody and has stopped"
                return Finding(
                    subject: Finding.Subject(server: server.name, model: activity.model), severity: .attention,
                    text: "\(activity.model.short) \(verb), \(RunningTime.passed(still))",
                    evidence: [
                        Finding.Evidence("it", activity.doing, activity.source),
                        Finding.Evidence("no change since", "", activity.source, at: since),
                    ] + facts.clients(of: server))
            }
        }
    }

    // MARK: The context

    /// A prompt of which the model cannot have seen all: the run told so, or, where it told nothing, the model read far
    /// fewer tokens than so many letters are.
    private static func cut(_ facts: VerdictFacts) -> [Finding] {
        guard let live = facts.live else { return [] }
        return live.steps.enumerated().compactMap { index, step in
            let place = "step \(index + 1)/\(live.steps.count)"
            if let cut = step.cuts.first(where: { $0.part == .prompt }) { return told(cut, place) }
            // Eight bytes a token are more than any text of a language has.
            guard let prompt = step.prompt, let read = step.result?.promptTokens, read > 0, let model = step.model,
                prompt.utf8.count / read >= 8, let context = context(of: model, facts),
                Double(read) >= 0.45 * Double(context)
            else { return nil }
            let letters = prompt.utf8.count
            return lost(
                model, "\(place) lost part of its prompt: \(read) tokens were read", context,
                [
                    Finding.Evidence(
                        "prompt", "\(letters) bytes, about \(Count.text(letters / 4, "token"))", "the run"),
                    Finding.Evidence("read", Count.text(read, "token"), "the server’s count for the step"),
                    Finding.Evidence("context", Count.text(context, "token"), "the server"),
                ])
        }
    }

    /// What the run noticed by itself, with what it counted.
    private static func told(_ cut: ContextCut, _ place: String) -> Finding {
        let sent = cut.sentTokens.map { "\(cut.isEstimate ? "~" : "")\($0)" }
        var text = "\(place) lost part of its prompt"
        if let read = cut.readTokens {
            text += ": \(read) tokens\(sent.map { " of \($0)" } ?? "") were read"
        } else if let sent {
            text += ": \(sent) tokens were sent"
        }
        let counts: [(label: String, value: String?, source: String)] = [
            ("sent", sent.map { "\($0) tokens" }, "the run"),
            ("read", cut.readTokens.map { Count.text($0, "token") }, "the server’s count for the step"),
            ("context", cut.contextLength.map { Count.text($0, "token") }, "the run"),
            ("the run says", cut.message, "its warning"),
        ]
        return lost(
            cut.model, text, cut.contextLength,
            counts.compactMap { count in count.value.map { Finding.Evidence(count.label, $0, count.source) } })
    }

    private static func lost(
        _ model: ModelName, _ text: String, _ context: Int?, _ evidence: [Finding.Evidence]
    ) -> Finding {
        Finding(
            subject: Finding.Subject(model: model, pane: .chain), severity: .attention, text: text,
            details: context.map { [Verdict.Detail("; ", "its context holds \(Count.tokens($0))")] } ?? [],
            evidence: evidence, help: Finding.Help(key: "--context", does: "sets a larger one", isCommand: true))
    }

    private static func context(of model: ModelName, _ facts: VerdictFacts) -> Int? {
        for server in facts.servers {
            for reading in facts.answers(of: server.name, within: ReadingHistory.span).reversed() {
                let info = reading.snapshot.models.first { $0.name == model }
                if let context = info?.contextLength, context > 0 { return context }
            }
        }
        return nil
    }

    private static func full(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.flatMap { server in
            server.activities.compactMap { activity -> Finding? in
                guard activity.isWorking, let used = activity.contextTokens, let length = activity.contextLength,
                    length > 0, used >= length - 1
                else { return nil }
                return Finding(
                    subject: Finding.Subject(server: server.name, model: activity.model), severity: .attention,
                    text: "the context of \(activity.model.short) is full: \(used) of \(length) tokens",
                    details: [Verdict.Detail("; ", "what came first is dropped, or the answer ends here")],
                    evidence: [
                        Finding.Evidence("in the context", "\(used) of \(length) tokens", activity.source),
                        Finding.Evidence("it", activity.doing, activity.source),
                    ])
            }
        }
    }
}
