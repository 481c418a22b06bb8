import PromptChainCore

/// The least stall that any plan can have, counted out without short cuts: every load ahead at every moment when no
/// load is under way, every smallest set of models that makes room, and at each step with a missing model both to wait
/// for the load under way and to give it up. Knows small problems only: at most 16 models, with times that are whole
/// milliseconds. Shares nothing with the planner.
final class ExactPlanSearch {
    private struct Key: Hashable {
        var step: Int
        var held: Int
        var coming: Int
        var rest: Int
        /// What is left of the running step; -1 before it runs.
        var left: Int
    }

    private let names: [ModelName]
    private let bytes: [Int64]
    private let loads: [Int]
    private let unloads: [Int]
    private let uses: [Int?]
    private let runs: [Int]
    private let memory: PlanningMemory
    private let first: Int
    private var known: [Key: Int] = [:]

    init(_ problem: PlanningProblem) {
        let names = problem.models.map(\.name)
        self.names = names
        bytes = problem.models.map { $0.vramBytes ?? 0 }
        loads = problem.models.map { Int(($0.loadSeconds * 1000).rounded()) }
        unloads = problem.models.map { Int(($0.unloadSeconds * 1000).rounded()) }
        uses = problem.steps.map { step in step.model.flatMap { names.firstIndex(of: $0) } }
        runs = problem.steps.map { Int(($0.seconds * 1000).rounded()) }
        memory = problem.memory
        first = problem.residents.reduce(0) { set, resident in
            set | 1 << (names.firstIndex(of: resident.model) ?? 15)
        }
    }

    /// In seconds.
    func leastStall() -> Double { Double(before(0, held: first, coming: -1, rest: 0)) / 1000 }

    private func before(_ step: Int, held: Int, coming: Int, rest: Int) -> Int {
        guard step < uses.count else { return 0 }
        let key = Key(step: step, held: held, coming: coming, rest: rest, left: -1)
        if let known = known[key] { return known }
        var best = Int.max
        if let use = uses[step], held >> use & 1 == 0 {
            if coming == use {
                best = rest + during(step, held: held | 1 << use, coming: -1, rest: 0, left: runs[step])
            } else {
                best = loading(use, step: step, held: held, waited: 0)
                if coming >= 0 {
                    best = min(best, loading(use, step: step, held: held | 1 << coming, waited: rest))
                }
            }
        } else {
            best = during(step, held: held, coming: coming, rest: rest, left: runs[step])
        }
        known[key] = best
        return best
    }

    private func loading(_ use: Int, step: Int, held: Int, waited: Int) -> Int {
        var best = Int.max
        for leaving in smallestSets(held, keeping: nil, for: use) {
            let cost = waited + loads[use] + unloadTime(leaving)
            let rest = during(step, held: held & ~leaving | 1 << use, coming: -1, rest: 0, left: runs[step])
            best = min(best, cost + rest)
        }
        return best
    }

    private func during(_ step: Int, held: Int, coming: Int, rest: Int, left: Int) -> Int {
        if coming >= 0 {
            if rest > left { return before(step + 1, held: held, coming: coming, rest: rest - left) }
            return during(step, held: held | 1 << coming, coming: -1, rest: 0, left: left - rest)
        }
        let key = Key(step: step, held: held, coming: -1, rest: 0, left: left)
        if let known = known[key] { return known }
        var best = before(step + 1, held: held, coming: -1, rest: 0)
        if left > 0 {
            for model in Set(uses.dropFirst(step + 1).compactMap(\.self)) where held >> model & 1 == 0 {
                for leaving in smallestSets(held, keeping: uses[step], for: model) {
                    let time = loads[model] + unloadTime(leaving)
                    best = min(best, during(step, held: held & ~leaving, coming: model, rest: time, left: left))
                }
            }
        }
        known[key] = best
        return best
    }

    private func unloadTime(_ set: Int) -> Int { unloads.indices.reduce(0) { $0 + (set >> $1 & 1) * unloads[$1] } }

    private func admits(_ model: Int, beside set: Int) -> Bool {
        if set == 0 { return true }
        let used = bytes.indices.reduce(Int64(0)) { $0 + (set >> $1 & 1 == 1 ? bytes[$1] : 0) }
        if let cap = memory.maxModels, set.nonzeroBitCount >= cap { return false }
        if let cap = memory.admission.maxModels, set.nonzeroBitCount >= cap { return false }
        let capacity = memory.capacityBytes ?? 0
        return used + bytes[model] <= capacity - memory.marginBytes - memory.othersBytes
            && Double(bytes[model]) <= memory.admission.freeShare * Double(capacity - memory.othersBytes - used)
    }

    private func smallestSets(_ held: Int, keeping: Int?, for model: Int) -> [Int] {
        let free = keeping.map { held & ~(1 << $0) } ?? held
        var sets: [Int] = []
        var set = free
        // Counts down through the subsets of `free`.
        while true {
            let isEnough = admits(model, beside: held & ~set)
            let isSmallest = bytes.indices.allSatisfy {
                set >> $0 & 1 == 0 || !admits(model, beside: held & ~set | 1 << $0)
            }
            if isEnough, isSmallest { sets.append(set) }
            if set == 0 { return sets }
            set = (set - 1) & free
        }
    }
}
