import CellScreen
import PromptChainCore

/// The line under the header: what is going on, in words, and what helps. A pure function of facts.
struct Verdict: Equatable, Sendable {
    /// The sign in front, which says the same as the colour.
    enum Sign: Equatable, Sendable {
        case fine, busy, attention, failed, done, idle
    }

    var sign: Sign
    /// What is said in any case.
    var text: String
    /// What is added as far as there is room, in this order, with what stands between.
    var details: [(separator: String, text: String)] = []

    init(_ sign: Sign, _ text: String, _ details: [(separator: String, text: String)] = []) {
        self.sign = sign
        self.text = text
        self.details = details
    }

    static func == (left: Verdict, right: Verdict) -> Bool {
        left.sign == right.sign && left.sentence == right.sentence
    }

    /// All of it.
    var sentence: String { text + details.map { $0.separator + $0.text }.joined() }

    /// As much of it as fits.
    func sentence(within width: Int) -> String {
        var result = text
        for detail in details {
            let longer = result + detail.separator + detail.text
            if DisplayWidth.columns(of: longer) <= width { result = longer }
        }
        return result
    }

    /// The verdict on facts: the first that applies, the gravest first.
    init(_ facts: VerdictFacts) {
        self =
            Self.closing(facts) ?? Self.feeding(facts) ?? Self.outOfReach(facts) ?? Self.running(facts)
            ?? Self.notReady(facts) ?? Self.operating(facts) ?? Self.ended(facts) ?? Self.idle(facts)
    }

