/// A plan: for every step what leaves memory, what is loaded and when, how long the step waits, and why.
public struct ResidencySchedule: Equatable, Sendable {
    /// A load that begins while a step runs, for a later step.
    public struct Prefetch: Equatable, Sendable {
        /// The model that is loaded.
        public var model: ModelName
        /// What leaves memory for it, before the load begins.
        public var evict: [ModelName]

        /// A load ahead of its step.
        public init(model: ModelName, evict: [ModelName] = []) {
            self.model = model
            self.evict = evict
        }
    }

    /// The plan for one step.
    public struct Step: Equatable, Sendable {
        /// The step, counted from 1.
        public var number: Int
        /// The model that it uses; `nil` for a step without one.
        public var model: ModelName?
        /// A load under way that is given up when the step begins.
        public var abandon: ModelName?
        /// What leaves memory before the step's own model is loaded.
        public var evict: [ModelName]
        /// The model that is loaded when the step begins: its own, or none when that is there or on its way.
        public var load: ModelName?
        /// The loads that begin while the step runs, one after another. A load that is still under way when the step
        /// ends goes on.
        public var prefetch: [Prefetch]
        /// What leaves memory after the step, while nothing else happens.
        public var unloadAfter: [ModelName]
        /// How long the step waits for models that come or go, in seconds.
        public var stallSeconds: Double
        /// Why, in one sentence.
        public var why: String

        /// The plan for one step.
        public init(
            number: Int, model: ModelName?, abandon: ModelName? = nil, evict: [ModelName] = [], load: ModelName? = nil,
            prefetch: [Prefetch] = [], unloadAfter: [ModelName] = [], stallSeconds: Double = 0, why: String = ""
        ) {
            self.number = number
            self.model = model
            self.abandon = abandon
            self.evict = evict
            self.load = load
            self.prefetch = prefetch
            self.unloadAfter = unloadAfter
            self.stallSeconds = stallSeconds
            self.why = why
        }

        /// Everything that leaves memory or is given up in this step, in order.
        public var departures: [ModelName] {
            (abandon.map { [$0] } ?? []) + evict + prefetch.flatMap(\.evict) + unloadAfter
        }
    }

    /// The policy that the plan follows.
    public var policy: PlanningPolicy
    /// The plan of every step.
    public var steps: [Step]
    /// How long all steps wait for models together, in seconds.
    public var stallSeconds: Double
    /// How many loads begin.
    public var loads: Int
    /// The most memory that the chain's models take at one time, in bytes; `nil` when a size is unknown.
    public var peakVRAMBytes: Int64?
    /// Whether no plan with less waiting exists. Only `planned` looks for one; a chain that is too large for that gets
    /// a good plan.
    public var isOptimal: Bool
    /// What holds for the plan as a whole: sizes that are not known, models that will not fit.
    public var notes: [String]

    /// A plan.
    public init(
        policy: PlanningPolicy, steps: [Step], stallSeconds: Double = 0, loads: Int = 0, peakVRAMBytes: Int64? = nil,
        isOptimal: Bool = false, notes: [String] = []
    ) {
        self.policy = policy
        self.steps = steps
        self.stallSeconds = stallSeconds
        self.loads = loads
        self.peakVRAMBytes = peakVRAMBytes
        self.isOptimal = isOptimal
        self.notes = notes
    }
}

extension ResidencySchedule {
    /// The plan in one sentence: from which step on it holds, how much it loads, and how long steps will wait.
    public var summary: String {
        let count = loads == 1 ? "1 load" : "\(loads) loads"
        let ahead = steps.reduce(0) { $0 + $1.prefetch.count }
        let early = ahead == 0 ? "" : ", \(ahead) of them while a step runs"
        let start = (steps.first?.number ?? 1) > 1 ? "from step \(steps.first?.number ?? 1) on " : ""
        return "\(policy.rawValue): \(start)\(count)\(early), steps wait about \(Seconds.text(stallSeconds)) in all"
    }

