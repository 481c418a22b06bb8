import ModelManagement
import PromptChainCore
import Synchronization
import Testing

@testable import ChainEngine

/// Rules in a run: what they see, and what becomes of the chain.
@Suite(.timeLimit(.minutes(1))) struct BreakerRunTests {
    private let bench = Bench()
    private var transcript: Transcript { bench.transcript }

    private func chain(_ models: [ModelName], _ rules: BreakerRule...) -> Chain {
        var chain = ChainEngineTests.chain(models)
        chain.breakers = rules
        return chain
    }

    private func says(_ pieces: String...) -> [FakeServer.Act] {
        pieces.map { .text($0) } + [.finish(GenerationMetrics(reason: "stop", outputTokens: pieces.count))]
    }

    private func contains(
        _ text: String, _ action: BreakerAction = .stop(isFailure: false), name: String = "contains",
        steps: [String]? = nil
    ) -> BreakerRule {
        BreakerRule(
            name: name, condition: .outputContains(text, caseSensitive: false), action: action, steps: steps)
    }

    private var lines: [String] {
        transcript.lines(of: "token", "done", "again", "jumped", "broken", "failed", "completed", "warning")
    }

    @Test func aRuleEndsAnAnswerWhileItComes() async {
        let server = gpuBox(bench.clock)
        // What comes after the hang is never asked for.
        server.set { $0.acts[small] = [.text("I can"), .text("not ans"), .text("wer this."), .hang] }
        let result = await bench.run(chain([small, large], contains("cannot answer")), on: server)
        #expect(
            lines == [
                "token 1 I can", "token 1 not ans", "token 1 wer this.", "done 1: I cannot answer this.",
                "broken 1 contains: the output contains “cannot answer”", "broken: I cannot answer this.",
            ])
        #expect(result.error == nil)
        #expect(result.finalVRAMBytes == 0)
        #expect(transcript.steps.first?.outputTokens == 3)
    }

    @Test func aStopCanBeAFailure() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = says("cannot") }
        let result = await bench.run(chain([small], contains("cannot", .stop(isFailure: true))), on: server)
        #expect(result.status == .broken)
        #expect(result.error == "the output contains “cannot”")
    }

    @Test func anotherOutputIsGiven() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[large] = says("no {initial}") }
        let result = await bench.run(
            chain([small, large], contains("no ", .replace("{steps.A}, then “{input}” for {initial}"))), on: server)
        #expect(result.output == "answer 1, then “no {initial}” for in")
    }

    @Test func aStepIsDoneAgainOnce() async {
        let server = gpuBox(bench.clock)
        server.set {
            $0.nextActs[small] = [[.text("a bad"), .hang], says("a bad one again")]
        }
        let result = await bench.run(chain([small, large], contains("bad", .retry(limit: 1))), on: server)
        #expect(
            lines == [
                "token 1 a bad", "done 1: a bad", "again 1 #2: the output contains “bad”", "token 1 a bad one again",
                "warning “contains” had “A” done again once, and still applies: the chain goes on (the output contains "
                    + "“bad”)",
                "done 1: a bad one again", "token 2 answer 3", "done 2: answer 3", "completed: answer 3",
            ]
                || lines == [
                    "token 1 a bad", "done 1: a bad", "again 1 #2: the output contains “bad”",
                    "token 1 a bad one again", "done 1: a bad one again",
                    "warning “contains” had “A” done again once, and still applies: the chain goes on (the output "
                        + "contains “bad”)",
                    "token 2 answer 3", "done 2: answer 3", "completed: answer 3",
                ])
        #expect(result.status == .completed)
    }

    @Test func aChainGoesBackAndNotForEver() async {
        let server = gpuBox(bench.clock)
        let rule = contains("answer", .jump(step: "A", limit: 2), name: "back", steps: ["B"])
        let result = await bench.run(chain([small, large], rule), on: server)
        #expect(
            transcript.lines(of: "done", "jumped", "warning", "completed") == [
                "done 1: answer 1", "done 2: answer 2", "jumped 2 -> 1", "done 1: answer 3", "done 2: answer 4",
                "jumped 2 -> 1", "done 1: answer 5", "done 2: answer 6",
                "warning “back” has sent the chain to “A” 2 times: the chain goes on instead (the output contains "
                    + "“answer”)", "completed: answer 6",
            ])
        #expect(result.finalVRAMBytes == 0)
    }

    @Test func jsonIsJudgedByItsFirstCharacter() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = [.text("Sure! Here"), .text(" is"), .hang] }
        let result = await bench.run(chain([small], BreakerRule(name: "json", condition: .invalidJSON)), on: server)
        #expect(lines.prefix(2) == ["token 1 Sure! Here", "done 1: Sure! Here"])
        #expect(result.status == .broken)
    }

    @Test func patternsAreLookedForWhileTextComes() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = [.text("line one\n"), .text("error 17\n"), .hang] }
        let rule = BreakerRule(name: "match", condition: .outputMatches("(?m)^error [0-9]+$", caseSensitive: true))
        let result = await bench.run(chain([small], rule), on: server)
        #expect(result.output == "line one\nerror 17\n")
        #expect(lines.contains("broken 1 match: the output matches (?m)^error [0-9]+$: “error 17”"))
    }

    @Test func tokensAreCountedWithTheReasoning() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = [.thinking("hm"), .thinking("well"), .text("a"), .text("b"), .hang] }
        let rule = BreakerRule(name: "tokens", condition: .tokensOver(3))
        let result = await bench.run(chain([small], rule), on: server)
        #expect(result.output == "ab")
        #expect(lines.contains("broken 1 tokens: more than 3 tokens"))
    }

    @Test func loopsEndInTheReasoningAsWell() async {
        let server = gpuBox(bench.clock)
        server.set {
            $0.acts[small] = Array(repeating: .thinking("Wait, let me think again. "), count: 100) + [.hang]
        }
        let result = await bench.run(chain([small], BreakerRule(name: "loop", condition: .repeats)), on: server)
        #expect(result.status == .broken)
        #expect(
            lines.contains {
                $0.hasPrefix("broken 1 loop: the reasoning repeats itself: “Wait, let me think again.” stands there ")
            })
    }

    @Test func timeCountsAlsoWhenNothingComes() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = [.text("a"), .hang] }
        let rule = BreakerRule(name: "slow", condition: .secondsOver(20))
        var steps = chain([small], rule)
        steps.policy = nil
        let run = bench.make(steps, on: server)
        async let result = run.start(input: "in") { transcript.take($0) }
        await bench.clock.somebodySleeps()
        bench.clock.advance(by: 21)
        #expect(await result.output == "a")
        #expect(lines.last == "broken: a")
        #expect(lines.contains("broken 1 slow: more than 20s"))
    }

    @Test func aProgramDecides() async {
        let script =
            "grep -q '\"name\":\"B\"' && echo '{\"break\": true, \"reason\": \"B is done\", \"output\": 7}' "
            + "|| echo '{\"break\": false}'"
        let call = CommandCall(["sh", "-c", PromptTemplate(literal: script)])
        let rule = BreakerRule(name: "check", condition: .command(call, timeout: 20))
        let result = await bench.run(chain([small, large], rule), on: gpuBox(bench.clock))
        #expect(result.output == "7")
        #expect(lines.suffix(2) == ["broken 2 check: B is done", "broken: 7"])
    }

    @Test func aModelThatCannotBeLoadedIsTriedAgain() async {
        let server = gpuBox(bench.clock)
        let crash = ModelManagementError(
            kind: .loadFailed, action: "load mistral-small:22b", server: "gpu-box", reason: "no room")
        server.set { $0.nextLoadErrors[small] = crash }
        let rule = BreakerRule(name: "load", condition: .modelManagementFailed, action: .retry(limit: 1))
        let result = await bench.run(chain([small], rule), on: server)
        #expect(result.status == .completed)
        #expect(lines.contains { $0.hasPrefix("again 1 #2: Model management failed: ") })
    }

    /// The example of the original, line for line.
    @Test func theExampleOfTheOriginal() async throws {
        let timeoutChainbreaker = Chainbreaker { stepNum, output, stepInfo in
            if output.lowercased().contains("model management failed") {
                return (true, "Model management error", "Process stopped due to VRAM issues")
            }
            return (false, "", nil)
        }
        let server = gpuBox(bench.clock)
        server.set {
            $0.loadErrors["very-large-model:100b"] = ModelManagementError(
                kind: .loadFailed, action: "load very-large-model:100b", server: "gpu-box", reason: "no room")
        }
        let chain = try PromptChain(
            models: ["ollama/very-large-model:100b"], instructions: ["Process: {input}"],
            modelManagement: ChainManagement(enabled: true, provider: .ollama),
            chainbreakers: [timeoutChainbreaker], verbose: true, servers: FakeServers(standard: server),
            locks: InProcessModelLocks(), onEvent: { transcript.take($0) })
        #expect(try await chain.processPrompt("data") == "Process stopped due to VRAM issues")
        #expect(lines.contains("broken 1 chainbreaker: Model management error"))
    }

    @Test func aClosureThatThrowsIsAWarning() async {
        struct Trouble: Error, CustomStringConvertible { var description: String { "no network" } }
        let result = await bench.run(
            chain([small]), on: gpuBox(bench.clock),
            chainbreakers: [Chainbreaker("remote") { _, _ in throw Trouble() }])
        #expect(result.status == .completed)
        #expect(transcript.warnings == ["“remote” failed after step 1: no network"])
    }

    @Test func programsAreSteps() async {
        func command(_ name: String, _ words: PromptTemplate...) -> ChainStep {
            ChainStep(name: name, action: .command(CommandCall(words)))
        }
        let chain = Chain(
            name: "test",
            steps: [
                command("Upper", "tr", "a-z", "A-Z"),
                command("Say", "sh", "-c", "cat; echo \" of $1\"; echo careful >&2; echo", "-", "{initial} $HOME"),
            ])
        let result = await bench.run(chain, on: gpuBox(bench.clock))
        #expect(result.output == "IN of in $HOME")
        #expect(transcript.logs.contains("Say: careful"))
    }

    @Test func aProgramThatFailsFailsItsStep() async {
        let chain = Chain(
            name: "test",
            steps: [
                ChainStep(
                    name: "Fail", action: .command(CommandCall(["sh", "-c", "echo no such file >&2; exit 2"])))
            ])
        let result = await bench.run(chain, on: gpuBox(bench.clock))
        #expect(result.status == .failed)
        #expect(result.error == "sh ended with status 2: no such file")
    }
}
