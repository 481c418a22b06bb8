import Foundation
import PromptChainCore
import Testing

/// What each policy does on small chains, and what none may stumble over.
@Suite struct PlanningPolicyTests {
    /// A plan as one line a step: what leaves, what is loaded, what is loaded ahead.
    private func lines(_ problem: PlanningProblem, _ policy: PlanningPolicy) -> [String] {
        ResidencyPlanner.schedule(problem, policy: policy).steps.map { step in
            (step.evict.map { "-\($0)" } + (step.load.map { ["+\($0)"] } ?? [])
                + step.prefetch.flatMap { $0.evict.map { "~\($0)" } + [">\($0.model)"] }
                + step.unloadAfter.map { "=\($0)" })
                .joined(separator: " ")
        }
    }

    private struct Row {
        var sequence: String
        var capacity: Double
        var strict: [String]
        var sameModel: [String]
        var lru: [String]
        var planned: [String]
    }

    private static let sizes = ["A": 9.0, "B": 9.0, "C": 9.0, "D": 20.0]

    private static let rows = [
        Row(
            sequence: "AAB", capacity: 24, strict: ["+A", "-A +A", "-A +B =B"], sameModel: ["+A", "", "-A +B =B"],
            lru: ["+A", "", "+B"], planned: ["+A >B", "", ""]),
        Row(
            sequence: "ABCA", capacity: 24, strict: ["+A", "-A +B", "-B +C", "-C +A =A"],
            sameModel: ["+A", "-A +B", "-B +C", "-C +A =A"], lru: ["+A", "+B", "-A +C", "-B +A"],
            planned: ["+A >B", "~A >C", "~B >A", ""]),
        Row(
            sequence: "A.A", capacity: 24, strict: ["+A", "", "-A +A =A"], sameModel: ["+A", "", "=A"],
            lru: ["+A", "", ""], planned: ["+A", "", ""]),
        Row(
            sequence: "ABD", capacity: 24, strict: ["+A", "-A +B", "-B +D =D"], sameModel: ["+A", "-A +B", "-B +D =D"],
            lru: ["+A", "+B", "-A -B +D"], planned: ["+A >B", "", "-A -B +D"]),
        Row(
            sequence: ".A.D", capacity: 24, strict: ["", "+A", "", "-A +D =D"], sameModel: ["", "+A", "", "-A +D =D"],
            lru: ["", "+A", "", "-A +D"], planned: [">A", "", "~A >D", ""]),
        Row(sequence: "..", capacity: 24, strict: ["", ""], sameModel: ["", ""], lru: ["", ""], planned: ["", ""]),
    ]

    @Test(arguments: rows.indices)
    func policiesDecideAsTheTableSays(_ index: Int) {
        let row = Self.rows[index]
        let problem = PlanningSample.problem(row.sequence, sizes: Self.sizes, capacity: row.capacity)
        #expect(lines(problem, .strict) == row.strict)
        #expect(lines(problem, .sameModel) == row.sameModel)
        #expect(lines(problem, .lru) == row.lru)
        #expect(lines(problem, .planned) == row.planned)
    }

    @Test func aPlanOfNothingIsEmpty() {
        let problem = PlanningProblem(steps: [], models: [], memory: PlanningMemory(capacityBytes: nil))
        for policy in PlanningPolicy.allCases {
            let plan = ResidencyPlanner.schedule(problem, policy: policy)
            #expect(plan.steps.isEmpty && plan.stallSeconds == 0 && plan.loads == 0)
        }
    }

