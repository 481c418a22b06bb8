import PromptChainCore
import Testing

/// `planned` against what is known to be best.
@Suite struct PlannedScheduleTests {
    @Test(arguments: PlanningPattern.all.indices)
    func everyPolicyCostsWhatTheReferenceSays(_ index: Int) {
        let pattern = PlanningPattern.all[index]
        for (speed, reference) in [(3.0, pattern.cold), (12.0, pattern.warm)] {
            let problem = pattern.problem(gigabytesPerSecond: speed)
            let expected: [PlanningPolicy: Double] = [
                .strict: reference.strict, .sameModel: reference.sameModel, .lru: reference.lru,
                .planned: reference.optimum,
            ]
            for policy in PlanningPolicy.allCases {
                let plan = ResidencyPlanner.schedule(problem, policy: policy)
                // The reference rounds what is left of a load to hundredths of a second.
                #expect(abs(plan.stallSeconds - (expected[policy] ?? 0)) < 0.03, "\(pattern.name), \(policy)")
                let replay = PlanReplay(plan, of: problem)
                #expect(replay.complaints.isEmpty, "\(pattern.name), \(policy)")
                #expect(abs(replay.stallSeconds - plan.stallSeconds) < 1e-4)
                #expect(replay.loads == plan.loads)
                #expect(replay.peakBytes == plan.peakVRAMBytes)
            }
            #expect(ResidencyPlanner.schedule(problem, policy: .planned).isOptimal, "\(pattern.name)")
        }
    }

    @Test func theSumOverThePatternsKeepsItsTargets() {
        var sums: [PlanningPolicy: Double] = [:]
        for pattern in PlanningPattern.all {
            let problem = pattern.problem(gigabytesPerSecond: 3)
            for policy in PlanningPolicy.allCases {
                sums[policy, default: 0] += ResidencyPlanner.schedule(problem, policy: policy).stallSeconds
            }
        }
        let optimum = PlanningPattern.all.reduce(0) { $0 + $1.cold.optimum }
        #expect((sums[.planned] ?? .infinity) <= 1.02 * optimum)
        #expect((sums[.planned] ?? .infinity) <= 0.45 * (sums[.sameModel] ?? 0))
    }

    @Test func theExactSearchOfTheTestsAgreesWithTheReference() {
        for pattern in PlanningPattern.all where pattern.sizes.count <= 3 {
            let search = ExactPlanSearch(pattern.problem(gigabytesPerSecond: 3))
            #expect(abs(search.leastStall() - pattern.cold.optimum) < 0.03, "\(pattern.name)")
        }
    }

    @Test(arguments: 0..<8)
    func randomChainsAreAsGoodAsAnExactSearch(_ block: UInt64) {
        var numbers = PlanningNumbers(seed: block)
        for _ in 0..<15 {
            let problem = PlanningSample.random(
                models: numbers.next(in: 2...6), steps: numbers.next(in: 1...14), using: &numbers)
            let plan = ResidencyPlanner.schedule(problem, policy: .planned)
            let least = ExactPlanSearch(problem).leastStall()
            #expect(plan.stallSeconds <= 1.001 * least + 1e-6, "\(problem)")
            // Less than the least there is would be a lie.
            #expect(plan.stallSeconds >= least - 1e-6, "\(problem)")
            let replay = PlanReplay(plan, of: problem)
            #expect(replay.complaints.isEmpty, "\(problem)")
            #expect(abs(replay.stallSeconds - plan.stallSeconds) < 1e-4)
        }
    }

    @Test(arguments: 0..<4)
    func soAreChainsUnderTheRulesOfAServer(_ block: UInt64) {
        var numbers = PlanningNumbers(seed: 1000 + block)
        for _ in 0..<15 {
            var problem = PlanningSample.random(
                models: numbers.next(in: 2...5), steps: numbers.next(in: 1...12), using: &numbers)
            problem.memory.admission = .ollama()
            if numbers.next(in: 0...1) == 1 { problem.memory.maxModels = numbers.next(in: 1...3) }
            problem.residents = [PlanningResident(model: problem.models[0].name, isOurs: true)]
            let plan = ResidencyPlanner.schedule(problem, policy: .planned)
            let least = ExactPlanSearch(problem).leastStall()
            #expect(abs(plan.stallSeconds - least) < 1e-6, "\(problem)")
            #expect(PlanReplay(plan, of: problem).complaints.isEmpty, "\(problem)")
        }
    }

    @Test(arguments: [(9, 30), (40, 200), (70, 120)])
    func longChainsAreNeverWorseThanOtherPolicies(_ models: Int, _ steps: Int) {
        var numbers = PlanningNumbers(seed: UInt64(models))
        let problem = PlanningSample.random(models: models, steps: steps, using: &numbers)
        let plan = ResidencyPlanner.schedule(problem, policy: .planned)
        for policy in [PlanningPolicy.strict, .sameModel, .lru] {
            #expect(plan.stallSeconds <= ResidencyPlanner.schedule(problem, policy: policy).stallSeconds)
        }
        #expect(PlanReplay(plan, of: problem).complaints.isEmpty)
    }

    @Test func theSameProblemGivesTheSamePlan() {
        for pattern in PlanningPattern.all {
            let problem = pattern.problem(gigabytesPerSecond: 3)
            let plans = (0..<3).map { _ in ResidencyPlanner.comparison(problem) }
            #expect(plans.allSatisfy { $0 == plans[0] })
        }
        var numbers = PlanningNumbers(seed: 7)
        var problem = PlanningSample.random(models: 30, steps: 60, using: &numbers)
        problem.memory.capacityBytes = 24_000_000_000
        let plans = (0..<2).map { _ in ResidencyPlanner.schedule(problem, policy: .planned) }
        let isSame = plans[0] == plans[1]
        #expect(isSame)
        let isOptimal = plans[0].isOptimal
        #expect(!isOptimal)
    }
}
