import PromptChainCore

/// Problems for tests, in short: sizes in GB, one letter a model and a step.
enum PlanningSample {
    /// A problem. Loads take 1.5 s and the time to read the weights at 3 GB/s, unloads 0.7 s.
    /// - Parameters:
    ///   - sequence: one letter a step; `.` for a step without a model.
    ///   - sizes: in GB.
    ///   - capacity: in GB.
    ///   - seconds: how long each step runs.
    static func problem(
        _ sequence: String, sizes: [String: Double], capacity: Double?, seconds: Double = 10
    ) -> PlanningProblem {
        PlanningProblem(
            steps: sequence.map {
                PlanningStep(model: $0 == "." ? nil : ModelName(String($0)), seconds: seconds)
            },
            models: sizes.sorted { $0.key < $1.key }.map { name, size in
                PlanningModel(
                    name: ModelName(name), vramBytes: Int64((size * 1e9).rounded()),
                    loadSeconds: 1.5 + size / 3, unloadSeconds: 0.7)
            },
            memory: PlanningMemory(capacityBytes: capacity.map { Int64(($0 * 1e9).rounded()) }))
    }

    /// A random chain in which every model fits alone; times are whole tenths of a second.
    static func random(
        models: Int, steps: Int, using numbers: inout PlanningNumbers
    ) -> PlanningProblem {
        let known = (0..<models).map { index in
            PlanningModel(
                name: ModelName("m\(index)"), vramBytes: Int64(numbers.next(in: 5...150)) * 100_000_000,
                loadSeconds: Double(numbers.next(in: 5...90)) / 10,
                unloadSeconds: Double(numbers.next(in: 2...15)) / 10)
        }
        let largest = known.compactMap(\.vramBytes).max() ?? 0
        let sum = known.compactMap(\.vramBytes).reduce(0, +)
        let capacity = largest + Int64(numbers.next(in: 0...10)) * max(0, sum - largest) / 12
        return PlanningProblem(
            steps: (0..<steps).map { _ in
                let model = numbers.next(in: 0...11) == 0 ? nil : known[numbers.next(in: 0...(models - 1))].name
                return PlanningStep(model: model, seconds: Double(numbers.next(in: 0...120)) / 10)
            },
            models: known, memory: PlanningMemory(capacityBytes: capacity))
    }
}

/// Numbers that are the same in every run (a linear congruential generator; the high bits are used).
struct PlanningNumbers {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493
    }

    mutating func next(in range: ClosedRange<Int>) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return range.lowerBound + Int(state >> 33) % range.count
    }
}
