/// Carries out a plan in virtual time and writes down what it does. This is the one place that says what a plan costs.
///
/// Loads and unloads that a step waits for count as its stall. One load at a time may go on while steps run: what has
/// to leave for it leaves first, its memory is taken from its start, and a step that needs the model before it is there
/// waits for the rest. Models that stay when the chain ends cost nothing.
struct PlanRecorder {
    /// How a model came to be in memory.
    enum Origin: Equatable {
        case beginning
        /// A step used it.
        case step(Int)
        /// Its load began while a step ran, and ended in that step or a later one.
        case ahead(Int, Int)
    }

    /// A load that goes on while steps run.
    struct Prefetch: Equatable {
        var model: Int
        var evict: [Int] = []
    }

    /// What happens in one step.
    struct Entry {
        var model: Int?
        /// How its model came to be in memory.
        var origin: Origin?
        var abandoned: Int?
        /// A load that was waited for, and how long.
        var awaited: [(model: Int, time: Int64)] = []
        var evicted: [Int] = []
        var loads = false
        var prefetched: [Prefetch] = []
        var unloadedAfter: [Int] = []
        var stall: Int64 = 0
        /// What is in memory, or on its way, when the step begins to run.
        var beside: [Int] = []
        /// What is in memory, or on its way, when the step ends.
        var remains: [Int] = []
    }

    let world: PlanningWorld
    /// What is in memory, the one that was used longest ago first.
    private(set) var residents: [Int]
    private(set) var flight: (model: Int, left: Int64)?
    private(set) var entries: [Entry] = []
    private(set) var loads = 0
    private(set) var peak: Int64 = 0
    private var origins: [Int: Origin] = [:]

    init(_ world: PlanningWorld) {
        self.world = world
        residents = world.residents
        flight = world.flight
        for resident in residents { origins[resident] = .beginning }
        if let flight { origins[flight.model] = .beginning }
        notePeak()
    }

    /// The step that is being planned, counted from 0.
    var index: Int { entries.count - 1 }
    var stall: Int64 { entries.reduce(0) { $0 + $1.stall } }
    /// Loads and departures together: of two plans with the same stall the one that moves less is better.
    var moves: Int {
        entries.reduce(loads) { sum, entry in
            sum + entry.evicted.count + entry.prefetched.reduce(0) { $0 + $1.evict.count } + entry.unloadedAfter.count
        }
    }
    /// What is in memory or on its way.
    var present: [Int] { flight.map { residents + [$0.model] } ?? residents }

    /// Begins the next step.
    mutating func begin() { entries.append(Entry(model: world.uses[entries.count])) }

    /// Gives up the load under way.
    mutating func abandonFlight() {
        entries[index].abandoned = flight?.model
        flight = nil
    }

    /// Waits for the load under way.
    mutating func awaitFlight() {
        guard let flight else { return }
        entries[index].awaited.append((flight.model, flight.left))
        entries[index].stall += flight.left
        land()
    }

    /// Unloads a model while the step waits.
    mutating func evict(_ model: Int) {
        entries[index].evicted.append(model)
        entries[index].stall += world.models[model].unload
        residents.removeAll { $0 == model }
    }

    /// Loads the step's own model while the step waits.
    mutating func load() {
        guard let model = entries[index].model else { return }
        entries[index].loads = true
        entries[index].stall += world.models[model].load
        loads += 1
        origins[model] = .step(index)
        residents.append(model)
        notePeak()
    }

    /// Runs the step. Whenever no load is under way, `next` says which one begins.
    mutating func run(prefetching next: (PlanRecorder) -> Prefetch? = { _ in nil }) {
        if let model = entries[index].model {
            entries[index].origin = origins[model]
            origins[model] = .step(index)
            residents.removeAll { $0 == model }
            residents.append(model)
        }
        entries[index].beside = present
        var left = world.runs[index]
        while true {
            if let flight {
                guard flight.left <= left else {
                    self.flight = (flight.model, flight.left - left)
                    break
                }
                left -= flight.left
                land()
            } else if left > 0, let prefetch = next(self) {
                begin(prefetch)
            } else {
                break
            }
        }
        entries[index].remains = present
    }

    /// Unloads a model behind a step, before anything else happens.
    mutating func unloadAfter(_ model: Int) {
        entries[index].unloadedAfter.append(model)
        entries[index].stall += world.models[model].unload
        residents.removeAll { $0 == model }
    }

    private mutating func begin(_ prefetch: Prefetch) {
        entries[index].prefetched.append(prefetch)
        residents.removeAll { prefetch.evict.contains($0) }
        let unloads = prefetch.evict.reduce(0) { $0 + world.models[$1].unload }
        flight = (prefetch.model, world.models[prefetch.model].load + unloads)
        loads += 1
        origins[prefetch.model] = .ahead(index, index)
        notePeak()
    }

    private mutating func land() {
        guard let flight else { return }
        residents.append(flight.model)
        if case .ahead(let start, _) = origins[flight.model] { origins[flight.model] = .ahead(start, index) }
        self.flight = nil
    }

    private mutating func notePeak() {
        let ours = present.filter { !world.models[$0].isStranger }
        peak = max(peak, ours.reduce(0) { $0 + world.models[$1].bytes })
    }
}
