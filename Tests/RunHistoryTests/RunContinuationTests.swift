import Foundation
import PromptChainCore
import Testing

@testable import RunHistory

/// Where a run goes on, from what was recorded of it.
@Suite struct RunContinuationTests {
    private let folder = HistoryFolder()

    /// Records the beginning of a run of four steps, and where it would go on.
    private func continuation(_ fill: (inout Script) -> Void) throws -> RunContinuation {
        var script = Script("aa")
        script.add(.runStarted(.init(chain: "Brief", steps: ["A", "B", "C", "D"], models: [nil, nil, nil, nil])))
        fill(&script)
        folder.record(sampleRun("aa"), script.records)
        let archive = HistoryArchive(path: folder.database)
        let run = try #require(try archive.run(matching: "aa"))
        let continuation = try archive.continuation(of: run)
        #expect(
            RunContinuation.firstOpen(try archive.steps(of: run), try archive.notes(of: run)) == continuation.fromStep)
        return continuation
    }

    private func finish(_ step: Int, _ output: String, in script: inout Script) {
        script.add(.stepStarted(step: step, name: "x", model: nil, prompt: nil))
        script.add(.stepFinished(.init(step: step, output: output)))
    }

    @Test func beforeTheFirstStep() throws {
        let found = try continuation { _ in }
        #expect(found.fromStep == 1 && found.outputs.isEmpty && found.newest == nil && found.uses.isEmpty)
        #expect(found.names == ["A", "B", "C", "D"])
        #expect(!found.isComplete)
    }

    @Test func inAStep() throws {
        let found = try continuation { script in
            finish(1, "one", in: &script)
            script.add(.stepStarted(step: 2, name: "B", model: nil, prompt: nil))
            script.write("tw", step: 2)
        }
        #expect(found.fromStep == 2)
        #expect(found.outputs == [1: "one"])
        #expect(found.newest == nil)
    }

    @Test func betweenTwoSteps() throws {
        let found = try continuation { script in
            finish(1, "one", in: &script)
            script.add(.stepSkipped(step: 2, reason: "not now"))
        }
        #expect(found.fromStep == 3)
        #expect(found.outputs == [1: "one"])
    }

    @Test func afterAFailure() throws {
        let found = try continuation { script in
            script.add(.stepStarted(step: 1, name: "A", model: nil, prompt: nil))
            script.add(.stepFailed(step: 1, reason: "odd", output: "par"))
            finish(2, "two", in: &script)
            script.add(.stepStarted(step: 3, name: "C", model: nil, prompt: nil))
            script.add(.stepFailed(step: 3, reason: "gone", output: ""))
            script.add(.runFinished(.init(status: .failed, output: "", error: "gone")))
        }
        #expect(found.fromStep == 3)
        // The chain went on with what the first step had written.
        #expect(found.outputs[1] == "par")
        #expect(found.outputs[2] == "two")
    }

    @Test func afterTheLastStep() throws {
        let found = try continuation { script in
            for step in 1...4 { finish(step, "\(step)", in: &script) }
        }
        #expect(found.isComplete)
        #expect(found.outputs[4] == "4")
    }

    @Test func afterAJumpBack() throws {
        let found = try continuation { script in
            for step in 1...3 { finish(step, "\(step)", in: &script) }
            script.add(.jumped(from: 3, to: 2))
        }
        #expect(found.fromStep == 2)
        #expect(found.newest == "3")
    }

    @Test func inTheStepThatAJumpLedTo() throws {
        let found = try continuation { script in
            for step in 1...3 { finish(step, "\(step)", in: &script) }
            script.add(.jumped(from: 3, to: 1))
            finish(1, "again", in: &script)
            script.add(.stepStarted(step: 2, name: "B", model: nil, prompt: nil))
        }
        #expect(found.fromStep == 2)
        #expect(found.newest == "again")
    }

    @Test func whatRulesDidIsCounted() throws {
        let found = try continuation { script in
            script.add(.stepStarted(step: 1, name: "A", model: nil, prompt: nil))
            // The step's own retries, and what an earlier version told, name no rule.
            script.add(.stepRetried(step: 1, attempt: 2, reason: "the server is gone"))
            script.add(.jumped(from: 1, to: 1))
            let retried = ChainEvent.stepRetried(step: 1, attempt: 2, reason: "no JSON", breaker: "json")
            for _ in 1...2 { script.add(retried, item: 4) }
            script.add(.jumped(from: 3, to: 2, breaker: "back"))
        }
        #expect(
            found.uses == [
                RuleUse(breaker: "json", action: .retry(step: 1, item: 4)): 2,
                RuleUse(breaker: "back", action: .jump(to: 2)): 1,
            ])
    }

    @Test func theTimeOfARunThatDiedEndsWithWhatItToldLast() throws {
        let found = try continuation { script in
            script.add(.stepStarted(step: 1, name: "A", model: nil, prompt: nil))
            script.write("a", "b", step: 1)
        }
        #expect(abs((found.seconds ?? 0) - 0.4) < 0.01)
    }

    @Test func itemsAreDoneAnewWithTheirStep() throws {
        let found = try continuation { script in
            finish(1, "one", in: &script)
            script.add(.stepStarted(step: 2, name: "B", model: nil, prompt: nil))
            script.add(.stepFinished(.init(step: 2, output: "first item")), item: 1)
        }
        #expect(found.fromStep == 2)
        #expect(found.outputs == [1: "one"])
    }
}
