import ModelManagement
import PromptChainCore
import Synchronization
import Testing

@testable import ChainEngine

private func step(_ name: String, _ model: ModelName, _ instruction: PromptTemplate = "{input}") -> ChainStep {
    ChainStep(name: name, model: model, instruction: instruction)
}

private func function(_ name: String, _ body: @escaping @Sendable (String) async throws -> String) -> ChainStep {
    ChainStep(name: name, action: .function(StepFunction(name, body)))
}

private func says(_ text: String) -> [FakeServer.Act] { [.text(text), .finish(GenerationMetrics(reason: "stop"))] }

private let crash = ModelManagementError(
    kind: .interrupted, action: "finish the answer", server: "gpu-box", reason: "the runner has crashed")

@Suite struct FunctionStepTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }

    @Test func aFunctionTakesTheTextOn() async {
        let server = gpuBox(bench.clock)
        let chain = Chain(
            name: "test", steps: [step("A", small), function("Upper") { $0.uppercased() }, step("C", large)],
            policy: .sameModel)
        let result = await bench.run(chain, on: server)
        #expect(result.status == .completed)
        #expect(
            transcript.lines(of: "step", "done") == [
                "step 1 mistral-small:22b: in", "done 1: answer 1", "step 2 -: answer 1", "done 2: ANSWER 1",
                "step 3 deepseek-r1:70b: ANSWER 1", "done 3: answer 2",
            ])
        // The next model that is needed decides, not the step in between.
        #expect(transcript.lines.contains("unloading mistral-small:22b: step 3 needs deepseek-r1:70b"))
    }

    @Test func aModelLeavesWhenOnlyOtherStepsFollow() async {
        let server = gpuBox(bench.clock)
        let chain = Chain(
            name: "test", steps: [step("A", small), function("Upper") { $0.uppercased() }], policy: .sameModel)
        _ = await bench.run(chain, on: server)
        let lines = transcript.lines
        let gone = lines.firstIndex(of: "unloading mistral-small:22b: no later step needs a model") ?? .max
        #expect(gone < lines.firstIndex(of: "step 2 -: answer 1") ?? 0)
    }

    @Test func aFunctionThatThrowsFailsItsStep() async {
        struct Sour: Error, CustomStringConvertible { var description: String { "the milk is sour" } }
        let chain = Chain(name: "test", steps: [function("Pour") { _ in throw Sour() }])
        let result = await bench.run(chain, on: gpuBox(bench.clock))
        #expect(result.error == "the milk is sour")
        #expect(transcript.lines(of: "failed") == ["failed 1: the milk is sour | ", "failed: "])
    }

    @Test func aFunctionThatTakesTooLongIsGivenUp() async {
        var slow = function("Slow") { _ in
            try await Task.sleep(for: .seconds(86_400))
            return ""
        }
        slow.timeout = 5
        let run = bench.make(Chain(name: "test", steps: [slow]), on: gpuBox(bench.clock))
        async let result = run.start(input: "in") { transcript.take($0) }
        await bench.clock.somebodySleeps()
        bench.clock.advance(by: 6)
        #expect(await result.error == "“Slow” gave nothing within 5.0s")
    }

    @Test func aFunctionThatHeedsNothingDoesNotHoldUpAStop() async {
        let gate = Latch<String>()
        let chain = Chain(
            name: "test",
            steps: [
                function("Deaf") { _ in
                    await gate.value()
                }
            ])
        let result = await bench.run(bench.make(chain, on: gpuBox(bench.clock))) { event in
            if case .stepStarted = event { true } else { false }
        }
        #expect(result.status == .cancelled)
        gate.set("")
    }
}

