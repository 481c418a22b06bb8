/// The least stall that the rest of a plan can have, whatever it does.
///
/// Two reasons, of which the stronger counts. Loads go one at a time: when the models that are missing until some step
/// take longer to load than the steps before it run, the difference is stall. And where two steps in a row use models
/// that can never be in memory together, the second is loaded, and the first unloaded, while nothing runs.
struct PlanBound {
    private let world: PlanningWorld
    /// How many steps the first reason looks ahead.
    private let horizon: Int
    /// The stall of the second reason from each step on.
    private let forced: [Int64]

    init(_ world: PlanningWorld, horizon: Int) {
        self.world = world
        self.horizon = horizon
        var forced = [Int64](repeating: 0, count: world.uses.count + 1)
        for step in world.uses.indices.reversed() {
            forced[step] = forced[step + 1] + Self.forcedStall(at: step, world)
        }
        self.forced = forced
    }

    private static func forcedStall(at step: Int, _ world: PlanningWorld) -> Int64 {
        guard step > 0, let now = world.uses[step], let before = world.uses[step - 1], now != before else { return 0 }
        let staying = world.residents.filter { !world.models[$0].canLeave }
        let beginning = world.residents + (world.flight.map { [$0.model] } ?? [])
        guard !staying.contains(now), !(beginning.contains(now) && beginning.contains(before)) else { return 0 }
        let others = staying.filter { $0 != before }
        if world.admits(now, beside: world.occupancy(of: others + [before])) { return 0 }
        if world.admits(before, beside: world.occupancy(of: staying.filter { $0 != now } + [now])) { return 0 }
        return world.models[now].load + (world.models[before].canLeave ? world.models[before].unload : 0)
    }

    /// The least stall from a state on, in microseconds.
    func stall(from step: Int, _ state: PlanSearch.State) -> Int64 {
        var seen = state.members
        var work: Int64 = 0
        var time: Int64 = 0
        var least: Int64 = 0
        for index in step..<min(world.uses.count, step + horizon) {
            if let use = world.uses[index], seen & 1 << UInt64(use) == 0 {
                seen |= 1 << UInt64(use)
                work += use == state.flight ? min(state.left, world.models[use].load) : world.models[use].load
                least = max(least, work - time)
            }
            time += world.runs[index]
        }
        let next = step + 1 < forced.count ? forced[step + 1] : 0
        return max(least, next)
    }
}
