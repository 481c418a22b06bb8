import PromptChainCore

/// What is going on, when nothing graver is found.
extension Verdict {
    /// The first that applies.
    init(_ facts: VerdictFacts) {
        self =
            Self.closing(facts) ?? Self.feeding(facts) ?? Self.outOfReach(facts) ?? Self.running(facts)
            ?? Self.notReady(facts) ?? Self.operating(facts) ?? Self.ended(facts) ?? Self.working(facts)
            ?? Self.idle(facts)
    }

    private static func closing(_ facts: VerdictFacts) -> Verdict? {
        guard facts.isClosing else { return nil }
        return Verdict(
            .busy, "cleaning up", [Detail(": ", "models of the run are unloaded"), Detail(" — ", "q ends at once")])
    }

    /// What is shown of somebody else's run: before its first event, and once nothing more comes.
    private static func feeding(_ facts: VerdictFacts) -> Verdict? {
        guard let feed = facts.feed else { return nil }
        // A run is looked at here, and not the servers that happen to be asked as well.
        if facts.run != nil { return running(facts) }
        if facts.ending != nil { return ended(facts) }
        switch feed.status {
        case .opening:
            return Verdict(.busy, feed.isReplay ? "reading the record of \(feed.name)" : "looking for \(feed.name)")
        case .waiting(let reason): return Verdict(.busy, reason)
        case .live: return Verdict(.busy, "waiting for the first event of \(feed.name)")
        case .ended(let ending):
            return Verdict(.attention, "\(feed.name): no event came", ending.loss.map { [Detail(", ", $0)] } ?? [])
        }
    }

    private static func outOfReach(_ facts: VerdictFacts) -> Verdict? {
        // A run goes on where one server answers.
        if facts.run != nil, facts.servers.contains(where: { $0.state == .ready }) { return nil }
        for server in facts.servers {
            guard case .unreachable(let reason, let hint) = server.state else { continue }
            let others = facts.servers.contains { $0.state == .ready }
            return unreachable(server, reason, hint, others ? .attention : .failed)
        }
        return nil
    }

    /// A server that cannot be reached.
    static func unreachable(
        _ server: VerdictFacts.Server, _ reason: String, _ hint: String, _ sign: Sign
    ) -> Verdict {
        Verdict(sign, "\(server.name) unreachable: \(reason)", Detail.advice(hint))
    }

    private static func running(_ facts: VerdictFacts) -> Verdict? {
        guard let run = facts.run else { return nil }
        let place = "step \(run.step)/\(run.steps)"
        if run.isStopping { return Verdict(.busy, "stopping \(run.chain) at \(place)") }
        let free = free(facts)
        switch run.activity {
        case .loading(let model, let load, let seconds):
            return loading(model, load, seconds: seconds, run: run, place: place, free: free)
        case .unloading(let model, let reason, let seconds):
            return Verdict(
                .attention, "\(place) waits: \(model.short) is unloading, \(RunningTime.passed(seconds))",
                [Detail("; ", reason)] + free)
        case .reading(let seconds):
            return Verdict(
                seconds > 60 ? .attention : .busy, "\(place) reads its prompt, \(RunningTime.passed(seconds))", free)
        case .thinking, .writing:
            let verb = run.activity == .thinking ? "thinks" : "writes"
            let rate = run.tokensPerSecond.map { ", ~\(Count.whole($0)) tokens/s" } ?? ""
            let others = facts.servers.first { $0.state != .ready }.map { "\($0.name) is silent" }
            return Verdict(
                .fine, "\(place) \(verb)\(rate)",
                [Detail(", ", "~\(run.tokens) so far")] + ofRun(facts) + free
                    + (others.map { [Detail("; ", $0)] } ?? []))
        case .silent(let seconds):
            return Verdict(
                .attention, "\(place) has written nothing for \(RunningTime.passed(seconds))",
                [Detail("; ", "~\(run.tokens) tokens so far"), Detail(" — ", "\(facts.keys.key(of: .stop)) stops it")])
        case .calling(let tool, let seconds):
            return Verdict(
                seconds > 60 ? .attention : .fine, "\(place) waits for \(tool), \(RunningTime.passed(seconds))", free)
        case .working(let seconds): return Verdict(.fine, "\(place) runs a command, \(RunningTime.passed(seconds))")
        case .between, .over: return Verdict(.fine, "\(run.chain): \(place) is about to begin", free)
        }
    }