@Suite struct NestedChainTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }

    private var inner: Chain {
        Chain(
            name: "inner",
            steps: [
                step("X", small, "{input}+X"), step("Y", large, "{steps.X} of {initial}"),
            ])
    }

    @Test func stepsOfAnInnerChainStandInTheRow() async {
        let chain = Chain(
            name: "outer",
            steps: [
                step("A", small), ChainStep(name: "Inner", action: .chain(inner)),
                step("B", small, "{steps.A} {steps.Inner}"),
            ], policy: .sameModel)
        let result = await bench.run(chain, on: gpuBox(bench.clock))
        #expect(result.status == .completed)
        #expect(transcript.lines.first == "run outer [A, Inner › X, Inner › Y, B] same-model")
        #expect(
            transcript.lines(of: "step") == [
                "step 1 mistral-small:22b: in", "step 2 mistral-small:22b: answer 1+X",
                "step 3 deepseek-r1:70b: answer 2 of answer 1", "step 4 mistral-small:22b: answer 1 answer 3",
            ])
    }

    @Test func anInnerChainIsDoneForItemsStepByStep() async {
        var each = ChainStep(name: "Inner", action: .chain(inner))
        each.each = ForEach()
        let server = gpuBox(bench.clock)
        server.set { $0.nextActs[small] = [says("one\n\ntwo\n"), says("1"), says("2")] }
        server.set { $0.nextActs[large] = [says("first"), says("second")] }
        let chain = Chain(name: "outer", steps: [step("A", small), each], policy: .sameModel)
        let result = await bench.run(chain, on: server)
        #expect(result.output == "first\nsecond")
        #expect(
            server.calls == [
                "load mistral-small:22b", "unload mistral-small:22b", "load deepseek-r1:70b", "unload deepseek-r1:70b",
            ])
        #expect(
            transcript.lines(of: "step", "done").dropFirst(2) == [
                "step 2 mistral-small:22b: - (2 items)", "1| step 2 mistral-small:22b: one+X", "1| done 2: 1",
                "2| step 2 mistral-small:22b: two+X", "2| done 2: 2", "done 2: 1\n2",
                "step 3 deepseek-r1:70b: - (2 items)", "1| step 3 deepseek-r1:70b: 1 of one", "1| done 3: first",
                "2| step 3 deepseek-r1:70b: 2 of two", "2| done 3: second", "done 3: first\nsecond",
            ])
    }

    @Test func anItemThatIsLeftOutHasItsNumberInEachStep() async {
        var each = ChainStep(name: "Inner", action: .chain(inner))
        each.each = ForEach()
        guard case .chain(var inner) = each.action else { return }
        inner.steps[0].condition = StepCondition(test: .contains("o"), isNegated: true)
        inner.steps[1].condition = StepCondition(subject: "{initial}", test: .contains("never"))
        each.action = .chain(inner)
        let server = gpuBox(bench.clock)
        server.set { $0.nextActs[small] = [says("one\nsix\ntwo\nten"), says("6"), says("10")] }
        let chain = Chain(name: "outer", steps: [step("A", small), each], policy: .sameModel)
        _ = await bench.run(chain, on: server)
        #expect(
            transcript.lines.filter { $0.contains("step 2") || $0.contains("skipped") || $0.contains("done 2") } == [
                "step 2 mistral-small:22b: - (4 items)", "1| skipped 2: {input} contains “o”",
                "3| skipped 2: {input} contains “o”", "2| step 2 mistral-small:22b: six+X", "2| done 2: 6",
                "4| step 2 mistral-small:22b: ten+X", "4| done 2: 10", "done 2: one\n6\ntwo\n10",
                "1| skipped 3: not so: {initial} contains “never”", "2| skipped 3: not so: {initial} contains “never”",
                "3| skipped 3: not so: {initial} contains “never”", "4| skipped 3: not so: {initial} contains “never”",
                "skipped 3: not so: {initial} contains “never”",
            ])
    }

    @Test func anInnerChainThatIsLeftOut() async {
        var left = ChainStep(name: "Inner", action: .chain(inner))
        left.condition = StepCondition(test: .contains("never"))
        let chain = Chain(name: "outer", steps: [step("A", small), left, step("B", small, "{input}|{steps.Inner}|")])
        _ = await bench.run(chain, on: gpuBox(bench.clock))
        #expect(
            transcript.lines(of: "skipped", "step 4") == [
                "skipped 2: not so: {input} contains “never”", "skipped 3: not so: {input} contains “never”",
                "step 4 mistral-small:22b: answer 1||",
            ])
    }

    @Test func anInnerChainThatFailsCanBePassedOver() async {
        var inner = ChainStep(name: "Inner", action: .chain(inner))
        inner.onError = .proceed
        let server = gpuBox(bench.clock)
        server.set { $0.acts[large] = [.text("half"), .fail(crash)] }
        let chain = Chain(name: "outer", steps: [inner, step("B", small)])
        let result = await bench.run(chain, on: server)
        #expect(result.status == .completed)
        #expect(
            transcript.lines(of: "failed", "step 3") == [
                "failed 2: \(crash.sentence) | half", "step 3 mistral-small:22b: half",
            ])
    }

    @Test func theInnermostSettingsHold() {
        var inner = inner
        inner.context = .tokens(9000)
        inner.management.baseURL = "attic"
        let flat = FlatChain(Chain(name: "outer", steps: [ChainStep(name: "Inner", action: .chain(inner))]))
        #expect(flat.chain.steps.map { $0.call?.context } == [.tokens(9000), .tokens(9000)])
        #expect(flat.chain.steps.map { $0.call?.server } == ["attic", "attic"])
    }
}

