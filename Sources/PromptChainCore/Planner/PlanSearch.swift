/// Looks for the plan with the least waiting: a dynamic programme over what is in memory, step by step, with one load
/// under way at most.
///
/// A state is a step about to begin, the models in memory, the load under way and what is left of it. At a step whose
/// model is missing, the load under way is waited for or given up, one of the smallest sets of models that makes room
/// leaves, and the model is loaded. While a step runs, any missing model that a later step uses may be loaded once a
/// smallest set of others has left; further ones follow as long as the step lasts. States that cannot lead to a plan
/// as good as a known one are dropped. Bounded by a number of states, not by time, so that a plan is the same on every
/// machine.
///
/// Source: general caching with prefetching as an integer programme over steps; Albers, Garg, Leonardi, J. ACM 47(6),
/// 2000, for one disk.
struct PlanSearch {
    /// How far a search goes.
    struct Limits {
        /// The most states that are looked at, all in all: an exact search gives up beyond them, a narrow one shares
        /// them out among the steps.
        var states: Int
        /// The most states that are kept for a step; `nil` for all of them, which makes the result exact.
        var width: Int?
        /// How many missing models are thought of for a load ahead; `nil` for all.
        var candidates: Int?

        /// An exact search.
        static let exact = Limits(states: 60_000)
        /// A search that keeps only the most promising states.
        static let narrow = Limits(states: 40_000, width: 64, candidates: 3)
    }

    /// What a plan costs: microseconds of stall first, then loads and departures.
    struct Cost: Comparable {
        var stall: Int64
        var moves: Int32

        static func < (left: Cost, right: Cost) -> Bool {
            left.stall != right.stall ? left.stall < right.stall : left.moves < right.moves
        }
    }

    /// Models in memory, a bit each; the load under way, -1 for none; and what is left of it.
    struct State: Hashable {
        var members: UInt64
        var flight: Int = -1
        var left: Int64 = 0
    }

    /// How a step begins: what is done before it runs.
    struct Beginning {
        var abandons = false
        var evict: UInt64 = 0
        var loads = false
    }

    /// A state that was reached, and how.
    struct Label {
        var state: State
        var cost: Cost
        /// The label before it, in the layer of the step before.
        var parent: Int
        var beginning = Beginning()
        /// The last load ahead of the step before, in `chains`; -1 for none.
        var prefetch: Int = -1
    }

    /// A load ahead and the one before it in the same step.
    struct Link {
        var model: Int
        var evict: UInt64
        var previous: Int
    }

    let world: PlanningWorld
    let limits: Limits
    /// A stall that a plan is known for: what cannot do as well is dropped.
    let known: Int64
    let bound: PlanBound
    var layers: [[Label]] = []
    var links: [Link] = []
    var looked = 0
    var evictions: [EvictionKey: [Eviction]] = [:]
    /// Whether an exact search has looked at more states than it may.
    var isExhausted: Bool { limits.width == nil && looked > limits.states }

    /// A search; `nil` when there are more models than it can tell apart.
    init?(_ world: PlanningWorld, limits: Limits, known: Int64) {
        guard world.models.count <= 64 else { return nil }
        self.world = world
        self.limits = limits
        self.known = known
        bound = PlanBound(world, horizon: limits.width == nil ? 64 : 32)
    }

    /// Where the search begins.
    private var start: State {
        var state = State(members: world.residents.reduce(0) { $0 | 1 << UInt64($1) })
        if let flight = world.flight {
            state.flight = flight.model
            state.left = flight.left
        }
        return state
    }

    /// No plan has less stall than this, in microseconds.
    var least: Int64 { bound.stall(from: 0, start) }

    /// Searches.
    /// - Returns: the best plan, carried out; `nil` when the states did not suffice, or no plan is as good as the known
    ///   one.
    mutating func plan() -> PlanRecorder? {
        layers = [[Label(state: start, cost: Cost(stall: 0, moves: 0), parent: -1)]]
        for step in world.uses.indices {
            guard let last = layers.last, !last.isEmpty, !isExhausted else { return nil }
            layers.append(expand(last, step: step))
        }
        guard !isExhausted, let last = layers.last,
            let best = last.indices.min(by: { last[$0].cost < last[$1].cost })
        else { return nil }
        return carryOut(endingAt: best)
    }

    /// Follows the labels back to the beginning and carries out what they stand for.
    private func carryOut(endingAt best: Int) -> PlanRecorder {
        var path: [Label] = []
        var place = best
        for layer in layers.dropFirst().reversed() {
            path.append(layer[place])
            place = layer[place].parent
        }
        var recorder = PlanRecorder(world)
        for label in path.reversed() {
            recorder.begin()
            carryOut(label.beginning, in: &recorder)
            var ahead: [PlanRecorder.Prefetch] = []
            var link = label.prefetch
            while link >= 0 {
                ahead.append(.init(model: links[link].model, evict: Self.members(links[link].evict)))
                link = links[link].previous
            }
            // The recorder asks once for each load, in the order in which they begin.
            let count = ahead.count
            recorder.run { recorder in
                let begun = recorder.entries[recorder.index].prefetched.count
                return begun < count ? ahead[count - 1 - begun] : nil
            }
        }
        return recorder
    }

    private func carryOut(_ beginning: Beginning, in recorder: inout PlanRecorder) {
        guard let model = world.uses[recorder.index], !recorder.residents.contains(model) else { return }
        if beginning.abandons { recorder.abandonFlight() }
        recorder.awaitFlight()
        for victim in Self.members(beginning.evict) { recorder.evict(victim) }
        if beginning.loads { recorder.load() }
    }

    static func members(_ set: UInt64) -> [Int] {
        var members: [Int] = []
        var rest = set
        while rest != 0 {
            members.append(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
        return members
    }
}
