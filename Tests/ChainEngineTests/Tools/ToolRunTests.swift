import ModelManagement
import PromptChainCore
import Testing

@testable import ChainEngine

/// Chains whose models call tools, step by step.
@Suite struct ToolRunTests {
    private let bench = Bench()
    private var transcript: Transcript { bench.transcript }

    private let usage = GenerationMetrics(
        reason: "stop", loadSeconds: 0.5, outputSeconds: 2, promptTokens: 10, outputTokens: 20)

    /// A box with two tools: one that answers, moving the clock, and one that fails.
    private func box() async throws -> ToolBox {
        let clock = bench.clock
        return ToolBox(
            servers: [],
            functions: [
                ToolFunction("look_up", "Looks something up.") { arguments in
                    clock.advance(by: 3)
                    return "found \(arguments["word"]?.stringValue ?? "-")"
                },
                ToolFunction("break_down", "Fails.") { _ in
                    throw ToolFault(.refused, "it is broken")
                },
            ])
    }

    private func steps(_ tools: [String]?, rounds: Int? = nil, models: [ModelName] = [small]) -> Chain {
        var chain = chain(models)
        for index in chain.steps.indices {
            chain.steps[index].tools = tools
            chain.steps[index].maxToolRounds = rounds
        }
        return chain
    }

    private func call(_ name: String, _ arguments: JSONValue = [:], id: String = "") -> ToolCall {
        ToolCall(id: id, name: name, arguments: arguments)
    }

    private func server(_ rounds: [[FakeServer.Act]], capabilities: [String]? = ["tools"]) -> FakeServer {
        let server = gpuBox(bench.clock)
        server.set { state in
            state.nextActs[small] = rounds
            state.models[small]?.capabilities = capabilities
        }
        return server
    }

