import Foundation
import PromptChainCore

/// Prints what every policy costs on the twelve patterns, in virtual time, beside the numbers of the reference cost
/// model, and how long planning takes. Ends with status 1 when a target is missed.
@main
enum Benchmark {
    static func main() {
        var isGood = table("cold: weights at 3 GB/s", speed: 3) { $0.cold }
        isGood = table("warm: weights at 12 GB/s", speed: 12) { $0.warm } && isGood
        isGood = large() && isGood
        if !isGood { exit(1) }
    }

    /// One table.
    /// - Returns: whether the sums keep the targets: at most 1.02 times the optimum and 0.45 times `same-model`.
    private static func table(
        _ title: String, speed: Double, reference: (PlanningPattern) -> PlanningPattern.Reference
    ) -> Bool {
        print("\nSeconds of stall, \(title), 1.5 s a load, 0.7 s an unload; in brackets the reference\n")
        let columns = ["strict", "same-model", "lru", "planned", "planned/optimum", "plan in"]
        print(pad("pattern", 36) + columns.map { pad($0, 16, right: true) }.joined())
        var sums = [Double](repeating: 0, count: 4)
        var known = [Double](repeating: 0, count: 4)
        for pattern in PlanningPattern.all {
            let problem = pattern.problem(gigabytesPerSecond: speed)
            let numbers = reference(pattern)
            let expected = [numbers.strict, numbers.sameModel, numbers.lru, numbers.optimum]
            var cells: [String] = []
            var milliseconds = 0.0
            for (index, policy) in PlanningPolicy.allCases.enumerated() {
                let (plan, seconds) = timed { ResidencyPlanner.schedule(problem, policy: policy) }
                if policy == .planned { milliseconds = seconds * 1000 }
                sums[index] += plan.stallSeconds
                known[index] += expected[index]
                let mark = policy == .planned && !plan.isOptimal ? "~" : ""
                cells.append("\(mark)\(fixed(plan.stallSeconds)) (\(fixed(expected[index])))")
                if policy == .planned { cells.append(fixed(plan.stallSeconds / numbers.optimum, 3)) }
            }
            cells.append("\(fixed(milliseconds)) ms")
            print(pad(pattern.name, 36) + cells.map { pad($0, 16, right: true) }.joined())
        }
        var cells = zip(sums, known).map { "\(fixed($0)) (\(fixed($1)))" }
        cells.append(fixed(sums[3] / known[3], 3))
        print(pad("sum", 36) + cells.map { pad($0, 16, right: true) }.joined())
        print("planned / same-model: \(fixed(sums[3] / sums[1], 3))")
        return sums[3] <= 1.02 * known[3] && (speed > 3 || sums[3] <= 0.45 * sums[1])
    }

    /// Chains that are too long for an exact plan.
    /// - Returns: whether each is planned in less than a second.
    private static func large() -> Bool {
        print("\nLarge chains: seconds of stall\n")
        let columns = ["same-model", "lru", "planned", "plan in"]
        print(pad("chain", 36) + columns.map { pad($0, 16, right: true) }.joined())
        var isGood = true
        for (models, steps) in [(6, 14), (8, 30), (12, 60), (20, 100), (40, 200), (60, 400), (100, 1000)] {
            let problem = chain(models: models, steps: steps)
            isGood = row("\(models) models, \(steps) steps", problem) && isGood
        }
        let odd = [
            ("small ones", 500...2500, 1...20), ("all fit", 100...550, 1...20), ("large ones", 9000...20_000, 1...20),
            ("short steps", 500...15_000, 0...1), ("long steps", 500...4000, 60...200), ("equal", 4000...4000, 5...5),
        ]
        for (name, megabytes, seconds) in odd {
            let problem = chain(models: 40, steps: 200, megabytes: megabytes, seconds: seconds)
            isGood = row("40 models, 200 steps, \(name)", problem) && isGood
        }
        return isGood
    }

    private static func row(_ name: String, _ problem: PlanningProblem) -> Bool {
        let same = ResidencyPlanner.schedule(problem, policy: .sameModel)
        let lru = ResidencyPlanner.schedule(problem, policy: .lru)
        let (plan, seconds) = timed { ResidencyPlanner.schedule(problem, policy: .planned) }
        let cells = [
            fixed(same.stallSeconds), fixed(lru.stallSeconds),
            (plan.isOptimal ? "" : "~") + fixed(plan.stallSeconds), "\(fixed(seconds * 1000)) ms",
        ]
        print(pad(name, 36) + cells.map { pad($0, 16, right: true) }.joined())
        return seconds < 1
    }

    private static func chain(
        models: Int, steps: Int, megabytes: ClosedRange<Int> = 500...15_499, seconds: ClosedRange<Int> = 1...20
    ) -> PlanningProblem {
        var state = UInt64(models) &* 1_000_003
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let known = (0..<models).map { index in
            let bytes = Int64(megabytes.lowerBound + random(megabytes.count)) * 1_000_000
            return PlanningModel(
                name: ModelName("m\(index)"), vramBytes: bytes,
                loadSeconds: PlanningAssumption.loadSeconds(bytes: bytes), unloadSeconds: 0.7)
        }
        return PlanningProblem(
            steps: (0..<steps).map { _ in
                PlanningStep(
                    model: known[random(models)].name, seconds: Double(seconds.lowerBound + random(seconds.count)))
            },
            models: known, memory: PlanningMemory(capacityBytes: 24_000_000_000))
    }

    /// A value, and the seconds of processor time that it took: other work on the machine does not count.
    private static func timed<Value>(_ work: () -> Value) -> (Value, Double) {
        let start = clock()
        let value = work()
        return (value, Double(clock() - start) / Double(CLOCKS_PER_SEC))
    }

    private static func fixed(_ value: Double, _ digits: Int = 1) -> String { ByteCount.fixed(value, digits: digits) }

    private static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(1, width - text.count))
        return right ? blanks + text : text + blanks
    }
}