    /// What slows down the model of the running step.
    private static func ofRun(_ facts: VerdictFacts) -> [Detail] {
        guard let name = facts.live?.runningStep?.step.model, let place = facts.server(of: name),
            let server = facts.servers.first(where: { $0.name == place })
        else { return [] }
        return spill(server.models.first { $0.name == name }, server)
    }

    private static func loading(
        _ model: ModelName, _ load: LiveRun.Load, seconds: Double, run: VerdictFacts.Run, place: String,
        free: [Detail]
    ) -> Verdict {
        var text = "\(model.short) loads for \(place)"
        if let fraction = load.fraction {
            text += ": \(load.isInferred ? "~" : "")\(Count.whole(fraction * 100)) %"
        } else {
            text += ": \(RunningTime.passed(seconds))"
        }
        var details: [Detail] = []
        if let expected = load.expectedSeconds {
            let left = expected - seconds
            text += left > 0 ? ", about \(RunningTime.left(left)) left" : ", usually \(Seconds.text(expected))"
        }
        if let departed = run.departed, departed != model {
            details.append(Detail("; ", "\(departed.short) left for it"))
        }
        return Verdict(.attention, text, details + free)
    }

    private static func notReady(_ facts: VerdictFacts) -> Verdict? {
        for server in facts.servers {
            switch server.state {
            case .stale: return hung(server)
            case .starting: return starting(server)
            default: continue
            }
        }
        if !facts.servers.isEmpty, facts.servers.allSatisfy({ $0.state == .connecting }) {
            return Verdict(.busy, "connecting to \(facts.servers.map(\.url).joined(separator: ", "))")
        }
        return nil
    }

    /// A server that has gone silent.
    static func hung(_ server: VerdictFacts.Server) -> Verdict {
        let age = server.age.map { " for \(RunningTime.passed($0))" } ?? ""
        return Verdict(
            .attention, "\(server.name) has not answered\(age)", [Detail("; ", "what is shown is its last reading")])
    }

    /// A server that accepts connections and does not answer yet.
    static func starting(_ server: VerdictFacts.Server) -> Verdict {
        let reason = server.provider == .ollama ? "Ollama looks for its GPUs" : "it is starting"
        return Verdict(
            .busy, "\(server.name) is starting",
            [Detail(": ", reason), Detail(", ", "it accepts connections and answers soon")])
    }

    private static func operating(_ facts: VerdictFacts) -> Verdict? {
        guard let first = facts.operations.first else { return nil }
        let time = RunningTime.passed(first.seconds)
        let free = free(facts)
        switch first.operation {
        case .load(let server, let model):
            return Verdict(.busy, "\(model.short) loads on \(server), \(time)", free)
        case .unload(_, let model): return Verdict(.busy, "\(model.short) is unloading, \(time)", free)
        case .unloadAll(let server): return Verdict(.busy, "every model of \(server) is unloading, \(time)", free)
        case .pull(let server, let model):
            let percent = first.fraction.map { ": \(Count.whole($0 * 100)) %" } ?? ", \(time)"
            return Verdict(
                .busy, "pulling \(model.short) to \(server)\(percent)", first.status.map { [Detail(", ", $0)] } ?? [])
        case .delete(let server, let model): return Verdict(.busy, "deleting \(model.short) from \(server)")
        case .keepAlive(_, let model): return Verdict(.busy, "setting how long \(model.short) stays")
        case .startRun: return Verdict(.busy, "the chain is starting")
        }
    }

