import PromptChainCore

/// A chain of one of twelve kinds, and what the reference cost model says about it: seconds of stall with weights read
/// at 3 GB/s (cold) and at 12 GB/s (warm).
struct PlanningPattern {
    /// Seconds of stall by the reference.
    struct Reference {
        var strict: Double
        var sameModel: Double
        var lru: Double
        /// The least stall without loads ahead.
        var demand: Double
        /// The least stall with them.
        var optimum: Double
    }

    var name: String
    /// In GB.
    var capacity: Double
    /// In GB.
    var sizes: [String: Double]
    /// One letter a step.
    var sequence: String
    /// How long a step with the model runs, in seconds.
    var times: [String: Double]
    var cold: Reference
    var warm: Reference

    /// The pattern as a problem. A load takes 1.5 s and the time to read the weights, an unload 0.7 s.
    func problem(gigabytesPerSecond speed: Double) -> PlanningProblem {
        PlanningProblem(
            steps: sequence.map {
                PlanningStep(model: ModelName(String($0)), seconds: times[String($0)] ?? 0)
            },
            models: sizes.sorted { $0.key < $1.key }.map { name, size in
                PlanningModel(
                    name: ModelName(name), vramBytes: Int64((size * 1e9).rounded()),
                    loadSeconds: ((1.5 + size / speed) * 1000).rounded() / 1000, unloadSeconds: 0.7)
            },
            memory: PlanningMemory(capacityBytes: Int64((capacity * 1e9).rounded())))
    }

    private static let seven = ["e": 0.7, "r": 2.5, "s": 4.9, "v": 5.5, "q": 9.0, "m": 12.6, "x": 19.9]
    private static let sevenTimes = ["e": 0.5, "r": 2, "s": 5, "v": 8, "q": 10, "m": 15, "x": 30]