    /// Whether another plan moves the same models at the same moments, whatever it reckons that this takes.
    public func moves(like other: ResidencySchedule) -> Bool {
        let others = Dictionary(other.steps.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        return policy == other.policy
            && steps.allSatisfy { step in
                guard let same = others[step.number] else { return false }
                return step.abandon == same.abandon && step.evict == same.evict && step.load == same.load
                    && step.prefetch == same.prefetch && step.unloadAfter == same.unloadAfter
            }
    }

    /// Adds what another server does in the same steps.
    fileprivate mutating func add(_ other: ResidencySchedule) {
        stallSeconds += other.stallSeconds
        loads += other.loads
        peakVRAMBytes = peakVRAMBytes.flatMap { peak in other.peakVRAMBytes.map { peak + $0 } }
        isOptimal = isOptimal && other.isOptimal
        notes += other.notes.filter { !notes.contains($0) }
        for (index, step) in other.steps.enumerated() where steps.indices.contains(index) {
            if step.model != nil {
                steps[index].model = step.model
                steps[index].why = step.why
            }
            steps[index].abandon = steps[index].abandon ?? step.abandon
            steps[index].evict += step.evict
            steps[index].load = steps[index].load ?? step.load
            steps[index].prefetch += step.prefetch
            steps[index].unloadAfter += step.unloadAfter
            steps[index].stallSeconds += step.stallSeconds
        }
    }
}

extension ResidencySchedule: Encodable {
    private enum CodingKeys: String, CodingKey {
        case policy, stallSeconds = "predicted_stall_seconds", loads, peakVRAMBytes = "peak_vram_bytes", steps
    }

    /// Writes the keys of a policy in `plan --json`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(policy, forKey: .policy)
        try container.encode(stallSeconds, forKey: .stallSeconds)
        try container.encode(loads, forKey: .loads)
        try container.encode(peakVRAMBytes, forKey: .peakVRAMBytes)
        try container.encode(steps, forKey: .steps)
    }
}

extension ResidencySchedule.Step: Encodable {
    private enum CodingKeys: String, CodingKey {
        case number = "step", model, evict, load, prefetch, stallSeconds = "predicted_stall_seconds", why
    }

    /// Writes the keys of a step in `plan --json`: `evict` and `prefetch` are lists of names, `load` a name or `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(number, forKey: .number)
        try container.encode(model?.short, forKey: .model)
        try container.encode(departures.map(\.short), forKey: .evict)
        try container.encode(load?.short, forKey: .load)
        try container.encode(prefetch.map(\.model.short), forKey: .prefetch)
        try container.encode(stallSeconds, forKey: .stallSeconds)
        try container.encode(why, forKey: .why)
    }
}

/// The plans of several policies for one chain, as `plan --json` prints them.
public struct ResidencyComparison: Equatable, Sendable, Encodable {
    private enum CodingKeys: String, CodingKey {
        case capacityBytes = "capacity_bytes", policies
    }

    /// The memory that was planned with, in bytes; `nil` when unknown.
    public var capacityBytes: Int64?
    /// The plan of each policy.
    public var policies: [ResidencySchedule]

    /// A comparison.
    public init(capacityBytes: Int64?, policies: [ResidencySchedule]) {
        self.capacityBytes = capacityBytes
        self.policies = policies
    }

    /// The plans for a chain that several servers run, as one: each step as the server plans it that runs it, what the
    /// others do meanwhile beside it, and the sums. The capacity is all of the memory together.
    public static func merging(_ comparisons: [ResidencyComparison]) -> ResidencyComparison {
        guard var merged = comparisons.first, comparisons.count > 1 else {
            return comparisons.first ?? ResidencyComparison(capacityBytes: nil, policies: [])
        }
        for other in comparisons.dropFirst() {
            merged.capacityBytes = merged.capacityBytes.flatMap { sum in other.capacityBytes.map { sum + $0 } }
            for (index, plan) in other.policies.enumerated() where merged.policies.indices.contains(index) {
                merged.policies[index].add(plan)
            }
        }
        return merged
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(capacityBytes, forKey: .capacityBytes)
        try container.encode(policies, forKey: .policies)
    }
}
