import PromptChainCore
import Testing

/// What may be in memory: capacity, other programs, strangers, caps, the server's own rule.
@Suite struct PlanningMemoryTests {
    private let sizes = ["A": 9.0, "B": 9.0, "C": 5.0]

    private func loads(_ problem: PlanningProblem, _ policy: PlanningPolicy = .planned) -> Int {
        ResidencyPlanner.schedule(problem, policy: policy).loads
    }

    @Test func whatOthersTakeAndTheMarginAreNotThere() {
        var problem = PlanningSample.problem("ABABAB", sizes: sizes, capacity: 24)
        #expect(loads(problem) == 2)
        problem.memory.othersBytes = 4_000_000_000
        problem.memory.marginBytes = 2_000_000_000
        #expect(problem.memory.usableBytes == 18_000_000_000)
        #expect(loads(problem) == 2)
        problem.memory.marginBytes += 1
        #expect(loads(problem) == 6)
    }

    @Test func severalGPUsAreOnePoolAndMayBoundASingleModel() {
        let devices = [
            PlanningMemory.Device(totalBytes: 24 << 30, othersBytes: 2 << 30),
            PlanningMemory.Device(totalBytes: 16 << 30),
        ]
        let split = PlanningMemory(devices: devices, marginBytes: 1 << 30)
        #expect(split.capacityBytes == 40 << 30)
        #expect(split.usableBytes == 36 << 30)
        #expect(split.largestModelBytes == nil)
        let whole = PlanningMemory(devices: devices, splitsModels: false, marginBytes: 1 << 30)
        #expect(whole.largestModelBytes == 21 << 30)
        #expect(PlanningMemory(devices: []).usableBytes == nil)

        var problem = PlanningSample.problem("A", sizes: ["A": 30], capacity: nil)
        problem.memory = split
        #expect(ResidencyPlanner.schedule(problem, policy: .planned).notes.isEmpty)
        problem.memory = whole
        #expect(ResidencyPlanner.schedule(problem, policy: .planned).notes.count == 1)
    }

    @Test func aCapBoundsWhatIsHeld() {
        var problem = PlanningSample.problem("ABCABC", sizes: sizes, capacity: 48)
        #expect(loads(problem) == 3)
        problem.memory.maxModels = 2
        for policy in [PlanningPolicy.lru, .planned] {
            let plan = ResidencyPlanner.schedule(problem, policy: policy)
            #expect((plan.peakVRAMBytes ?? .max) <= 18_000_000_000)
            #expect(plan.loads > 3)
        }
    }

    @Test func ollamaAdmitsFourFifthsOfWhatIsFree() {
        // 24 GB are free of 33 when A is there: 19.2 may be taken. 20 would fit, and are refused.
        var problem = PlanningSample.problem("ABAB", sizes: ["A": 9, "B": 19], capacity: 33)
        problem.memory.admission = .ollama()
        #expect(loads(problem) == 2)
        problem.models[1].vramBytes = 20_000_000_000
        let plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(plan.steps[0].why.contains("B cannot be loaded beside it: the server or a cap on loaded models"))
        // The other way round it is let in.
        #expect(plan.loads == 3)
        problem.models[1].vramBytes = 19_000_000_000
        problem.models[1].admittedBytes = 22_000_000_000
        #expect(ResidencyPlanner.schedule(problem, policy: .planned).steps[0].prefetch.isEmpty)
    }

    @Test func ollamaHoldsThreeModelsAGPU() {
        let sizes = ["A": 1.0, "B": 1, "C": 1, "D": 1]
        var problem = PlanningSample.problem("ABCDABCD", sizes: sizes, capacity: 48)
        #expect(loads(problem) == 4)
        problem.memory.admission = .ollama()
        #expect(loads(problem) > 4)
        problem.memory.admission = .ollama(devices: 2)
        #expect(loads(problem) == 4)
    }

