extension PlanRecorder {
    /// One model of the chain at a time. With `keepsSame` it stays when the next step with a model uses it as well.
    static func oneAtATime(_ world: PlanningWorld, keepsSame: Bool) -> PlanRecorder {
        func isOurs(_ model: Int) -> Bool { world.models[model].canLeave && !world.models[model].isStranger }
        var recorder = PlanRecorder(world)
        let last = world.uses.lastIndex { $0 != nil }
        var isFirst = true
        for (index, use) in world.uses.enumerated() {
            recorder.begin()
            if let use {
                for other in recorder.residents.filter(isOurs) where other != use || !(keepsSame || isFirst) {
                    recorder.evict(other)
                }
                recorder.bring(use) { recorder in
                    let ours = recorder.residents.filter(isOurs)
                    let strangers = recorder.residents.filter { !isOurs($0) }
                    return ours + world.demandVictims(for: use, among: strangers, from: index + 1)
                }
                isFirst = false
            }
            recorder.run()
            if let use, index == last, isOurs(use) { recorder.unloadAfter(use) }
        }
        return recorder
    }

    /// Models stay until another needs the room; the one that was used longest ago leaves first.
    static func leastRecentlyUsed(_ world: PlanningWorld) -> PlanRecorder {
        var recorder = PlanRecorder(world)
        for (index, use) in world.uses.enumerated() {
            recorder.begin()
            if let use {
                recorder.bring(use) { recorder in
                    world.demandVictims(for: use, among: recorder.residents, from: index + 1, order: .oldest)
                }
            }
            recorder.run()
        }
        return recorder
    }

    /// The rule of thumb for chains that are too long for an exact plan: what is needed again last leaves first, larger
    /// ones before smaller ones, nothing leaves without need; and while a step runs, the next missing model is loaded
    /// if only models that are needed later than it have to leave.
    static func farthestNextUse(_ world: PlanningWorld, prefetches: Bool) -> PlanRecorder {
        var recorder = PlanRecorder(world)
        for (index, use) in world.uses.enumerated() {
            recorder.begin()
            if let use {
                recorder.bring(use) { recorder in
                    world.demandVictims(for: use, among: recorder.residents, from: index + 1)
                }
            }
            recorder.run { recorder in
                guard prefetches, let next = world.nextMissing(behind: index, present: recorder.residents),
                    let evict = world.victims(
                        for: next, among: recorder.residents, keeping: use, from: index + 1,
                        usedBehind: world.nextUse(of: next, from: index + 1))
                else { return nil }
                return Prefetch(model: next, evict: evict)
            }
        }
        return recorder
    }

    /// Makes a step's model present: waits for a load under way, unloads what has to leave, loads.
    mutating func bring(_ model: Int, evicting victims: (PlanRecorder) -> [Int]) {
        guard !residents.contains(model) else { return }
        let isComing = flight?.model == model
        awaitFlight()
        guard !isComing else { return }
        for victim in victims(self) { evict(victim) }
        load()
    }
}

extension PlanningWorld {
    /// The first model that a later step uses and that is not in memory.
    func nextMissing(behind step: Int, present: [Int]) -> Int? {
        for use in uses.dropFirst(step + 1) {
            if let use, !present.contains(use) { return use }
        }
        return nil
    }
}