@Suite struct ForEachTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }

    private func chain(_ each: ForEach, rule: ErrorRule = .stop) -> Chain {
        var step = step("Each", small, "do {input} of {initial}")
        step.each = each
        step.onError = rule
        return Chain(name: "test", steps: [step])
    }

    private func run(_ chain: Chain, input: String, on server: FakeServer) async -> ChainEvent.RunResult {
        await bench.make(chain, on: server).start(input: input) { transcript.take($0) }
    }

    @Test func linesAreItems() async {
        let result = await run(chain(ForEach()), input: " a \n\nb\r\nc", on: gpuBox(bench.clock))
        #expect(result.output == "answer 1\nanswer 2\nanswer 3")
        #expect(
            transcript.lines(of: "step") == [
                "step 1 mistral-small:22b: - (3 items)", "1| step 1 mistral-small:22b: do a of  a \n\nb\r\nc",
                "2| step 1 mistral-small:22b: do b of  a \n\nb\r\nc",
                "3| step 1 mistral-small:22b: do c of  a \n\nb\r\nc",
            ])
    }

    @Test(arguments: [
        (#"["a", {"b": 1}, 2]"#, ["a", #"{"b":1}"#, "2"]), ("Here:\n```json\n[\"x\"]\n```\nDone.", ["x"]), ("[]", []),
    ])
    func membersOfAnArrayAreItems(text: String, items: [String]) throws {
        #expect(try ForEach(form: .json).items(of: text) == items)
    }

    @Test func outputsOfAJSONListAreOne() async {
        let result = await run(chain(ForEach(form: .json)), input: #"["a","b"]"#, on: gpuBox(bench.clock))
        #expect(result.output == #"["answer 1","answer 2"]"#)
    }

    @Test func aTextThatIsNoListFailsTheStep() async {
        let result = await run(chain(ForEach(form: .json)), input: "Sure! a, b", on: gpuBox(bench.clock))
        #expect(
            result.error
                == "for_each: json needs a JSON array, and the text is “Sure! a, b”; for_each: lines takes each line "
                + "of any text")
    }

    @Test func nothingToDoIsNoFault() async {
        let result = await run(chain(ForEach()), input: "\n \n", on: gpuBox(bench.clock))
        #expect(result.status == .completed)
        #expect(result.output == "")
        #expect(transcript.lines(of: "done") == ["done 1: "])
    }

    @Test func soManyAtATime() async {
        let server = gpuBox(bench.clock)
        let acts: [FakeServer.Act] = [.mark("go"), .text("x"), .finish(GenerationMetrics(reason: "stop"))]
        server.set { $0.acts[small] = acts }
        async let result = run(chain(ForEach(width: 2)), input: "a\nb\nc", on: server)
        await server.until { $0.requests.count == 2 }
        #expect(server.state.withLock { $0.requests.count } == 2)
        server.set { $0.marks = ["go"] }
        #expect(await result.output == "x\nx\nx")
    }

    @Test func theFirstFailureEndsTheRest() async {
        let server = gpuBox(bench.clock)
        server.set { $0.nextActs[small] = [says("one"), [.text("tw"), .fail(crash)]] }
        let result = await run(chain(ForEach()), input: "a\nb\nc", on: server)
        #expect(result.status == .failed)
        #expect(result.error == "item 2: \(crash.sentence)")
        #expect(result.output == "tw")
        #expect(server.state.withLock { $0.requests.count } == 2)
    }

    @Test func failuresCanBePassedOver() async {
        let server = gpuBox(bench.clock)
        server.set { $0.nextActs[small] = [says("one"), [.text("tw"), .fail(crash)]] }
        let result = await run(chain(ForEach(), rule: .proceed), input: "a\nb\nc", on: server)
        #expect(result.output == "one\ntw\nanswer 3")
        #expect(transcript.lines(of: "failed") == ["2| failed 1: \(crash.sentence) | tw"])
    }
}

