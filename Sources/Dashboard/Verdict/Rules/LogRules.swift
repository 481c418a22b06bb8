import PromptChainCore

/// What servers say in their own logs, and nowhere else.
enum LogRules {
    static let all: [VerdictRule] = [
        VerdictRule("log-no-memory", linger: 10, noMemory),
        VerdictRule("log-memory-not-back", linger: 3, notBack),
        VerdictRule("log-prompt-cut", linger: 10, cut),
        VerdictRule("log-spill", linger: 3, spill),
    ]

    /// How long a load that failed is told of, in seconds: somebody has to act on it.
    static let failureSpan = 300.0
    /// How long what happened once is told of, in seconds.
    static let span = 60.0
    /// How far back what happened more than once is counted, in seconds, and how long layers on the CPU are told of.
    static let longSpan = 600.0

    // MARK: Memory

    /// A load that was not let in. What was loaded after it shows that there is room again, or that a server tried once
    /// more with less on the GPU.
    private static func noMemory(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            let notes = facts.notes(of: server, within: failureSpan)
            guard let index = notes.lastIndex(where: { $0.kind.isNoMemory }),
                !notes[index...].contains(where: { $0.kind == .loaded })
            else { return nil }
            let note = notes[index]
            var finding = finding(
                server, note, .attention, "\(server.name) ran out of GPU memory", beside: facts.memory(of: server),
                help: server.abilities.contains(.load)
                    ? Finding.Help(key: facts.keys.key(of: .load), does: "loads with a smaller context") : nil)
            switch note.kind {
            case .refused(let needed, let available):
                finding.text = "\(server.name) refused a load: it takes \(needed ?? "more") of main memory"
                finding.details = available.map { [Verdict.Detail(", ", "\($0) are free")] } ?? []
            case .noMemory(let mebibytes?):
                let bytes = ByteCount.text(Int64(mebibytes * 1_048_576))
                finding.details = [Verdict.Detail(": ", "\(bytes) were not to be had")]
            default: break
            }
            return finding
        }
    }

    /// Memory that a driver kept. Where it can be asked, what it says is better.
    private static func notBack(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            guard server.snapshot?.gpus.isEmpty ?? true else { return nil }
            for note in facts.notes(of: server, within: span).reversed() {
                guard case .notBack(let seconds) = note.kind else { continue }
                return finding(
                    server, note, .attention,
                    "\(server.name) did not get a model’s memory back"
                        + (seconds.map { " within \(RunningTime.passed($0))" } ?? ""),
                    [Verdict.Detail("; ", "the next load may go to the CPU")], beside: facts.memory(of: server))
            }
            return nil
        }
    }

    // MARK: Prompts

    /// A prompt that was cut, anybody's. A cut that a run noticed by itself is told as that.
    private static func cut(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            let cuts = facts.notes(of: server, within: longSpan).filter { note in
                guard case .promptCut = note.kind else { return false }
                return !facts.isToldByRun(note)
            }
            guard let note = cuts.last, facts.clock - note.time <= span,
                case .promptCut(let tokens, let read) = note.kind
            else { return nil }
            var text = "\(server.name) cut a prompt"
            if let read { text += ": \(read) tokens\(tokens.map { " of \($0)" } ?? "") were read" }
            var finding = finding(
                server, note, .attention, text, beside: facts.clients(of: server),
                help: server.abilities.contains(.load)
                    ? Finding.Help(key: facts.keys.key(of: .load), does: "loads with a larger context") : nil)
            if cuts.count > 1, let first = cuts.first {
                let span = RunningTime.passed(max(0, facts.clock - first.time))
                finding.details = [Verdict.Detail("; ", "\(cuts.count) prompts in \(span)")]
            }
            return finding
        }
    }

    // MARK: Layers

    /// A model of which a part is on the CPU, on a server whose API does not tell that.
    private static func spill(_ facts: VerdictFacts) -> [Finding] {
        facts.servers.compactMap { server in
            guard server.isReady, !server.models.contains(where: { $0.vramBytes != nil }),
                let (note, layers, all) = offloaded(on: server, facts), layers < all,
                layers > 0 || server.hasGPU
            else { return nil }
            return finding(
                server, note, .advice, "\(server.name) put \(layers) of \(all) layers on the GPU",
                [Verdict.Detail("; ", "the CPU computes the rest")], beside: facts.memory(of: server))
        }
    }

    /// The layers of the newest model, where the server's log told.
    static func offloaded(
        on server: VerdictFacts.Server, _ facts: VerdictFacts
    ) -> (note: ServerNote, layers: Int, all: Int)? {
        for note in facts.notes(of: server, within: longSpan).reversed() {
            if case .offloaded(let layers, let all) = note.kind { return (note, layers, all) }
        }
        return nil
    }

    /// A finding that rests on a line of a log, which is quoted first.
    private static func finding(
        _ server: VerdictFacts.Server, _ note: ServerNote, _ severity: Finding.Severity, _ text: String,
        _ details: [Verdict.Detail] = [], beside evidence: [Finding.Evidence], help: Finding.Help? = nil
    ) -> Finding {
        Finding(
            subject: Finding.Subject(server: server.name, pane: .log), severity: severity, text: text, details: details,
            evidence: [Finding.Evidence("it says", note.text, "its own log", at: note.time)] + evidence, help: help,
            logLine: note.text)
    }
}

extension ServerNote.Kind {
    /// Whether a load was not let in, or ran into the end of memory.
    fileprivate var isNoMemory: Bool {
        switch self {
        case .refused, .noMemory: true
        default: false
        }
    }
}

extension VerdictFacts {
    /// What a server's own log said in the last seconds, the oldest first.
    func notes(of server: Server, within seconds: Double) -> [ServerNote] {
        (notes[server.name] ?? []).filter { clock - $0.time <= seconds }
    }

    /// Whether a step that ran then has noticed a cut itself. Clocks of lines and events may differ.
    fileprivate func isToldByRun(_ note: ServerNote) -> Bool {
        (live?.steps ?? []).contains { step in
            guard let start = step.startedAt, step.cuts.contains(where: { $0.part == .prompt }) else { return false }
            return note.time >= start - 2 && note.time <= (step.finishedAt ?? clock) + 2
        }
    }
}
