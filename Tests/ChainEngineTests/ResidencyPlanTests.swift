import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct ResidencyPlanTests {
    private func slot(_ name: ModelName, _ server: String = "s") -> ModelSlot { ModelSlot(server: server, model: name) }

    private func plan(_ policy: ResidencyPolicy, _ models: [ModelName], keeps: Bool = false) -> ResidencyPlan {
        ResidencyPlan(
            policy: policy, uses: models.map { ResidencyPlan.Use(slot: slot($0), model: $0) }, keepsLoaded: keeps)
    }

    private func resident(_ name: ModelName, ours: Bool = true, stuck: Bool = false) -> Resident {
        Resident(slot: slot(name), model: name, isOurs: ours, isStuck: stuck)
    }

    @Test func strictLetsEveryModelGo() {
        let plan = plan(.strict, ["a", "a", "b"])
        #expect(
            plan.departures(after: 0, residents: [resident("a")]).map(\.reason) == [
                "policy strict: a model leaves after every step"
            ])
        #expect(plan.departures(after: 1, residents: [resident("a")]).map(\.reason) == ["step 3 needs b"])
    }

    @Test func sameModelKeepsWhatComesNext() {
        let plan = plan(.sameModel, ["a", "a", "b"])
        #expect(plan.departures(after: 0, residents: [resident("a")]) == [])
        #expect(plan.departures(after: 1, residents: [resident("a")]).map(\.slot) == [slot("a")])
    }

    @Test func theLastStepLeavesTheRestToTheEnd() {
        let plan = plan(.strict, ["a"])
        #expect(plan.departures(after: 0, residents: [resident("a")]) == [])
        #expect(plan.departuresAtEnd(residents: [resident("a")], ending: "done").map(\.reason) == ["done"])
    }

    @Test func foreignModelsNeverLeave() {
        let plan = plan(.strict, ["a", "b"])
        let foreign = [resident("a", ours: false)]
        #expect(plan.departures(before: 1, residents: foreign) == [])
        #expect(plan.departures(after: 0, residents: foreign) == [])
        #expect(plan.departuresAtEnd(residents: foreign, ending: "done") == [])
    }

    @Test func stuckModelsAreAskedAgainOnlyAtTheEnd() {
        let plan = plan(.strict, ["a", "b"])
        let stuck = [resident("a", stuck: true)]
        #expect(plan.departures(before: 1, residents: stuck) == [])
        #expect(plan.departuresAtEnd(residents: stuck, ending: "done").map(\.slot) == [slot("a")])
    }

    @Test func keptModelsNeverLeave() {
        let plan = plan(.strict, ["a", "b"], keeps: true)
        #expect(plan.departures(before: 1, residents: [resident("a")]) == [])
        #expect(plan.departures(after: 0, residents: [resident("a")]) == [])
        #expect(plan.departuresAtEnd(residents: [resident("a")], ending: "done") == [])
    }

    @Test func whatStandsInTheWayLeavesBefore() {
        let plan = plan(.sameModel, ["a", "b"])
        #expect(
            plan.departures(before: 1, residents: [resident("a"), resident("b")]).map(\.reason) == ["step 2 needs b"])
    }

    @Test func lastUse() {
        let plan = plan(.sameModel, ["a", "b", "a"])
        #expect(!plan.isLastUse(of: slot("a"), at: 0))
        #expect(plan.isLastUse(of: slot("b"), at: 1))
    }

    @Test func ledgerCountsWhatSpilledInTheSum() {
        var ledger = RunLedger()
        ledger.note(Resident(slot: slot("a"), model: "a", isOurs: true, vramBytes: 24, sizeBytes: 41))
        #expect(ledger.peakVRAMBytes == 24 && ledger.sumVRAMBytes == 41)
        ledger.note(Resident(slot: slot("b"), model: "b", isOurs: true, vramBytes: .max, sizeBytes: .max))
        #expect(ledger.peakVRAMBytes == .max && ledger.sumVRAMBytes == .max)
        var onCPU = RunLedger()
        onCPU.note(Resident(slot: slot("a"), model: "a", isOurs: true, vramBytes: 0, sizeBytes: 41))
        #expect(onCPU.sumVRAMBytes == 0)
    }

    @Test func ledgerKeepsPeakAndSum() {
        var ledger = RunLedger()
        func note(_ name: ModelName, _ bytes: Int64?, ours: Bool = true) {
            ledger.note(Resident(slot: slot(name), model: name, isOurs: ours, vramBytes: bytes))
        }
        #expect(ledger.peakVRAMBytes == 0)
        note("other", 100, ours: false)
        note("a", 10)
        ledger.noteGone(slot("a"))
        note("b", 30)
        #expect(ledger.peakVRAMBytes == 30)
        #expect(ledger.sumVRAMBytes == 40)
        note("a", 12)
        #expect(ledger.peakVRAMBytes == 42)
        #expect(ledger.sumVRAMBytes == 42)
        note("c", nil)
        #expect(ledger.peakVRAMBytes == nil)
        #expect(ledger.sumVRAMBytes == nil)
    }

    @Test func ownersAndPinsAreKept() {
        var ledger = RunLedger()
        var resident = Resident(slot: slot("a"), model: "a", isOurs: false, vramBytes: 1)
        resident.isPinned = true
        ledger.note(resident)
        ledger.note(Resident(slot: slot("a"), model: "a", isOurs: true, vramBytes: 2))
        #expect(ledger.resident(in: slot("a"))?.isOurs == false)
        #expect(ledger.resident(in: slot("a"))?.isPinned == true)
        #expect(ledger.loadedSlots == [])
    }
}