@Suite struct StepFlowTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }

    @Test(arguments: [
        (StepCondition(test: .contains("ANSWER")), true), (StepCondition(test: .contains("x")), false),
        (StepCondition(test: .contains("x"), isNegated: true), true),
        (StepCondition(subject: "{steps.A}", test: .equals(" Answer 1 ")), true),
        (StepCondition(test: .equals("answer")), false), (StepCondition(test: .matches("^answer \\d$")), true),
        (StepCondition(test: .isEmpty), false), (StepCondition(test: .isEmpty, isNegated: true), true),
        (StepCondition(subject: "{initial}", test: .contains("in")), true),
    ])
    func aStepIsDoneWhenItsConditionHolds(condition: StepCondition, isDone: Bool) async {
        var second = step("B", small)
        second.condition = condition
        _ = await bench.run(Chain(name: "test", steps: [step("A", small), second]), on: gpuBox(bench.clock))
        #expect(transcript.lines(of: "skipped").isEmpty == isDone)
        #expect(transcript.lines(of: "done 2").isEmpty != isDone)
    }

    @Test func aFailedStepIsTriedAgain() async {
        let server = gpuBox(bench.clock)
        server.set { $0.nextActs[small] = [[.text("ha"), .fail(crash)]] }
        var first = step("A", small)
        first.retries = 1
        let result = await bench.run(Chain(name: "test", steps: [first]), on: server)
        #expect(result.output == "answer 2")
        #expect(transcript.lines(of: "again") == ["again 1 #2: \(crash.sentence)"])
    }

    @Test func aFailedLoadIsTriedAgain() async {
        let server = gpuBox(bench.clock)
        let error = ModelManagementError(kind: .loadFailed, action: "load", server: "gpu-box", reason: "no memory")
        server.set { $0.nextLoadErrors[small] = error }
        var first = step("A", small)
        first.retries = 1
        let result = await bench.run(Chain(name: "test", steps: [first], policy: .strict), on: server)
        #expect(result.status == .completed)
        #expect(transcript.lines(of: "again") == ["again 1 #2: \(error.sentence)"])
    }

    @Test func nothingIsTriedAgainUnasked() async {
        let server = gpuBox(bench.clock)
        server.set { $0.nextActs[small] = [[.fail(crash)]] }
        let result = await bench.run(Chain(name: "test", steps: [step("A", small)]), on: server)
        #expect(result.status == .failed)
        #expect(server.state.withLock { $0.requests.count } == 1)
    }

    @Test func aFailureCanBePassedOver() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = [.text("half"), .fail(crash)] }
        var first = step("A", small)
        first.onError = .proceed
        let result = await bench.run(Chain(name: "test", steps: [first, step("B", large)]), on: server)
        #expect(result.status == .completed)
        #expect(
            transcript.lines(of: "failed", "step 2") == [
                "failed 1: \(crash.sentence) | half", "step 2 deepseek-r1:70b: half",
            ])
    }

    @Test func anotherModelStandsInAfterAFailedLoad() async {
        let server = gpuBox(bench.clock)
        let error = ModelManagementError(kind: .loadFailed, action: "load", server: "gpu-box", reason: "no memory")
        server.set { $0.loadErrors[large] = error }
        var first = step("A", large)
        first.onError = .fallback(ModelCall(model: small, instruction: "{input}"))
        let result = await bench.run(Chain(name: "test", steps: [first], policy: .sameModel), on: server)
        #expect(result.status == .completed)
        #expect(server.calls == ["load deepseek-r1:70b", "load mistral-small:22b", "unload mistral-small:22b"])
        #expect(transcript.lines(of: "again") == ["again 1 #2: \(error.sentence): mistral-small:22b stands in"])
    }

    @Test func whenTheStandInFailsTheChainEnds() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts = [small: [.fail(crash)], large: [.fail(crash)]] }
        var first = step("A", large)
        first.onError = .fallback(ModelCall(model: small, instruction: "{input}"))
        let result = await bench.run(Chain(name: "test", steps: [first, step("B", small)]), on: server)
        #expect(result.status == .failed)
        #expect(transcript.lines(of: "failed").count == 2)
    }

    @Test func modelsSeeWhatWasSaidBefore() async {
        let server = gpuBox(bench.clock)
        var chain = chain([small, large])
        chain.history = .full
        chain.steps[1].call?.system = "You are brief."
        _ = await bench.run(chain, on: server)
        #expect(
            server.state.withLock { $0.requests.last?.messages } == [
                ChatMessage(role: "system", content: "You are brief."), ChatMessage(role: "user", content: "in+A"),
                ChatMessage(role: "assistant", content: "answer 1"), ChatMessage(role: "user", content: "answer 1+B"),
            ])
    }

    @Test func anAnswerHasHalfAnHourUnlessTheStepSaysOtherwise() async {
        let server = gpuBox(bench.clock)
        var chain = chain([small, small, small])
        chain.steps[1].timeout = 5
        chain.steps[2].timeout = .infinity
        _ = await bench.run(chain, on: server)
        #expect(server.state.withLock { $0.requests.map(\.timeout) } == [1800, 5, nil])
    }
}

