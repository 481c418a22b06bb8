extension PlanSearch {
    /// What the sets of models that make room depend on.
    struct EvictionKey: Hashable {
        var members: UInt64
        var keeping: Int
        var model: Int
        /// The step, where the sets depend on it.
        var step: Int
    }

    /// Models that leave together.
    struct Eviction {
        var set: UInt64
        /// How long they take to leave, in microseconds.
        var time: Int64
        var count: Int32

        init(_ set: UInt64, _ world: PlanningWorld) {
            self.set = set
            time = PlanSearch.members(set).reduce(0) { $0 + world.models[$1].unload }
            count = Int32(set.nonzeroBitCount)
        }
    }

    /// The smallest sets of models whose departure lets a model in: none of a set's members could stay. Empty when no
    /// set does.
    mutating func evictions(from members: UInt64, keeping: Int?, for model: Int, step: Int) -> [Eviction] {
        let isExact = limits.width == nil
        let key = EvictionKey(members: members, keeping: keeping ?? -1, model: model, step: isExact ? -1 : step)
        if let known = evictions[key] { return known }
        let sets =
            isExact
            ? allEvictions(from: members, keeping: keeping, for: model)
            : someEvictions(from: members, keeping: keeping, for: model, step: step)
        let found = sets.map { Eviction($0, world) }
        evictions[key] = found
        return found
    }

    private mutating func allEvictions(from members: UInt64, keeping: Int?, for model: Int) -> [UInt64] {
        let occupied = world.occupancy(of: Self.members(members))
        if world.admits(model, beside: occupied) { return [0] }
        let candidates = Self.members(members).filter { world.models[$0].canLeave && $0 != keeping }
        // The sets grow one candidate at a time: those that let the model in are done, the others go on growing with
        // later candidates.
        var found: [UInt64] = []
        var growing: [(set: UInt64, from: Int, occupied: PlanningWorld.Occupancy)] = [(0, 0, occupied)]
        while let (set, from, occupied) = growing.popLast() {
            looked += 1
            guard !isExhausted else { return found }
            for place in from..<candidates.count {
                let grown = set | 1 << UInt64(candidates[place])
                var rest = occupied
                world.remove(candidates[place], from: &rest)
                if world.admits(model, beside: rest) {
                    if isSmallest(grown, rest: rest, model: model) { found.append(grown) }
                } else {
                    growing.append((grown, place + 1, rest))
                }
            }
        }
        return found.sorted()
    }

    private func isSmallest(_ set: UInt64, rest: PlanningWorld.Occupancy, model: Int) -> Bool {
        Self.members(set).allSatisfy { member in
            var occupied = rest
            world.add(member, to: &occupied)
            return !world.admits(model, beside: occupied)
        }
    }

    // The few sets that are worth a look where all of them would be too many.
    private func someEvictions(from members: UInt64, keeping: Int?, for model: Int, step: Int) -> [UInt64] {
        let present = Self.members(members)
        let orders: [PlanningWorld.VictimOrder] = [.farthest, .cheapest]
        var sets: [UInt64] = []
        func add(_ leaving: [Int]) {
            let set = leaving.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
            if !sets.contains(set) { sets.append(set) }
        }
        for order in orders {
            if let leaving = world.victims(for: model, among: present, keeping: keeping, from: step + 1, order: order) {
                add(leaving)
            }
        }
        guard sets.first != 0 else { return sets }
        let occupied = world.occupancy(of: present)
        let single = present.filter { candidate in
            guard world.models[candidate].canLeave, candidate != keeping else { return false }
            var rest = occupied
            world.remove(candidate, from: &rest)
            return world.admits(model, beside: rest)
        }
        let farthest = single.max { world.nextUse(of: $0, from: step + 1) < world.nextUse(of: $1, from: step + 1) }
        if let farthest { add([farthest]) }
        return sets
    }
}