    private static func closing(_ facts: VerdictFacts) -> Verdict? {
        guard facts.isClosing else { return nil }
        return Verdict(.busy, "cleaning up", [(": ", "models of the run are unloaded"), (" — ", "q ends at once")])
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
            return Verdict(.attention, "\(feed.name): no event came", ending.loss.map { [(", ", $0)] } ?? [])
        }
    }

    private static func outOfReach(_ facts: VerdictFacts) -> Verdict? {
        // A run goes on where one server answers.
        if facts.run != nil, facts.servers.contains(where: { $0.state == .ready }) { return nil }
        for server in facts.servers {
            guard case .unreachable(let reason, let hint) = server.state else { continue }
            let others = facts.servers.contains { $0.state == .ready }
            return Verdict(
                others ? .attention : .failed, "\(server.name) unreachable: \(reason)",
                hint.isEmpty ? [] : [(" — ", hint)])
        }
        return nil
    }

    private static func running(_ facts: VerdictFacts) -> Verdict? {
        guard let run = facts.run else { return nil }
        let place = "step \(run.step)/\(run.steps)"
        if run.isStopping { return Verdict(.busy, "stopping \(run.chain) at \(place)") }
        let free: [(separator: String, text: String)] =
            facts.freeBytes.map { [(", ", "\(ByteCount.text($0)) free")] } ?? []
        switch run.activity {
        case .loading(let model, let load, let seconds):
            return loading(model, load, seconds: seconds, run: run, place: place, free: free)
        case .unloading(let model, let reason, let seconds):
            return Verdict(
                .attention, "\(place) waits: \(model.short) is unloading, \(RunningTime.passed(seconds))",
                [("; ", reason)] + free)
        case .reading(let seconds):
            return Verdict(
                seconds > 60 ? .attention : .busy, "\(place) reads its prompt, \(RunningTime.passed(seconds))", free)
        case .thinking, .writing:
            let verb = run.activity == .thinking ? "thinks" : "writes"
            let rate = run.tokensPerSecond.map { ", ~\(Count.whole($0)) tokens/s" } ?? ""
            let others = facts.servers.first { $0.state != .ready }.map { "\($0.name) is silent" }
            return Verdict(
                .fine, "\(place) \(verb)\(rate)",
                [(", ", "~\(run.tokens) so far")] + free + (others.map { [("; ", $0)] } ?? []))
        case .silent(let seconds):
            return Verdict(
                .attention, "\(place) has written nothing for \(RunningTime.passed(seconds))",
                [("; ", "~\(run.tokens) tokens so far"), (" — ", "s stops it")])
        case .calling(let tool, let seconds):
            return Verdict(
                seconds > 60 ? .attention : .fine, "\(place) waits for \(tool), \(RunningTime.passed(seconds))", free)
        case .working(let seconds): return Verdict(.fine, "\(place) runs a command, \(RunningTime.passed(seconds))")
        case .between, .over: return Verdict(.fine, "\(run.chain): \(place) is about to begin", free)
        }
    }

    private static func loading(
        _ model: ModelName, _ load: LiveRun.Load, seconds: Double, run: VerdictFacts.Run, place: String,
        free: [(separator: String, text: String)]
    ) -> Verdict {
        var text = "\(model.short) loads for \(place)"
        if let fraction = load.fraction {
            text += ": \(load.isInferred ? "~" : "")\(Count.whole(fraction * 100)) %"
        } else {
            text += ": \(RunningTime.passed(seconds))"
        }
        var details: [(separator: String, text: String)] = []
        if let expected = load.expectedSeconds {
            let left = expected - seconds
            text += left > 0 ? ", about \(RunningTime.left(left)) left" : ", usually \(Seconds.text(expected))"
        }
        if let departed = run.departed, departed != model {
            details.append(("; ", "\(departed.short) left for it"))
        }
        return Verdict(.attention, text, details + free)
    }

    private static func notReady(_ facts: VerdictFacts) -> Verdict? {
        for server in facts.servers {
            switch server.state {
            case .stale:
                let age = server.age.map { " for \(RunningTime.passed($0))" } ?? ""
                return Verdict(
                    .attention, "\(server.name) has not answered\(age)", [("; ", "what is shown is its last reading")])
            case .starting:
                let reason = server.provider == .ollama ? "Ollama looks for its GPUs" : "it is starting"
                return Verdict(
                    .busy, "\(server.name) is starting",
                    [(": ", reason), (", ", "it accepts connections and answers soon")])
            default: continue
            }
        }
        if !facts.servers.isEmpty, facts.servers.allSatisfy({ $0.state == .connecting }) {
            return Verdict(.busy, "connecting to \(facts.servers.map(\.url).joined(separator: ", "))")
        }
        return nil
    }

    private static func operating(_ facts: VerdictFacts) -> Verdict? {
        guard let first = facts.operations.first else { return nil }
        let time = RunningTime.passed(first.seconds)
        let free: [(separator: String, text: String)] =
            facts.freeBytes.map { [(", ", "\(ByteCount.text($0)) free")] } ?? []
        switch first.operation {
        case .load(let server, let model):
            return Verdict(.busy, "\(model.short) loads on \(server), \(time)", free)
        case .unload(_, let model): return Verdict(.busy, "\(model.short) is unloading, \(time)", free)
        case .unloadAll(let server): return Verdict(.busy, "every model of \(server) is unloading, \(time)", free)
        case .pull(let server, let model):
            let percent = first.fraction.map { ": \(Count.whole($0 * 100)) %" } ?? ", \(time)"
            return Verdict(
                .busy, "pulling \(model.short) to \(server)\(percent)", first.status.map { [(", ", $0)] } ?? [])
        case .delete(let server, let model): return Verdict(.busy, "deleting \(model.short) from \(server)")
        case .keepAlive(_, let model): return Verdict(.busy, "setting how long \(model.short) stays")
        case .startRun: return Verdict(.busy, "the chain is starting")
        }
    }

    private static func ended(_ facts: VerdictFacts) -> Verdict? {
        guard let ending = facts.ending else { return nil }
        let time = Seconds.clock(ending.seconds)
        let again: [(separator: String, text: String)] =
            facts.isReadOnly || facts.feed != nil ? [] : [(" — ", "r runs another")]
        if let loss = ending.loss {
            return Verdict(
                .attention, "\(ending.chain): \(loss)",
                ending.step.map { [(", ", "the last that was heard is of step \($0)")] } ?? [])
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
                (ending.error.map { [(": ", $0)] } ?? []) + again)
        case .cancelled, nil: return Verdict(.attention, "\(ending.chain) was stopped after \(time)", again)
        }
    }

    private static func idle(_ facts: VerdictFacts) -> Verdict {
        if facts.isPaused { return Verdict(.attention, "paused", [(": ", "Space goes on polling")]) }
        if facts.servers.isEmpty {
            return Verdict(.attention, "no server is configured", [(" — ", "start with --server URL")])
        }
        let keys =
            facts.isReadOnly
            ? "read-only: ? shows every key"
            : facts.loadedCount == 0
                ? (facts.canLoad ? "l loads a model, " : "") + "r runs a chain"
                : "r runs a chain" + (facts.canUnload ? ", u unloads" : "")
        let free: [(separator: String, text: String)] =
            facts.freeBytes.map { [(", ", "\(ByteCount.text($0)) free")] } ?? []
        let text =
            facts.loadedCount == 0
            ? "idle: no model in memory" : "idle: \(Count.text(facts.loadedCount, "model")) in memory"
        return Verdict(.idle, text, free + [(" — ", keys)])
    }
}