@Suite struct ResumeTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }

    private func resume(_ chain: Chain, at point: ResumePoint, on server: FakeServer) async -> ChainEvent.RunResult {
        let run = ChainRun(
            chain: chain, options: ChainRunOptions(), servers: FakeServers(standard: server), runID: "r1",
            clock: bench.clock, locks: InProcessModelLocks(), resuming: point)
        return await run.start(input: "in") { transcript.take($0) }
    }

    @Test func aRunGoesOnWithWhatWasRecorded() async {
        let server = gpuBox(bench.clock)
        let chain = Chain(
            name: "test", steps: [step("A", small), step("B", large), step("C", large, "{steps.A}/{input}/{initial}")])
        let result = await resume(
            chain, at: ResumePoint(fromStep: 3, outputs: [1: "one", 2: "two"], sequence: 41), on: server)
        #expect(result.output == "answer 1")
        #expect(transcript.all.first?.sequence == 42)
        #expect(transcript.lines(of: "resumed", "step") == ["resumed at 3", "step 3 deepseek-r1:70b: one/two/in"])
    }

    @Test func anInnerChainBeginsAnew() async {
        let inner = Chain(name: "inner", steps: [step("X", small), step("Y", small)])
        let chain = Chain(
            name: "test", steps: [step("A", small), ChainStep(name: "Inner", action: .chain(inner)), step("B", small)])
        _ = await resume(chain, at: ResumePoint(fromStep: 3, outputs: [1: "one", 2: "x"]), on: gpuBox(bench.clock))
        #expect(
            transcript.lines(of: "resumed", "step") == [
                "resumed at 2", "step 2 mistral-small:22b: one", "step 3 mistral-small:22b: answer 1",
                "step 4 mistral-small:22b: answer 2",
            ])
    }

    private static func jumps(limit: Int) -> [BreakerRule] {
        [
            BreakerRule(
                name: "back", condition: .outputContains("answer", caseSensitive: false),
                action: .jump(step: "A", limit: limit), steps: ["B"])
        ]
    }

    @Test func jumpsThatWereRecordedCount() async {
        var chain = Chain(name: "test", steps: [step("A", small), step("B", large)])
        chain.breakers = Self.jumps(limit: 3)
        _ = await resume(
            chain,
            at: ResumePoint(
                fromStep: 2, outputs: [1: "one"], uses: [RuleUse(breaker: "back", action: .jump(to: 1)): 2]),
            on: gpuBox(bench.clock))
        #expect(transcript.lines(of: "jumped") == ["jumped 2 -> 1"])
        #expect(transcript.warnings.count == 1)
        let told = transcript.all.compactMap { RuleUse($0) }
        #expect(told == [RuleUse(breaker: "back", action: .jump(to: 1))])
    }

    @Test func retriesThatWereRecordedCountForTheirStep() async {
        var chain = Chain(name: "test", steps: [step("A", small), step("B", large), step("C", large)])
        chain.breakers = [
            BreakerRule(
                name: "again", condition: .outputContains("answer", caseSensitive: false), action: .retry(limit: 2))
        ]
        _ = await resume(
            chain,
            at: ResumePoint(
                fromStep: 2, outputs: [1: "one"],
                uses: [
                    RuleUse(breaker: "again", action: .retry(step: 2, item: nil)): 1,
                    RuleUse(breaker: "gone", action: .retry(step: 2, item: nil)): 9,
                ]), on: gpuBox(bench.clock))
        let retried = transcript.all.compactMap { RuleUse($0)?.action }
        #expect(
            retried == [.retry(step: 2, item: nil), .retry(step: 3, item: nil), .retry(step: 3, item: nil)])
    }

    @Test func theTimeOfAllPartsIsTold() async {
        let chain = chain([small, small])
        let result = await resume(
            chain, at: ResumePoint(fromStep: 2, outputs: [1: "one"], seconds: 40, stallSeconds: 5),
            on: gpuBox(bench.clock))
        #expect(transcript.all.contains { $0.event == .runResumed(fromStep: 2, seconds: 40) })
        let own = bench.clock.seconds()
        #expect(result.seconds == 40 + own)
        #expect(result.stallSeconds >= 5 && result.stallSeconds <= 5 + own)
    }

    @Test func whatWasSaidBeforeIsKnownAgain() async {
        let server = gpuBox(bench.clock)
        var chain = chain([small, large])
        chain.history = .full
        _ = await resume(chain, at: ResumePoint(fromStep: 2, outputs: [1: "one"]), on: server)
        #expect(server.state.withLock { $0.requests.last?.messages.map(\.content) } == ["in+A", "one", "one+B"])
    }
}