    @Test func strangersStayAndAreUsed() {
        var problem = PlanningSample.problem("AB", sizes: ["A": 9, "B": 9, "X": 10], capacity: 24)
        problem.residents = [PlanningResident(model: "X", vramBytes: 10_000_000_000, isOurs: false)]
        var plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(plan.steps.flatMap(\.departures) == ["A"])
        #expect(plan.notes == ["X, 9.3 GiB, was not loaded by the chain and stays."])
        #expect(plan.peakVRAMBytes == 9_000_000_000)

        problem.memory.evictsStrangers = true
        plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(plan.steps.flatMap(\.departures) == ["X"])

        problem.residents = [PlanningResident(model: "A", isOurs: false)]
        problem.memory.evictsStrangers = false
        for policy in PlanningPolicy.allCases {
            plan = ResidencyPlanner.schedule(problem, policy: policy)
            #expect(plan.loads == 1)
            #expect(!plan.steps.flatMap(\.departures).contains("A"))
        }
    }

    @Test func aStrangerThatLeavesNoRoomMakesAModelSpill() {
        var problem = PlanningSample.problem("A", sizes: ["A": 9], capacity: 24)
        problem.residents = [PlanningResident(model: "X", vramBytes: 20_000_000_000, isOurs: false)]
        let plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(plan.loads == 1)
        #expect(plan.steps[0].why.contains("spills"))
    }

    @Test func planningGoesOnInTheMiddleOfARun() {
        var problem = PlanningSample.problem("BA", sizes: ["A": 9, "B": 9], capacity: 24)
        problem.residents = [PlanningResident(model: "A", isOurs: true)]
        problem.load = PlanningLoad(model: "B", remainingSeconds: 1.25)
        problem.firstStep = 4
        let plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(plan.stallSeconds == 1.25)
        #expect(plan.loads == 0)
        #expect(plan.steps.map(\.number) == [4, 5])
        #expect(plan.steps[0].why == "B was loading already and takes 1.3s more.")
        #expect(plan.steps[1].why == "A was in memory before.")
    }

    @Test(arguments: 0..<6)
    func whateverTheBeginningIsThePlanHolds(_ block: UInt64) {
        var numbers = PlanningNumbers(seed: 500 + block)
        for _ in 0..<25 {
            var problem = PlanningSample.random(
                models: numbers.next(in: 2...8), steps: numbers.next(in: 1...16), using: &numbers)
            let share = Int64(numbers.next(in: 3...12))
            problem.memory.capacityBytes = problem.memory.capacityBytes.map { $0 * share / 10 }
            problem.memory.maxModels = [nil, 1, 2, 3][numbers.next(in: 0...3)]
            problem.memory.admission = numbers.next(in: 0...1) == 0 ? .ollama() : .whateverFits
            problem.memory.evictsStrangers = numbers.next(in: 0...1) == 0
            problem.residents = problem.models.prefix(numbers.next(in: 0...3)).map {
                PlanningResident(model: $0.name, isOurs: numbers.next(in: 0...1) == 0)
            }
            if numbers.next(in: 0...1) == 0, let last = problem.models.last {
                problem.load = PlanningLoad(model: last.name, remainingSeconds: 2.5)
            }
            for policy in PlanningPolicy.allCases {
                let plan = ResidencyPlanner.schedule(problem, policy: policy)
                let replay = PlanReplay(plan, of: problem)
                // Some models are larger than the memory here, so that more may be held than there is room for.
                #expect(replay.complaints.allSatisfy { $0.contains("holds") }, "\(policy): \(problem)")
                #expect(abs(replay.stallSeconds - plan.stallSeconds) < 1e-4, "\(policy): \(problem)")
                if policy == .planned {
                    let lru = ResidencyPlanner.schedule(problem, policy: .lru)
                    #expect(plan.stallSeconds <= lru.stallSeconds)
                }
            }
        }
    }
}
