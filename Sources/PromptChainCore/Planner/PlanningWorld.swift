/// A problem in the form in which plans are reckoned: models by number, times in whole microseconds, so that sums are
/// exact and a plan is the same on every machine.
struct PlanningWorld {
    /// What is in memory, as far as the rules of admission ask.
    struct Occupancy: Equatable {
        var bytes: Int64 = 0
        /// All models.
        var models = 0
        /// The models that count against the chain's own cap.
        var counted = 0
    }

    /// A model, as the reckoning sees it.
    struct Model {
        var name: ModelName
        /// What it takes; no more than there is, since the rest of a model that is too large runs on the CPU.
        var bytes: Int64
        var admitted: Int64
        var load: Int64
        var unload: Int64
        /// The size as it was given; `nil` when unknown.
        var wanted: Int64?
        /// How much of it does not fit in GPU memory even alone.
        var spill: Int64 = 0
        /// Whether the plan may unload it.
        var canLeave = true
        /// Whether it was in memory from the beginning and belongs to somebody else.
        var isStranger = false
    }

    static let never = Int.max

    var models: [Model] = []
    /// The model of each step; `nil` for a step without one.
    var uses: [Int?] = []
    /// How long each step runs.
    var runs: [Int64] = []
    /// What is in memory at the beginning, in the order in which it was given.
    var residents: [Int] = []
    /// The load under way at the beginning.
    var flight: (model: Int, left: Int64)?
    let memory: PlanningMemory
    /// What models may take together; `nil` when unknown.
    let usable: Int64?
    let firstStep: Int
    /// For each step and model the first step from there on that uses the model.
    private(set) var nextUses: [[Int]] = []

    init(_ problem: PlanningProblem) {
        memory = problem.memory
        usable = problem.memory.usableBytes
        firstStep = problem.firstStep
        let described = Dictionary(problem.models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var numbers: [ModelName: Int] = [:]
        func number(_ name: ModelName) -> Int {
            if let known = numbers[name] { return known }
            numbers[name] = models.count
            models.append(Self.model(described[name], named: name))
            return models.count - 1
        }
        uses = problem.steps.map { step in
            step.model.flatMap { $0.isCloud && described[$0] == nil ? nil : number($0) }
        }
        runs = problem.steps.map { Self.microseconds($0.seconds) }
        for resident in problem.residents {
            let index = number(resident.model)
            guard !residents.contains(index) else { continue }
            residents.append(index)
            if let bytes = resident.vramBytes { models[index].wanted = PlanningMemory.bounded(bytes) }
            models[index].isStranger = !resident.isOurs
            models[index].canLeave = resident.isOurs || memory.evictsStrangers
        }
        if let load = problem.load, !residents.contains(number(load.model)) {
            flight = (number(load.model), Self.microseconds(load.remainingSeconds))
        }
        settleSizes()
        settleNextUses()
    }

    private static func model(_ described: PlanningModel?, named name: ModelName) -> Model {
        let load = described?.loadSeconds ?? PlanningAssumption.loadOverheadSeconds
        let unload = described?.unloadSeconds ?? PlanningAssumption.unloadSeconds
        // A load takes some time, however little: without that a plan could go round in circles for nothing.
        return Model(
            name: name, bytes: 0, admitted: PlanningMemory.bounded(described?.admittedBytes ?? 0),
            load: max(1, microseconds(load)), unload: microseconds(unload),
            wanted: described?.vramBytes.map(PlanningMemory.bounded))
    }

    private static func microseconds(_ seconds: Double) -> Int64 {
        seconds.isFinite ? Int64((max(0, min(seconds, 1e8)) * 1e6).rounded()) : 0
    }

    static func seconds(_ microseconds: Int64) -> Double { Double(microseconds) / 1e6 }

    private mutating func settleSizes() {
        guard let usable else {
            for index in models.indices { models[index].bytes = models[index].wanted ?? 0 }
            return
        }
        let staying = residents.filter { !models[$0].canLeave }
        for index in staying { models[index].bytes = models[index].wanted ?? 0 }
        let taken = staying.map { models[$0].bytes }.reduce(0, +)
        let room = min(max(0, usable - taken), memory.largestModelBytes.map(PlanningMemory.bounded) ?? .max)
        for index in models.indices where models[index].canLeave {
            models[index].bytes = min(models[index].wanted ?? room, room)
            models[index].spill = max(0, (models[index].wanted ?? 0) - room)
        }
    }

    private mutating func settleNextUses() {
        var row = [Int](repeating: Self.never, count: models.count)
        var rows = [row]
        for (index, use) in uses.enumerated().reversed() {
            if let use { row[use] = index }
            rows.append(row)
        }
        nextUses = rows.reversed()
    }

    /// The first step at or behind an index that uses a model; `never` when none does.
    func nextUse(of model: Int, from step: Int) -> Int { nextUses[min(step, uses.count)][model] }

    /// What some models take together.
    func occupancy(of members: some Sequence<Int>) -> Occupancy {
        var sum = Occupancy()
        for member in members { add(member, to: &sum) }
        return sum
    }

    func add(_ model: Int, to occupancy: inout Occupancy) {
        occupancy.bytes += models[model].bytes
        occupancy.models += 1
        if models[model].canLeave { occupancy.counted += 1 }
    }

    func remove(_ model: Int, from occupancy: inout Occupancy) {
        occupancy.bytes -= models[model].bytes
        occupancy.models -= 1
        if models[model].canLeave { occupancy.counted -= 1 }
    }

    /// Whether a model can be loaded beside what is in memory.
    func admits(_ model: Int, beside occupied: Occupancy) -> Bool {
        guard occupied.models > 0 else { return true }
        if let cap = memory.maxModels ?? (usable == nil ? 1 : nil), occupied.counted + 1 > max(1, cap) { return false }
        if let cap = memory.admission.maxModels, occupied.models + 1 > max(1, cap) { return false }
        guard let usable, let capacity = memory.capacityBytes else { return true }
        let bytes = models[model].bytes
        guard occupied.bytes + bytes <= usable else { return false }
        guard memory.admission.freeShare < 1 else { return true }
        let free = PlanningMemory.bounded(capacity) - PlanningMemory.bounded(memory.othersBytes) - occupied.bytes
        return Double(max(bytes, models[model].admitted)) <= memory.admission.freeShare * Double(free)
    }
}
