extension PlanningWorld {
    /// In which order models are given up to make room.
    enum VictimOrder {
        /// Farthest next use first, of these the larger first.
        case farthest
        /// What will not be used again first, then what is quickest to load again.
        case cheapest
        /// As they stand in memory: what was used longest ago first. Nothing is given back.
        case oldest
    }

    /// What leaves memory so that a model can be loaded.
    /// - Parameters:
    ///   - model: what is to be loaded.
    ///   - present: what is in memory or on its way.
    ///   - keeping: what must stay beside it.
    ///   - step: the first step that counts for the next use of what is in memory.
    ///   - limit: what is used in this step or before must stay.
    /// - Returns: the models, in the order in which they leave; `nil` when that does not make enough room.
    func victims(
        for model: Int, among present: [Int], keeping: Int?, from step: Int, usedBehind limit: Int = -1,
        order: VictimOrder = .farthest
    ) -> [Int]? {
        var occupied = occupancy(of: present)
        guard !admits(model, beside: occupied) else { return [] }
        var leaving: [Int] = []
        for candidate in sorted(present.filter { models[$0].canLeave && $0 != keeping }, by: order, from: step) {
            guard nextUse(of: candidate, from: step) > limit else {
                if order == .farthest { return nil }
                continue
            }
            remove(candidate, from: &occupied)
            leaving.append(candidate)
            if admits(model, beside: occupied) { break }
        }
        guard admits(model, beside: occupied) else { return nil }
        guard order != .oldest else { return leaving }
        // Give back what was not needed in the end, the one that is needed soonest first.
        let soonest = leaving.sorted {
            (nextUse(of: $0, from: step), -models[$0].load, $0) < (nextUse(of: $1, from: step), -models[$1].load, $1)
        }
        for candidate in soonest {
            var tried = occupied
            add(candidate, to: &tried)
            guard admits(model, beside: tried) else { continue }
            occupied = tried
            leaving.removeAll { $0 == candidate }
        }
        return leaving
    }

    /// What leaves when a step cannot go on without a model: what `victims` says, else everything that may leave.
    func demandVictims(
        for model: Int, among present: [Int], from step: Int, order: VictimOrder = .farthest
    ) -> [Int] {
        victims(for: model, among: present, keeping: nil, from: step, order: order)
            ?? present.filter { models[$0].canLeave }
    }

    private func sorted(_ candidates: [Int], by order: VictimOrder, from step: Int) -> [Int] {
        switch order {
        case .oldest: return candidates
        case .farthest:
            return candidates.sorted {
                let left = nextUse(of: $0, from: step)
                let right = nextUse(of: $1, from: step)
                return (-left, -models[$0].bytes, $0) < (-right, -models[$1].bytes, $1)
            }
        case .cheapest:
            func price(_ model: Int) -> Int64 {
                nextUse(of: model, from: step) == Self.never ? 0 : models[model].load
            }
            return candidates.sorted { (price($0), -models[$0].bytes, $0) < (price($1), -models[$1].bytes, $1) }
        }
    }
}
