/// Plans which models are in memory when, before a chain runs and again whenever something turned out differently.
///
/// A plan depends on nothing but the problem: the same problem gives the same plan.
public enum ResidencyPlanner {
    /// The plan of a policy.
    ///
    /// `planned` is exact where the states of the problem can be counted out, and otherwise the best of several good
    /// plans; it never waits longer than `lru` would.
    public static func schedule(_ problem: PlanningProblem, policy: PlanningPolicy) -> ResidencySchedule {
        let world = PlanningWorld(problem)
        switch policy {
        case .strict: return schedule(.oneAtATime(world, keepsSame: false), policy)
        case .sameModel: return schedule(.oneAtATime(world, keepsSame: true), policy)
        case .lru: return schedule(.leastRecentlyUsed(world), policy)
        case .planned:
            let (recorder, isOptimal) = best(world)
            return schedule(recorder, policy, isOptimal: isOptimal)
        }
    }

    /// The plans of several policies, side by side.
    public static func comparison(
        _ problem: PlanningProblem, policies: [PlanningPolicy] = PlanningPolicy.allCases
    ) -> ResidencyComparison {
        ResidencyComparison(
            capacityBytes: problem.memory.capacityBytes,
            policies: policies.map { schedule(problem, policy: $0) })
    }

    /// Whether a server lets a model in beside others, without unloading any of them.
    public static func admits(
        _ model: PlanningModel, beside residents: [PlanningResident], in memory: PlanningMemory
    ) -> Bool {
        let world = PlanningWorld(
            PlanningProblem(
                steps: [PlanningStep(model: model.name, seconds: 0)], models: [model], memory: memory,
                residents: residents))
        guard case .some(.some(let index)) = world.uses.first, !world.residents.contains(index) else { return true }
        return world.admits(index, beside: world.occupancy(of: world.residents))
    }

    /// The best plan that can be found, and whether it is known that there is none with less stall.
    static func best(_ world: PlanningWorld) -> (PlanRecorder, isOptimal: Bool) {
        var best = PlanRecorder.farthestNextUse(world, prefetches: true)
        for other in [
            PlanRecorder.farthestNextUse(world, prefetches: false), PlanRecorder.leastRecentlyUsed(world),
        ] where isBetter(other, than: best) {
            best = other
        }
        guard var exact = PlanSearch(world, limits: .exact, known: best.stall) else { return (best, best.stall == 0) }
        if let found = exact.plan() { return (isBetter(found, than: best) ? found : best, true) }
        if !exact.isExhausted { return (best, true) }
        guard exact.least < best.stall, var narrow = PlanSearch(world, limits: .narrow, known: best.stall) else {
            return (best, exact.least >= best.stall)
        }
        if let found = narrow.plan(), isBetter(found, than: best) { best = found }
        return (best, exact.least >= best.stall)
    }

    private static func isBetter(_ one: PlanRecorder, than other: PlanRecorder) -> Bool {
        (one.stall, one.moves) < (other.stall, other.moves)
    }

    private static func schedule(
        _ recorder: PlanRecorder, _ policy: PlanningPolicy, isOptimal: Bool = false
    ) -> ResidencySchedule {
        let words = PlanWords(recorder, policy: policy)
        let steps = recorder.entries.enumerated().map { index, entry in
            let names = { (models: [Int]) in models.map { recorder.world.models[$0].name } }
            return ResidencySchedule.Step(
                number: recorder.world.firstStep + index, model: entry.model.map { recorder.world.models[$0].name },
                abandon: entry.abandoned.map { recorder.world.models[$0].name }, evict: names(entry.evicted),
                load: entry.loads ? entry.model.map { recorder.world.models[$0].name } : nil,
                prefetch: entry.prefetched.map {
                    .init(model: recorder.world.models[$0.model].name, evict: names($0.evict))
                },
                unloadAfter: names(entry.unloadedAfter), stallSeconds: PlanningWorld.seconds(entry.stall),
                why: words.why(index))
        }
        let isKnown = !recorder.world.models.contains { $0.wanted == nil && !$0.isStranger }
        return ResidencySchedule(
            policy: policy, steps: steps, stallSeconds: PlanningWorld.seconds(recorder.stall), loads: recorder.loads,
            peakVRAMBytes: isKnown ? recorder.peak : nil, isOptimal: isOptimal, notes: words.notes)
    }
}
