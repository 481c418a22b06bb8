import PromptChainCore
import Testing

@testable import ChainEngine

/// Chains in Swift whose steps are of all kinds.
@Suite(.timeLimit(.minutes(1))) struct PromptChainStepsTests {
    private let clock = ManualClock()

    private func make(_ steps: [ChainStep], on server: FakeServer, history: HistoryRule = .none) throws -> PromptChain {
        try PromptChain(
            steps: steps, history: history, storeSteps: true, servers: FakeServers(standard: server),
            locks: InProcessModelLocks())
    }

    private func ask(_ name: String, _ instruction: String = "{input}") -> ChainStep {
        ChainStep(name: name, model: "mistral-small:22b", instruction: PromptTemplate(instruction))
    }

    private func upper(_ name: String) -> ChainStep {
        ChainStep(name: name, action: .function(StepFunction { $0.uppercased() }))
    }

    @Test func outputsAreKnownByNumberAndName() async throws {
        let inner = Chain(name: "inner", steps: [upper("Shout")])
        let chain = try make(
            [ask("Draft"), ChainStep(name: "Inner", action: .chain(inner)), ask("End", "{steps.Inner}!")],
            on: gpuBox(clock))
        #expect(try await chain.processPrompt("hi") == "answer 2")
        #expect(chain.stepOutput(0) == PromptChain.StepOutput(type: "initial", output: "hi"))
        #expect(
            chain.stepOutput("Draft") == PromptChain.StepOutput(type: "model", output: "answer 1", modelParams: [:]))
        #expect(chain.stepOutput(2) == PromptChain.StepOutput(type: "function", output: "ANSWER 1"))
        #expect(chain.stepOutput("Inner › Shout") == chain.stepOutput(2))
        #expect(chain.stepOutput("End")?.type == "model")
        #expect(chain.stepOutput("Shout") == chain.stepOutput(2))
        #expect(chain.stepOutput("Inner") == PromptChain.StepOutput(type: "chain", output: "ANSWER 1"))
        #expect(chain.stepOutput("hout") == nil)
        #expect(chain.stepOutput(4) == nil)
    }

    @Test func ofSeveralStepsWithANameTheOutermostIsMeant() async throws {
        let deep = Chain(name: "deep", steps: [upper("Same"), upper("Only")])
        let first = Chain(name: "first", steps: [ChainStep(name: "Deep", action: .chain(deep)), ask("Twice")])
        let second = Chain(name: "second", steps: [ask("Same"), ask("Twice")])
        let chain = try make(
            [
                ChainStep(name: "First", action: .chain(first)), ChainStep(name: "Second", action: .chain(second)),
                ask("Only"),
            ], on: gpuBox(clock))
        _ = try await chain.processPrompt("hi")
        #expect(chain.stepOutput("Same") == chain.stepOutput(4))
        #expect(chain.stepOutput("Deep › Same")?.output == "HI")
        #expect(chain.stepOutput("First › Deep › Same") == chain.stepOutput(1))
        #expect(chain.stepOutput("Twice") == chain.stepOutput(3))
        #expect(chain.stepOutput("Only") == chain.stepOutput(6))
        #expect(chain.stepOutput("First › Deep")?.output == "HI")
    }

    @Test func anInnerChainForItemsGivesAllOutputs() async throws {
        var inner = ChainStep(name: "Inner", action: .chain(Chain(name: "inner", steps: [upper("Shout")])))
        inner.each = ForEach(source: PromptTemplate("{input}"), form: .json)
        let chain = try make([inner], on: gpuBox(clock))
        #expect(try await chain.processPrompt(#"["a","b"]"#) == #"["A","B"]"#)
        #expect(chain.stepOutput("Inner")?.output == #"["A","B"]"#)
        #expect(chain.stepOutput("Shout")?.output == "A\nB")
    }

    @Test func aProgramsOutputIsKnown() async throws {
        let count = ChainStep(name: "Count", action: .command(CommandCall(["wc", "-c"])))
        let chain = try make([ask("Draft"), count], on: gpuBox(clock))
        _ = try await chain.processPrompt("hi")
        #expect(chain.stepOutput("Count")?.type == "command")
        #expect(chain.stepOutput(2)?.output == "8")
    }

    @Test func aStepThatAJumpLedBackToGivesItsLastOutput() async throws {
        var inner = Chain(name: "inner", steps: [ask("Draft"), upper("Shout")])
        inner.breakers = [
            BreakerRule(
                name: "back", condition: .outputContains("ANSWER", caseSensitive: true),
                action: .jump(step: "Draft", limit: 1), steps: ["Shout"])
        ]
        let chain = try make([ChainStep(name: "Inner", action: .chain(inner))], on: gpuBox(clock))
        #expect(try await chain.processPrompt("hi") == "ANSWER 2")
        #expect(chain.stepOutput("Draft")?.output == "answer 2")
        #expect(chain.stepOutput(2)?.output == "ANSWER 2")
        #expect(chain.stepOutput("Inner")?.output == "ANSWER 2")
    }

    @Test func itemsCountAsOneStep() async throws {
        var step = upper("Each")
        step.each = ForEach(source: PromptTemplate("{input}"), form: .lines)
        let chain = try make([step, ask("Next")], on: gpuBox(clock))
        _ = try await chain.processPrompt("a\nb")
        #expect(chain.stepOutput(1)?.output == "A\nB")
        #expect(chain.stepOutput(2)?.output == "answer 1")
    }

    @Test func modelsSeeWhatWasSaidWhereAsked() async throws {
        let server = gpuBox(clock)
        let chain = try make([ask("One"), ask("Two", "and {input}")], on: server, history: .full)
        _ = try await chain.processPrompt("hi")
        #expect(
            server.state.withLock { $0.requests.last?.messages.map(\.content) } == ["hi", "answer 1", "and answer 1"])
    }

    @Test func stepsHaveToFitTogether() {
        let server = gpuBox(clock)
        #expect(throws: PromptChainError.invalid("a chain needs at least one step")) { try make([], on: server) }
        #expect(throws: PromptChainError.invalid("two steps are called “A”: give each a name of its own")) {
            try make([ask("A"), ask("A")], on: server)
        }
    }
}