    @Test func callsAreMadeInOrderAndAnsweredById() async throws {
        let server = server([
            [
                .text("Let me look."), .wait(1),
                .tools([call("look_up", ["word": "a"], id: "c1"), call("break_down", id: "c2"), call("none", id: "c2")]
                ),
                .finish(usage),
            ],
            [.wait(1), .text("It is a."), .finish(usage)],
        ])
        let result = await bench.run(steps(nil), on: server, tools: try await box())
        #expect(result.status == .completed)
        #expect(result.output == "It is a.")
        #expect(
            transcript.lines.filter { $0.hasPrefix("t") || $0.hasPrefix("done") } == [
                "token 1 Let me look.", #"tool 1 c1 /look_up {"word":"a"}"#, "tool 1 c1 gave 3.0s: found a",
                "tool 1 c2 /break_down {}", "tool 1 c2 failed 0.0s: it is broken", "tool 1 call_1_3 /none {}",
                "tool 1 call_1_3 failed 0.0s: there is no tool none. There are: look_up, break_down",
                "token 1 \n\nIt is a.", "done 1: It is a.",
            ])
        let requests = server.state.withLock { $0.requests }
        #expect(requests.map { $0.tools.map(\.name) } == [["look_up", "break_down"], ["look_up", "break_down"]])
        #expect(requests.allSatisfy { $0.load == requests[0].load })
        let messages = requests[1].messages
        #expect(messages.map(\.role) == ["user", "assistant", "tool", "tool", "tool"])
        #expect(messages[1].content == "Let me look.")
        #expect(messages[1].toolCalls.map(\.id) == ["c1", "c2", "call_1_3"])
        #expect(messages.dropFirst(2).map(\.toolCallID) == ["c1", "c2", "call_1_3"])
        #expect(messages[2].content == "found a")
        #expect(messages[3].content == "Error: it is broken")
        let step = try #require(transcript.steps.first)
        #expect(step.outputTokens == 40)
        #expect(step.promptTokens == 20)
        #expect(step.tokensPerSecond == 10)
        // From the first text on, without the three seconds of the tool.
        #expect(step.generateSeconds == 2)
    }

    /// Each request is told as it is sent: what is new in it, and what it keeps of the one before.
    @Test func whatIsAskedIsTold() async throws {
        let server = server([
            [.text("Let me look."), .tools([call("look_up", ["word": "a"], id: "c1")]), .finish(usage)],
            [.text("It is a."), .finish(usage)],
        ])
        var chain = steps(nil, rounds: 1)
        chain.steps[0].call?.system = "Be brief."
        chain.steps[0].call?.options = ["temperature": 0.5]
        _ = await bench.run(chain, on: server, tools: try await box())
        #expect(
            transcript.sent == [
                .init(
                    step: 1, round: 1, server: "gpu-box", model: small,
                    messages: [.init(role: "system", content: "Be brief."), .init(role: "user", content: nil)],
                    tools: ["look_up", "break_down"], parameters: ["temperature": 0.5]),
                .init(
                    step: 1, round: 2, server: "gpu-box", model: small, kept: 2,
                    messages: [
                        .init(
                            role: "assistant", content: "Let me look.",
                            calls: [.init(tool: "look_up", arguments: ["word": "a"])]),
                        .init(role: "tool", content: "found a", tool: "look_up"),
                        .init(role: "user", content: "No more tools can be called. Answer now, with what you know."),
                    ], parameters: ["temperature": 0.5]),
            ])
        let requests = server.state.withLock { $0.requests }
        #expect(zip(transcript.sent, requests).allSatisfy { $0.kept + $0.messages.count == $1.messages.count })
        #expect(transcript.lines.contains("step 1 mistral-small:22b: in+A"))
    }

    @Test func argumentsThatAreNoneGoBackToTheModel() async throws {
        var bad = call("look_up", id: "c1")
        bad.malformedArguments = #"{"word":"#
        let server = server([[.tools([bad]), .finish(usage)], [.text("ok"), .finish(usage)]])
        let result = await bench.run(steps(nil), on: server, tools: try await box())
        #expect(result.output == "ok")
        let answer = server.state.withLock { $0.requests[1].messages.last }
        #expect(answer?.content == #"Error: the arguments are no JSON object: {"word":"#)
    }

    @Test func afterSoManyRoundsItMustAnswer() async throws {
        let asking: [FakeServer.Act] = [.tools([call("look_up")]), .finish(usage)]
        let server = server([asking, asking, [.text("enough"), .finish(usage)]])
        let result = await bench.run(steps(nil, rounds: 2), on: server, tools: try await box())
        #expect(result.output == "enough")
        #expect(transcript.warnings == ["step 1 has asked for tools 2 times: it must answer now"])
        let requests = server.state.withLock { $0.requests }
        #expect(requests.map(\.tools.count) == [2, 2, 0])
        #expect(requests[2].messages.last?.role == "user")
    }

    @Test func withoutAnswerAfterThatTheStepFails() async throws {
        let asking: [FakeServer.Act] = [.tools([call("look_up")]), .finish(usage)]
        let server = server(Array(repeating: asking, count: 20))
        let result = await bench.run(steps(nil), on: server, tools: try await box())
        #expect(result.status == .failed)
        #expect(
            result.error
                == "cannot finish the answer of mistral-small:22b on gpu-box: it asked for tools 8 times and gave no answer"
        )
        #expect(server.state.withLock { $0.requests.count } == 9)
    }

    @Test func scopesAreKept() async throws {
        let server = server([])
        var chain = steps(nil, models: [small, small, small])
        chain.steps[1].tools = []
        chain.steps[2].tools = ["look_up"]
        let result = await bench.run(chain, on: server, tools: try await box())
        #expect(result.status == .completed)
        #expect(
            server.state.withLock { $0.requests.map { $0.tools.map(\.name) } }
                == [["look_up", "break_down"], [], ["look_up"]])
    }

    @Test func anUnknownToolIsRefusedBeforeTheFirstStep() async throws {
        let server = server([])
        let result = await bench.run(steps(["lookup"]), on: server, tools: try await box())
        #expect(result.status == .failed)
        #expect(
            result.error == "step 1: there is no tool and no tool server “lookup”. Did you mean “look_up”?")
        #expect(!transcript.lines.contains { $0.hasPrefix("step") || $0.hasPrefix("loading") })
    }

    @Test func toolsWithoutAnyServerAreRefused() async throws {
        let result = await bench.run(steps(["search"]), on: server([]))
        #expect(
            result.error == "step 1: there is no tool and no tool server “search”. The chain has no mcp_servers.")
    }

    @Test func aModelThatCannotCallToolsIsRefusedBeforeTheFirstStep() async throws {
        for tools in [nil, ["look_up"]] {
            let server = server([], capabilities: ["completion"])
            let result = await bench.run(steps(tools), on: server, tools: try await box())
            #expect(
                result.error == "step 1 uses tools, and mistral-small:22b on gpu-box cannot call any. Use a model with "
                    + "the capability “tools” (`promptchain models` shows them), or give the step tools: [].")
            #expect(server.calls == [])
        }
    }

    /// As in a chain whose first model searches and whose second one, which cannot call tools, thinks about it.
    @Test func besideOthersItAnswersWithoutTools() async throws {
        let server = server([])
        server.set { $0.models[large]?.capabilities = ["completion", "thinking"] }
        let result = await bench.run(steps(nil, models: [small, large]), on: server, tools: try await box())
        #expect(result.status == .completed)
        #expect(transcript.warnings == ["step 2 answers without tools: deepseek-r1:70b cannot call any"])
        #expect(server.state.withLock { $0.requests.map(\.tools.count) } == [2, 0])
    }

    @Test func aServerThatDoesNotSayIsTried() async throws {
        let server = server([], capabilities: nil)
        #expect(await bench.run(steps(nil), on: server, tools: try await box()).status == .completed)
    }

    @Test func aStopInACallEndsTheRun() async throws {
        let server = server([[.tools([call("hang")]), .finish(usage)]])
        let box = ToolBox(
            servers: [],
            functions: [
                ToolFunction("hang", "Hangs.") { _ in
                    try await Task.sleep(for: .seconds(86_400))
                    return ""
                }
            ])
        let run = bench.make(steps(nil), on: server, tools: box)
        let result = await bench.run(run) { event in
            if case .toolCalled = event { true } else { false }
        }
        #expect(result.status == .cancelled)
        #expect(server.loadedNames == [])
    }

    @Test func aToolThatTakesTheWholeTimeOfTheStepEndsIt() async throws {
        let server = server([[.tools([call("deaf")]), .finish(usage)], [.text("late"), .finish(usage)]])
        let gate = Latch<String>()
        let clock = bench.clock
        let box = ToolBox(
            servers: [],
            functions: [
                ToolFunction("deaf", "Heeds nothing.") { _ in
                    await clock.somebodySleeps()
                    clock.advance(by: 61)
                    return await gate.value()
                }
            ])
        var chain = steps(nil, models: [small])
        chain.steps[0].timeout = 60
        let result = await bench.run(chain, on: server, tools: box)
        #expect(result.status == .failed)
        #expect(
            result.error
                == "cannot finish the answer of mistral-small:22b on gpu-box: the time limit of 1m00s has passed")
        gate.set("")
    }

    /// A chain in a chain has tools of its own, and its steps see no others.
    @Test func chainsInChainsKeepTheirToolsApart() async throws {
        var inner = steps(nil)
        inner.name = "Inner"
        inner.toolServers = [HostileServer(["modern"]).server]
        var outer = steps(nil)
        outer.toolServers = [HostileServer().server]
        outer.steps.append(ChainStep(name: "In", action: .chain(inner)))
        let flat = FlatChain(outer)
        #expect(flat.chain.toolServers.map(\.id) == ["bad", "bad-2"])
        #expect(flat.chain.steps.map(\.tools) == [["bad"], ["bad-2"]])
        let server = server([])
        #expect(await bench.run(outer, on: server).status == .completed)
        let names = server.state.withLock { $0.requests.map { $0.tools.first?.name } }
        #expect(names == ["mcp_bad_echo", "mcp_bad-2_echo"])
    }

    @Test func theRunStartsAndEndsServersOfItsOwn() async throws {
        let asking = ToolCall(id: "c", name: "mcp_bad_where", arguments: [:])
        let server = server([[.tools([asking]), .finish(usage)], [.text("done"), .finish(usage)]])
        var chain = steps(nil)
        chain.toolServers = [HostileServer(["noise"]).server]
        let result = await bench.run(chain, on: server)
        #expect(result.output == "done")
        #expect(transcript.lines.contains("tool 1 c bad/where {}"))
        #expect(transcript.logs.contains("no message: {not json}"))
    }

    @Test func aServerThatCannotStartEndsTheRunBeforeItsFirstStep() async throws {
        let server = server([])
        var chain = steps(nil)
        chain.toolServers = [HostileServer(["complains"]).server]
        let result = await bench.run(chain, on: server)
        #expect(result.status == .failed)
        #expect(
            result.error?.hasPrefix(
                "the tool server “bad” cannot be used: it ended with status 3: ModuleNotFoundError: No module named "
                    + "'search'. Its own words are in the log.") == true)
        #expect(server.calls == [])
    }

    /// A shelf keeps the servers of a chain from one run to the next.
    @Test func aShelfKeepsServersBetweenRuns() async throws {
        let logged = LoggedLines()
        let shelf = ToolShelf { _, line in logged.add(line) }
        var chain = steps(nil)
        #expect(shelf.box(for: chain) == nil)
        chain.toolServers = [HostileServer(["noise"]).server]
        let box = try #require(shelf.box(for: chain))
        #expect(shelf.box(for: chain) === box)
        for _ in 0..<2 {
            #expect(await bench.run(chain, on: server([]), tools: shelf.box(for: chain)).status == .completed)
        }
        #expect(logged.all.count { $0.contains("Welcome") } == 1)
        await shelf.close()
        #expect(shelf.box(for: chain) == nil)
    }

    /// A server that no step needs is not started.
    @Test func onlyWhatIsNeededIsStarted() async throws {
        var chain = steps(["bad"])
        chain.toolServers = [HostileServer().server, HostileServer(["complains"], id: "other").server]
        #expect(await bench.run(chain, on: server([])).status == .completed)
        chain = steps([])
        chain.toolServers = [HostileServer(["complains"]).server]
        #expect(await bench.run(chain, on: server([])).status == .completed)
    }

    /// A run whose model calls a tool server that gives pictures: what the model is told, and shown.
    private func pictures(_ capabilities: [String]?, rounds: Int = 1) async throws -> [ChatMessage] {
        let asking: [FakeServer.Act] = [
            .tools([ToolCall(id: "c", name: "mcp_bad_draw", arguments: [:])]), .finish(usage),
        ]
        let server = server(
            Array(repeating: asking, count: rounds) + [[.text("seen"), .finish(usage)]], capabilities: capabilities)
        var chain = steps(nil, rounds: 20)
        chain.toolServers = [HostileServer(["draws"]).server]
        #expect(await bench.run(chain, on: server).output == "seen")
        return server.state.withLock { $0.requests.last?.messages.filter { $0.role == "tool" } ?? [] }
    }

    @Test func aModelThatSeesIsShownPictures() async throws {
        let answers = try await pictures(["tools", "vision"])
        #expect(answers.map(\.images) == [["iVBORw=="]])
        #expect(
            answers.map(\.content) == [
                """
                [image, image/png, 4 bytes]

                [image, image/svg+xml, 5 bytes]
                [1 picture left out: image/svg+xml is not PNG, JPEG or WebP]
                """
            ])
    }

    @Test(arguments: [
        (["tools"], "mistral-small:22b cannot see pictures"),
        (nil, "gpu-box does not say that mistral-small:22b can see pictures"),
    ])
    func aModelThatDoesNotSeeIsTold(capabilities: [String]?, reason: String) async throws {
        let answers = try await pictures(capabilities)
        #expect(answers.map(\.images) == [[]])
        #expect(answers.map { $0.content.hasSuffix("\n[2 pictures left out: \(reason)]") } == [true])
        let told = transcript.lines.first { $0.hasPrefix("tool 1 c gave") }
        #expect(told?.hasSuffix("[2 pictures left out: \(reason)]") == true)
    }

    @Test func aStepShowsOnlySoMany() async throws {
        let answers = try await pictures(["tools", "vision"], rounds: 9)
        #expect(answers.map(\.images.count) == [1, 1, 1, 1, 1, 1, 1, 1, 0])
        #expect(answers.last?.content.hasSuffix("\n[2 pictures left out: a step shows its model 8 at most]") == true)
    }
}