    @Test func nonsenseIsPlannedWithoutHarm() {
        let odd: [Double] = [.nan, .infinity, -1, 0, 1e300]
        let models = odd.enumerated().map { index, value in
            PlanningModel(
                name: ModelName("m\(index)"), vramBytes: index == 1 ? .max : Int64(index) - 1, loadSeconds: value,
                unloadSeconds: value)
        }
        for capacity: Int64? in [nil, 0, -5, .max] {
            var problem = PlanningProblem(
                steps: (0..<10).map { PlanningStep(model: models[$0 % 5].name, seconds: odd[$0 % 3]) }, models: models,
                memory: PlanningMemory(capacityBytes: capacity, othersBytes: .max, marginBytes: -.max, maxModels: 0))
            problem.residents = [PlanningResident(model: "unheard of", isOurs: true)]
            problem.load = PlanningLoad(model: "m1", remainingSeconds: .nan)
            for policy in PlanningPolicy.allCases {
                let plan = ResidencyPlanner.schedule(problem, policy: policy)
                #expect(plan.steps.count == 10 && plan.stallSeconds.isFinite)
            }
        }
    }

    @Test func aModelThatNobodyDescribesFillsTheMemory() {
        let problem = PlanningSample.problem("AZA", sizes: ["A": 1], capacity: 24)
        let plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(plan.loads == 3)
        #expect(plan.peakVRAMBytes == nil)
        #expect(plan.notes == ["The size of Z is unknown: it is planned as if it took all of the memory."])
    }

    @Test func cloudModelsTakeNoMemory() {
        var problem = PlanningSample.problem("AAA", sizes: ["A": 20], capacity: 24)
        problem.steps[1].model = "gpt-oss:120b-cloud"
        let plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(plan.loads == 1)
        #expect(plan.steps[1].model == nil)
    }

    @Test func jsonHasEveryKeyAndNothingElse() throws {
        let problem = PlanningSample.problem("A.BA", sizes: ["A": 9, "B": 16], capacity: 24)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let comparison = ResidencyPlanner.comparison(problem, policies: [.planned])
        let text = String(decoding: try encoder.encode(comparison), as: UTF8.self)
        let steps = [
            #"{"evict":[],"load":"A","model":"A","predicted_stall_seconds":4.5,"prefetch":[],"step":1,"why":"#
                + #""A is loaded (4.5s)."}"#,
            #"{"evict":["A"],"load":null,"model":null,"predicted_stall_seconds":0,"prefetch":["B"],"step":2,"why":"#
                + #""No model is needed; meanwhile B is loaded for step 3, for which A leaves, not needed before step 4."}"#,
            #"{"evict":[],"load":null,"model":"B","predicted_stall_seconds":0,"prefetch":[],"step":3,"why":"#
                + #""B was loaded while step 2 ran; A does not fit beside it (14.9 + 8.4 of 22.4 GiB)."}"#,
            #"{"evict":["B"],"load":"A","model":"A","predicted_stall_seconds":5.2,"prefetch":[],"step":4,"why":"#
                + #""B leaves, not needed again; A is loaded (4.5s)."}"#,
        ]
        #expect(
            text == #"{"capacity_bytes":24000000000,"policies":[{"loads":3,"peak_vram_bytes":16000000000,"#
                + #""policy":"planned","predicted_stall_seconds":9.7,"steps":["#
                + steps.joined(separator: ",") + "]}]}")
    }

    @Test func plansOfSeveralServersAreAddedUp() {
        let first = PlanningSample.problem("A.A", sizes: ["A": 9], capacity: 24)
        let second = PlanningSample.problem(".B.", sizes: ["B": 6], capacity: 10)
        let merged = ResidencyComparison.merging(
            [first, second].map { ResidencyPlanner.comparison($0, policies: [.planned]) })
        #expect(merged.capacityBytes == 34_000_000_000)
        let plan = merged.policies[0]
        #expect(plan.steps.map(\.model) == ["A", "B", "A"])
        #expect(plan.steps.map(\.why)[1] == "B was loaded while step 1 ran.")
        #expect(plan.steps[0].prefetch.map(\.model) == ["B"])
        #expect(plan.loads == 2)
        #expect(plan.stallSeconds == 4.5)
        #expect(plan.peakVRAMBytes == 15_000_000_000)
        #expect(ResidencyComparison.merging([]).policies.isEmpty)
    }
}