    private static func ended(_ facts: VerdictFacts) -> Verdict? {
        guard let ending = facts.ending else { return nil }
        let time = Seconds.clock(ending.seconds)
        let again: [Detail] =
            facts.isReadOnly || facts.feed != nil ? [] : [Detail(" — ", "\(facts.keys.key(of: .run)) runs another")]
        if let loss = ending.loss {
            return Verdict(
                .attention, "\(ending.chain): \(loss)",
                ending.step.map { [Detail(", ", "the last that was heard is of step \($0)")] } ?? [])
        }
        switch ending.status {
        case .completed:
            return Verdict(
                .done, "\(ending.chain) done in \(time), waited \(Seconds.text(ending.stallSeconds)) for models", again)
        case .failed:
            let place = ending.step.map { " at step \($0)" } ?? ""
            return Verdict(.failed, "\(ending.chain) failed\(place): \(ending.error ?? "no reason given")", again)
        case .broken:
            return Verdict(
                .attention, "\(ending.chain) was ended by a rule\(ending.step.map { " at step \($0)" } ?? "")",
                (ending.error.map { [Detail(": ", $0)] } ?? []) + again)
        case .cancelled, nil: return Verdict(.attention, "\(ending.chain) was stopped after \(time)", again)
        }
    }

    /// What servers do for somebody else: no run of ours is under way.
    private static func working(_ facts: VerdictFacts) -> Verdict? {
        guard !facts.isPaused else { return nil }
        for load in facts.loading {
            let usual = load.usual.map { ", usually \(Seconds.text($0.seconds))" } ?? ""
            return Verdict(
                .busy, "\(load.identity.model.short) loads for somebody, \(RunningTime.passed(load.seconds))\(usual)",
                free(facts))
        }
        for server in facts.servers {
            guard let activity = server.activities.first(where: \.isWorking) else { continue }
            let model = server.models.first { $0.name == activity.model }
            let rate = activity.tokensPerSecond.map { ", \(Count.whole($0)) tokens/s" } ?? ""
            let verb = activity.phase == .reading ? "reads a prompt" : "writes"
            return Verdict(
                .fine, "\(activity.model.short) \(verb) for somebody\(rate)",
                tokens(of: activity) + spill(model, server) + free(facts))
        }
        for server in facts.servers {
            // A server leaves the old time standing while a model works.
            let busy = server.models.first { model in
                guard !model.isPinned, let expiry = model.expiresAt?.timeIntervalSince1970 else { return false }
                return expiry < facts.clock - 1 && server.activity(of: model.name) == nil
            }
            if let busy {
                return Verdict(
                    .fine, "\(busy.name.short) works for somebody",
                    [Detail(": ", "its time is over, and it stays")]
                        + spill(busy, server) + free(facts))
            }
        }
        return nil
    }

    private static func tokens(of activity: ModelActivity) -> [Detail] {
        let count = activity.phase == .reading ? activity.promptTokens : activity.outputTokens
        return count.map { [Detail(", ", "\(Count.text($0, "token")) so far")] } ?? []
    }

    private static func free(_ facts: VerdictFacts) -> [Detail] {
        facts.freeBytes.map { [Detail(", ", "\(ByteCount.text($0)) free")] } ?? []
    }

    /// A part that is on the CPU slows down what is said before.
    private static func spill(_ model: ModelInfo?, _ server: VerdictFacts.Server) -> [Detail] {
        guard let model, ModelRules.isSpill(model, on: server), let share = model.vramFraction else { return [] }
        return [Detail("; ", "\(100 - Count.whole(share * 100)) % of it is on the CPU")]
    }

    private static func idle(_ facts: VerdictFacts) -> Verdict {
        if facts.isPaused {
            return Verdict(.attention, "paused", [Detail(": ", "\(facts.keys.key(of: .togglePause)) goes on polling")])
        }
        if facts.servers.isEmpty {
            return Verdict(.attention, "no server is configured", [Detail(" — ", "start with --server URL")])
        }
        let keys =
            facts.isReadOnly
            ? "read-only: \(facts.keys.key(of: .help)) shows every key"
            : facts.loadedCount == 0
                ? (facts.canLoad ? "\(facts.keys.key(of: .load)) loads a model, " : "")
                    + "\(facts.keys.key(of: .run)) runs a chain"
                : "\(facts.keys.key(of: .run)) runs a chain"
                    + (facts.canUnload ? ", \(facts.keys.key(of: .unload)) unloads" : "")
        let free = free(facts)
        let text =
            facts.loadedCount == 0
            ? "idle: no model in memory" : "idle: \(Count.text(facts.loadedCount, "model")) in memory"
        return Verdict(.idle, text, free + [Detail(" — ", keys)])
    }
}
