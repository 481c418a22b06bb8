import PromptChainCore

/// Loads that take long, stand still, or cannot begin.
enum LoadRules {
    static let all: [VerdictRule] = [
        VerdictRule("load-stalled", linger: 2, stalled),
        VerdictRule("load-slow", linger: 2, slow),
        VerdictRule("waits-for-room", hold: 1, linger: 2) { waiting($0) + leaving($0) },
    ]

    /// How long nothing may move before a load counts as stalled, in seconds: a slow disk under pressure pauses for less.
    static let stillness = 15.0
    /// What counts as no headway, in bytes.
    static let headway: Int64 = 1 << 20

    // MARK: Stalled

    /// What grows while a model loads, at one moment.
    private struct Progress {
        var time: Double
        var read: Int64?
        var resident: Int64?
        var video: Int64?

        func isBehind(_ later: Progress) -> Bool {
            zip([read, resident, video], [later.read, later.resident, later.video]).contains { before, now in
                guard let before, let now else { return false }
                return abs(now.subtractingSaturated(before)) >= LoadRules.headway
            }
        }
    }

    private static func stalled(_ facts: VerdictFacts) -> [Finding] {
        facts.loading.compactMap { load in
            let progress = progress(of: load.identity, facts)
            guard let last = progress.last, last.read != nil || last.resident != nil else { return nil }
            let moved = progress.last { $0.isBehind(last) }?.time
            // Without any movement on record, the first reading that shows it is the earliest that can be told.
            let since = moved.flatMap { time in progress.first { $0.time > time }?.time } ?? progress[0].time
            let still = facts.clock - since
            guard still >= stillness else { return nil }
            var finding = Finding(
                subject: subject(load), severity: .attention,
                text: "\(load.identity.model.short) has made no headway for \(RunningTime.passed(still))",
                details: [
                    Verdict.Detail(": ", last.video == nil ? "nothing is read" : "nothing is read, VRAM does not grow")
                ],
                evidence: evidence(load, facts))
            if let state = load.activity?.process?.state { finding.details.append(Verdict.Detail("; ", words(state))) }
            finding.evidence.append(
                Finding.Evidence("last headway", moved == nil ? "none was seen" : "here", source(load), at: moved))
            finding.help = stopHelp(load, facts)
            return finding
        }
    }

    private static func progress(of identity: ModelIdentity, _ facts: VerdictFacts) -> [Progress] {
        var found: [Progress] = []
        for reading in facts.answers(of: identity.server, within: 600).reversed() {
            let activity = reading.snapshot.activities.first { $0.model == identity.model }
            guard let activity, activity.phase == .loading else { break }
            let used = reading.snapshot.gpus.compactMap(\.usedBytes)
            let progress = Progress(
                time: reading.time, read: activity.process?.readBytes, resident: activity.process?.residentBytes,
                video: used.isEmpty ? nil : ByteCount.sum(used))
            found.append(progress)
        }
        return found.reversed()
    }

    private static func words(_ state: RunnerProcess.State) -> String {
        switch state {
        case .running: "its process computes"
        case .sleeping: "its process waits"
        case .blocked: "its process waits for a disk or a driver"
        case .stopped: "somebody stopped its process"
        case .ended: "its process has ended"
        }
    }

    // MARK: Slow

    private static func slow(_ facts: VerdictFacts) -> [Finding] {
        facts.loading.compactMap { load in
            guard let usual = load.usual, load.seconds > limit(usual.seconds) else { return nil }
            let place = load.isOfRun ? facts.run.map { " for step \($0.step)/\($0.steps)" } ?? "" : ""
            return Finding(
                subject: subject(load), severity: .attention,
                text: "\(load.identity.model.short) loads\(place): \(RunningTime.passed(load.seconds)), "
                    + "usually \(Seconds.text(usual.seconds))",
                evidence: evidence(load, facts), help: stopHelp(load, facts), isSaidByState: isSaid(load, facts))
        }
    }

    /// Whether the sentence on the run says it: it names the load that the run waits for.
    private static func isSaid(_ load: VerdictFacts.Loading, _ facts: VerdictFacts) -> Bool {
        guard case .loading(let model, _, _)? = facts.run?.activity else { return false }
        return model == load.identity.model
    }

    /// From when on a load is longer than usual, in seconds: half as long again, and long enough to matter.
    static func limit(_ usual: Double) -> Double { max(usual * 1.5, usual + 3) }

    // MARK: No room

    /// A load that was asked for here, and has not begun: another model is in its way and works.
    private static func waiting(_ facts: VerdictFacts) -> [Finding] {
        facts.operations.compactMap { entry in
            guard case .load(let name, let model) = entry.operation, entry.seconds >= 2,
                let server = facts.servers.first(where: { $0.name == name }),
                server.activity(of: model)?.phase != .loading,
                let (busy, doing, source) = inTheWay(of: model, on: server, facts)
            else { return nil }
            let needed = facts.installed.first { $0.server == name && $0.name == model }?.sizeBytes
            let free = server.snapshot.flatMap { MemoryFacts($0).free }
            // With room enough, or with none known, something else is the matter.
            guard let needed, let free, needed > free else { return nil }
            return Finding(
                subject: Finding.Subject(server: name, model: model), severity: .attention,
                text: "\(model.short) waits for room: \(busy.short) must leave and \(doing)",
                details: [
                    Verdict.Detail(
                        "; ", "it needs \(ByteCount.text(needed)) and more, \(ByteCount.text(free)) are free")
                ],
                evidence: [
                    Finding.Evidence(
                        "waits since", RunningTime.passed(entry.seconds), "the load that was asked for here"),
                    Finding.Evidence("needs", "\(ByteCount.text(needed)), its weights alone", "the server's disk"),
                    Finding.Evidence("in its way", "\(busy.short) \(doing)", source),
                ] + facts.memory(of: server) + facts.clients(of: server))
        }
    }

