/// Says in words why a plan does what it does.
struct PlanWords {
    private let recorder: PlanRecorder
    private let policy: PlanningPolicy
    private var world: PlanningWorld { recorder.world }

    init(_ recorder: PlanRecorder, policy: PlanningPolicy) {
        self.recorder = recorder
        self.policy = policy
    }

    /// The sentence for a step, counted from 0.
    func why(_ index: Int) -> String {
        let entry = recorder.entries[index]
        let clauses =
            departures(entry, at: index) + arrival(entry, at: index) + ahead(entry, at: index)
            + unready(entry, at: index) + ending(entry)
        var sentence = clauses.joined(separator: "; ")
        if let first = sentence.first, !world.models.contains(where: { sentence.hasPrefix($0.name.short) }) {
            sentence = first.uppercased() + sentence.dropFirst()
        }
        return sentence + "."
    }

    /// What holds for the plan as a whole.
    var notes: [String] {
        var notes: [String] = []
        if world.usable == nil {
            let count = world.memory.maxModels ?? 1
            let models = count == 1 ? "one model is" : "\(count) models are"
            notes.append("The capacity is unknown, so that \(models) held at a time.")
        }
        let used = Set(world.uses.compactMap(\.self))
        for (index, model) in world.models.enumerated() {
            let name = model.name.short
            if model.spill > 0, used.contains(index) {
                let fits = ByteCount.text(model.bytes)
                notes.append(
                    "\(name) needs \(ByteCount.text(model.bytes + model.spill)) and \(fits) can be used: it spills, and "
                        + "\(ByteCount.text(model.spill)) of it run on the CPU, slowly.")
            } else if model.wanted == nil, used.contains(index), world.usable != nil {
                notes.append("The size of \(name) is unknown: it is planned as if it took all of the memory.")
            }
            if model.isStranger, !used.contains(index) {
                let size = model.wanted.map { ", \(ByteCount.text($0))," } ?? ""
                let fate = model.canLeave ? "leaves where room is needed" : "stays"
                notes.append("\(name)\(size) was not loaded by the chain and \(fate).")
            }
        }
        return notes
    }

    // MARK: The parts of a sentence

    private func departures(_ entry: PlanRecorder.Entry, at index: Int) -> [String] {
        var clauses: [String] = []
        if let abandoned = entry.abandoned {
            clauses.append("the load of \(name(abandoned)) is given up, since this step needs the room")
        }
        for (model, time) in entry.awaited where model != entry.model {
            clauses.append("the load of \(name(model)) is under way and has to end first (\(duration(time)))")
        }
        if !entry.evicted.isEmpty {
            clauses.append(leaving(entry.evicted, behind: index))
        }
        return clauses
    }

    private func arrival(_ entry: PlanRecorder.Entry, at index: Int) -> [String] {
        guard let model = entry.model else { return ["no model is needed"] }
        var clause: String
        if entry.loads {
            clause = "\(name(model)) is loaded (\(duration(world.models[model].load)))"
        } else if let wait = entry.awaited.first(where: { $0.model == model }) {
            var since = "was loading already"
            if case .ahead(let start, _)? = entry.origin { since = "has been loading since step \(number(start))" }
            clause = "\(name(model)) \(since) and takes \(duration(wait.time)) more"
        } else {
            switch entry.origin {
            case .step(let last): clause = "\(name(model)) is still in memory from step \(number(last))"
            case .ahead(let start, let end): clause = "\(name(model)) was loaded while \(steps(start, end)) ran"
            default: clause = "\(name(model)) was in memory before"
            }
        }
        let spill = world.models[model].spill
        if spill > 0 { clause += " and spills: \(ByteCount.text(spill)) of it run on the CPU" }
        return [clause]
    }

    private func ahead(_ entry: PlanRecorder.Entry, at index: Int) -> [String] {
        entry.prefetched.enumerated().map { place, prefetch in
            let use = world.nextUse(of: prefetch.model, from: index + 1)
            var clause =
                (place == 0 ? "meanwhile " : "then ") + "\(name(prefetch.model)) is loaded for step \(number(use))"
            if !prefetch.evict.isEmpty {
                clause += ", for which \(leaving(prefetch.evict, behind: index))"
            }
            return clause
        }
    }

    // Why the next step's model is not loaded while this one runs.
    private func unready(_ entry: PlanRecorder.Entry, at index: Int) -> [String] {
        guard policy == .planned, let current = entry.model, world.uses.indices.contains(index + 1),
            let next = world.uses[index + 1], !entry.remains.contains(next)
        else { return [] }
        let staying = entry.beside.filter { !world.models[$0].canLeave && $0 != current }
        let occupied = world.occupancy(of: staying + [current])
        guard !world.admits(next, beside: occupied) else {
            guard world.runs[index] > 0 else { return [] }
            return ["\(name(next)) is not loaded ahead: that would cost more later than it saves now"]
        }
        guard let usable = world.usable else { return ["nothing is loaded ahead, since the capacity is unknown"] }
        if occupied.bytes + world.models[next].bytes <= usable {
            return ["\(name(next)) cannot be loaded beside it: the server or a cap on loaded models does not admit it"]
        }
        let sizes = [current, next].map { "\(ByteCount.gib(world.models[$0].bytes))" }.joined(separator: " + ")
        return ["\(name(next)) does not fit beside it (\(sizes) of \(ByteCount.text(usable)))"]
    }

    private func ending(_ entry: PlanRecorder.Entry) -> [String] {
        entry.unloadedAfter.map { "\(name($0)) is unloaded at the end" }
    }

    private func leaving(_ models: [Int], behind index: Int) -> String {
        let verb = models.count == 1 ? "leaves" : "leave"
        let names = Self.list(models.map(name))
        switch policy {
        case .strict: return "\(names) \(verb), since strict unloads after every step"
        case .sameModel: return "\(names) \(verb), since this step uses another model"
        case .lru: return "\(names) \(verb) to make room, as what was used longest ago"
        case .planned:
            let uses = models.map { use(of: $0, behind: index) }
            if Set(uses).count == 1, let use = uses.first { return "\(names) \(verb), \(use)" }
            return Self.list(zip(models, uses).map { "\(name($0)) (\($1))" }) + " \(verb)"
        }
    }

    private func use(of model: Int, behind index: Int) -> String {
        let use = world.nextUse(of: model, from: index + 1)
        return use == PlanningWorld.never ? "not needed again" : "not needed before step \(number(use))"
    }

    private func name(_ model: Int) -> String { world.models[model].name.short }
    private func number(_ index: Int) -> Int { world.firstStep + index }
    private func duration(_ time: Int64) -> String { Seconds.text(PlanningWorld.seconds(time)) }

    private func steps(_ first: Int, _ last: Int) -> String {
        first >= last ? "step \(number(first))" : "steps \(number(first)) to \(number(last))"
    }

    private static func list(_ parts: [String]) -> String {
        guard parts.count > 1, let last = parts.last else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }
}