    private static func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    static let all = [
        PlanningPattern(
            name: "A,B x4; 9+9 GB in 24", capacity: 24, sizes: ["A": 9, "B": 9], sequence: times("AB", 4),
            times: ["A": 10, "B": 10],
            cold: .init(strict: 41.6, sameModel: 41.6, lru: 9.0, demand: 9.0, optimum: 4.5),
            warm: .init(strict: 23.6, sameModel: 23.6, lru: 4.5, demand: 4.5, optimum: 2.25)),
        PlanningPattern(
            name: "A,B x4; 14+14 GB in 24", capacity: 24, sizes: ["A": 14, "B": 14], sequence: times("AB", 4),
            times: ["A": 10, "B": 10],
            cold: .init(strict: 54.936, sameModel: 54.936, lru: 54.236, demand: 54.236, optimum: 54.236),
            warm: .init(strict: 26.936, sameModel: 26.936, lru: 26.236, demand: 26.236, optimum: 26.236)),
        PlanningPattern(
            name: "M,D,M; 14+44 GB in 48", capacity: 48, sizes: ["M": 14, "D": 44], sequence: "MDM",
            times: ["M": 10, "D": 40],
            cold: .init(strict: 30.601, sameModel: 30.601, lru: 29.901, demand: 29.901, optimum: 29.901),
            warm: .init(strict: 12.601, sameModel: 12.601, lru: 11.901, demand: 11.901, optimum: 11.901)),
        PlanningPattern(
            name: "A,B,C,A; 9 GB each in 24", capacity: 24, sizes: ["A": 9, "B": 9, "C": 9], sequence: "ABCA",
            times: ["A": 10, "B": 10, "C": 10],
            cold: .init(strict: 20.8, sameModel: 20.8, lru: 19.4, demand: 14.2, optimum: 4.5),
            warm: .init(strict: 11.8, sameModel: 11.8, lru: 10.4, demand: 7.45, optimum: 2.25)),
        PlanningPattern(
            name: "loop A,B,C x5; 9 GB each in 24", capacity: 24, sizes: ["A": 9, "B": 9, "C": 9],
            sequence: times("ABC", 5), times: ["A": 10, "B": 10, "C": 10],
            cold: .init(strict: 78.0, sameModel: 78.0, lru: 76.6, demand: 45.4, optimum: 4.5),
            warm: .init(strict: 44.25, sameModel: 44.25, lru: 42.85, demand: 25.15, optimum: 2.25)),
        PlanningPattern(
            name: "loop P,C,K x5; 9/14/5 GB in 24", capacity: 24, sizes: ["P": 9, "C": 14, "K": 5],
            sequence: times("PCK", 5), times: ["P": 8, "C": 20, "K": 6],
            cold: .init(strict: 79.67, sameModel: 79.67, lru: 78.27, demand: 46.402, optimum: 4.5),
            warm: .init(strict: 44.67, sameModel: 44.67, lru: 43.27, demand: 25.402, optimum: 2.25)),
        PlanningPattern(
            name: "RAG E,R,L x6; .7/1.2/19 in 24", capacity: 24, sizes: ["E": 0.7, "R": 1.2, "L": 19],
            sequence: times("ERL", 6), times: ["E": 0.5, "R": 1, "L": 20],
            cold: .init(strict: 81.396, sameModel: 81.396, lru: 11.466, demand: 11.466, optimum: 9.963),
            warm: .init(strict: 50.046, sameModel: 50.046, lru: 6.241, demand: 6.241, optimum: 4.738)),
        PlanningPattern(
            name: "RAG E,R,L x6 in 20 GB", capacity: 20, sizes: ["E": 0.7, "R": 1.2, "L": 19],
            sequence: times("ERL", 6), times: ["E": 0.5, "R": 1, "L": 20],
            cold: .init(strict: 81.396, sameModel: 81.396, lru: 80.696, demand: 67.831, optimum: 64.831),
            warm: .init(strict: 50.046, sameModel: 50.046, lru: 49.346, demand: 37.356, optimum: 34.356)),
        PlanningPattern(
            name: "map-reduce (A x6,B) x3; 5+20 in 24", capacity: 24, sizes: ["A": 5, "B": 20],
            sequence: times("AAAAAAB", 3), times: ["A": 5, "B": 30],
            cold: .init(strict: 96.207, sameModel: 38.202, lru: 37.502, demand: 37.502, optimum: 37.502),
            warm: .init(strict: 58.707, sameModel: 19.452, lru: 18.752, demand: 18.752, optimum: 18.752)),
        PlanningPattern(
            name: "seven models, 20 steps, 24 GB", capacity: 24, sizes: seven, sequence: "esqmesvqxsreqmsexsqm",
            times: sevenTimes,
            cold: .init(strict: 93.629, sameModel: 93.629, lru: 92.229, demand: 74.497, optimum: 29.695),
            warm: .init(strict: 56.404, sameModel: 56.404, lru: 55.004, demand: 41.272, optimum: 15.9)),
        PlanningPattern(
            name: "seven models in turn x3, 24 GB", capacity: 24, sizes: seven, sequence: times("ersvqmx", 3),
            times: sevenTimes,
            cold: .init(strict: 101.295, sameModel: 101.295, lru: 100.595, demand: 88.263, optimum: 34.552),
            warm: .init(strict: 59.97, sameModel: 59.97, lru: 59.27, demand: 48.538, optimum: 15.262)),
        PlanningPattern(
            name: "six models, 20 steps, 16 GB", capacity: 16, sizes: seven.filter { $0.key != "x" },
            sequence: "esqmesvqmsreqmsemsqm", times: sevenTimes,
            cold: .init(strict: 88.763, sameModel: 88.763, lru: 88.063, demand: 79.364, optimum: 53.895),
            warm: .init(strict: 55.188, sameModel: 55.188, lru: 54.488, demand: 46.314, optimum: 29.4)),
    ]
}