    /// Another model that works, what it does, and where that was read. Where nobody tells, a time that is over does:
    /// servers leave it standing while a model works.
    private static func inTheWay(
        of model: ModelName, on server: VerdictFacts.Server, _ facts: VerdictFacts
    ) -> (ModelName, String, String)? {
        if let busy = server.activities.first(where: { $0.isWorking && $0.model != model }) {
            return (busy.model, busy.doing, busy.source)
        }
        let busy = server.models.first { info in
            guard info.name != model, !info.isPinned, let end = info.expiresAt?.timeIntervalSince1970 else {
                return false
            }
            return end < facts.clock - 1 && server.activity(of: info.name) == nil
        }
        return busy.map { ($0.name, "works for somebody", "its time, which is over") }
    }

    /// A step that waits until another model has left.
    private static func leaving(_ facts: VerdictFacts) -> [Finding] {
        guard let run = facts.run, case .unloading(let model, let reason, let seconds) = run.activity else { return [] }
        let name = facts.server(of: model) ?? ""
        let server = facts.servers.first { $0.name == name }
        let activity = server?.activity(of: model)
        var evidence = [Finding.Evidence("why", reason, "the plan of the run")]
        evidence.append(Finding.Evidence("waits since", RunningTime.passed(seconds), "the run"))
        if let bytes = server?.models.first(where: { $0.name == model })?.vramBytes {
            evidence.append(Finding.Evidence("it holds", ByteCount.text(bytes), "the server"))
        }
        let place = "step \(run.step)/\(run.steps)"
        if let activity, activity.isWorking {
            evidence.append(Finding.Evidence("it", activity.doing, activity.source))
            return [
                Finding(
                    subject: Finding.Subject(server: name, model: model), severity: .attention,
                    text: "\(place) waits: \(model.short) must leave and \(activity.doing)",
                    details: [Verdict.Detail("; ", reason)], evidence: evidence + facts.clients(of: server),
                    help: Finding.Help(key: facts.keys.key(of: .stop), does: "stops the run"))
            ]
        }
        return [
            Finding(
                subject: Finding.Subject(server: name, model: model), severity: .attention,
                text: "\(place) waits: \(model.short) is unloading, \(RunningTime.passed(seconds))",
                details: [Verdict.Detail("; ", reason)], evidence: evidence + facts.memory(of: server),
                isSaidByState: true)
        ]
    }

    // MARK: What loads have in common

    private static func subject(_ load: VerdictFacts.Loading) -> Finding.Subject {
        Finding.Subject(server: load.identity.server, model: load.identity.model)
    }

    private static func source(_ load: VerdictFacts.Loading) -> String {
        load.activity?.process.map { "/proc/\($0.processID)" } ?? "the server"
    }

    private static func stopHelp(_ load: VerdictFacts.Loading, _ facts: VerdictFacts) -> Finding.Help? {
        load.isOfRun ? Finding.Help(key: facts.keys.key(of: .stop), does: "stops the run") : nil
    }

    private static func evidence(_ load: VerdictFacts.Loading, _ facts: VerdictFacts) -> [Finding.Evidence] {
        let server = facts.servers.first { $0.name == load.identity.server }
        var evidence = [
            Finding.Evidence(
                "loads since", RunningTime.passed(load.seconds),
                load.activity?.loadingSeconds == nil ? "when it was asked for" : "the age of its process")
        ]
        if let usual = load.usual {
            evidence.append(Finding.Evidence("usually", Seconds.text(usual.seconds), usual.source))
        }
        if let process = load.activity?.process {
            let place = "/proc/\(process.processID)"
            let size = facts.installed.first { $0.name == load.identity.model }?.sizeBytes
            let whole = size.map { " of \(ByteCount.text($0))" } ?? ""
            if let read = process.readBytes {
                evidence.append(Finding.Evidence("read from disk", ByteCount.text(read) + whole, place + "/io"))
            }
            if let resident = process.residentBytes {
                evidence.append(Finding.Evidence("in memory", ByteCount.text(resident), place + "/statm"))
            }
            if let state = process.state { evidence.append(Finding.Evidence("process", words(state), place + "/stat")) }
        }
        return evidence + facts.memory(of: server)
    }
}

extension Int64 {
    /// The difference, at most as large as there are numbers.
    func subtractingSaturated(_ other: Int64) -> Int64 {
        let (difference, overflows) = subtractingReportingOverflow(other)
        guard overflows else { return difference == .min ? .max : difference }
        return .max
    }
}
