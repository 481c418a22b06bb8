import PromptChainCore
import Testing

/// Each decision says why, in one sentence.
@Suite struct PlanWordsTests {
    private func why(_ problem: PlanningProblem, _ policy: PlanningPolicy) -> [String] {
        ResidencyPlanner.schedule(problem, policy: policy).steps.map(\.why)
    }

    @Test func plannedLoadsAheadAndUnloadsWhatIsNeededLast() {
        let problem = PlanningSample.problem("ABCA", sizes: ["A": 9, "B": 9, "C": 9], capacity: 24)
        #expect(
            why(problem, .planned) == [
                "A is loaded (4.5s); meanwhile B is loaded for step 2.",
                "B was loaded while step 1 ran; meanwhile C is loaded for step 3, for which A leaves, not needed before "
                    + "step 4.",
                "C was loaded while step 2 ran; meanwhile A is loaded for step 4, for which B leaves, not needed again.",
                "A was loaded while step 3 ran.",
            ])
    }

    @Test func modelsThatCannotBeTogetherSayHowMuchIsMissing() {
        let problem = PlanningSample.problem("ABA", sizes: ["A": 14, "B": 14], capacity: 24)
        #expect(
            why(problem, .planned) == [
                "A is loaded (6.2s); B does not fit beside it (13.0 + 13.0 of 22.4 GiB).",
                "A leaves, not needed before step 3; B is loaded (6.2s); A does not fit beside it (13.0 + 13.0 of 22.4 "
                    + "GiB).",
                "B leaves, not needed again; A is loaded (6.2s).",
            ])
    }

    @Test func theSimplePoliciesNameTheirRule() {
        let problem = PlanningSample.problem("AAB", sizes: ["A": 9, "B": 9], capacity: 12)
        #expect(
            why(problem, .strict) == [
                "A is loaded (4.5s).",
                "A leaves, since strict unloads after every step; A is loaded (4.5s).",
                "A leaves, since strict unloads after every step; B is loaded (4.5s); B is unloaded at the end.",
            ])
        #expect(
            why(problem, .sameModel) == [
                "A is loaded (4.5s).", "A is still in memory from step 1.",
                "A leaves, since this step uses another model; B is loaded (4.5s); B is unloaded at the end.",
            ])
        #expect(
            why(problem, .lru) == [
                "A is loaded (4.5s).", "A is still in memory from step 1.",
                "A leaves to make room, as what was used longest ago; B is loaded (4.5s).",
            ])
    }

    @Test func aLoadThatIsNotThereInTimeSaysHowLongItStillTakes() {
        let problem = PlanningSample.problem("AB", sizes: ["A": 3, "B": 9], capacity: 24, seconds: 1.5)
        #expect(why(problem, .planned).last == "B has been loading since step 1 and takes 3.0s more.")
    }

    @Test func aStepWithoutAModelSaysSo() {
        let problem = PlanningSample.problem(".A", sizes: ["A": 3], capacity: 24)
        #expect(
            why(problem, .planned) == [
                "No model is needed; meanwhile A is loaded for step 2.", "A was loaded while step 1 ran.",
            ])
    }

    @Test func aModelThatNeverFitsSpills() {
        let problem = PlanningSample.problem("AB", sizes: ["A": 9, "B": 44], capacity: 24)
        let plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(
            plan.steps[1].why
                == "A leaves, not needed again; B is loaded (16s) and spills: 18.6 GiB of it run on the CPU.")
        #expect(
            plan.notes == [
                "B needs 41.0 GiB and 22.4 GiB can be used: it spills, and 18.6 GiB of it run on the CPU, slowly."
            ])
        #expect(plan.peakVRAMBytes == 24_000_000_000)
    }

    @Test func anUnknownCapacityPromisesNothing() {
        let problem = PlanningSample.problem("ABA", sizes: ["A": 1, "B": 1], capacity: nil)
        let plan = ResidencyPlanner.schedule(problem, policy: .planned)
        #expect(plan.loads == 3)
        #expect(plan.steps.allSatisfy { $0.prefetch.isEmpty })
        #expect(plan.steps[0].why == "A is loaded (1.8s); nothing is loaded ahead, since the capacity is unknown.")
        #expect(plan.notes == ["The capacity is unknown, so that one model is held at a time."])
    }

    @Test func everySentenceIsOneSentence() {
        for pattern in PlanningPattern.all {
            let comparison = ResidencyPlanner.comparison(pattern.problem(gigabytesPerSecond: 3))
            for step in comparison.policies.flatMap(\.steps) {
                #expect(step.why.hasSuffix(".") && !step.why.contains("  ") && !step.why.contains(". "), "\(step.why)")
            }
        }
    }
}
