import ModelManagement
import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct RunResidencyTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }

    @Test func withoutManagementNothingIsLoadedOrUnloaded() async {
        let server = gpuBox(bench.clock)
        let result = await bench.run(chain([small, large], policy: nil), on: server)
        #expect(server.calls == [])
        #expect(transcript.logs == [])
        #expect(
            transcript.lines == [
                "run test [A, B] -", "step 1 mistral-small:22b: in+A", "token 1 answer 1", "done 1: answer 1",
                "step 2 deepseek-r1:70b: answer 1+B", "token 2 answer 2", "done 2: answer 2", "completed: answer 2",
            ])
        #expect(result.peakVRAMBytes == nil)
        #expect(server.state.withLock { $0.requests.map(\.load) } == [LoadParameters(), LoadParameters()])
    }

    @Test func whatSwitchesManagementOn() {
        func policy(
            _ chain: Chain, _ options: ChainRunOptions = ChainRunOptions(), knowsCapacity: Bool = false
        ) -> ResidencyPolicy? {
            RunSettings(chain: chain, options: options, knowsCapacity: knowsCapacity).policy
        }
        let plain = chain([small], policy: nil)
        #expect(policy(plain) == nil)
        #expect(policy(plain, ChainRunOptions(policy: .strict)) == .strict)
        #expect(policy(plain, ChainRunOptions(managesByDefault: true)) == .sameModel)
        #expect(policy(chain([small], policy: .strict)) == .strict)
        let on = chain([small], policy: nil, management: ChainManagement(enabled: true))
        #expect(policy(on) == .sameModel)
        #expect(policy(on, knowsCapacity: true) == .planned)
        #expect(policy(plain, knowsCapacity: true) == nil)
        #expect(policy(chain([small], policy: .lru), knowsCapacity: true) == .lru)
        let off = chain([small], policy: .strict, management: ChainManagement(enabled: false))
        #expect(policy(off, ChainRunOptions(managesByDefault: true)) == nil)
        #expect(policy(off, ChainRunOptions(policy: .sameModel)) == .sameModel)
    }

    @Test func strangersAreLeftAlone() async {
        let server = gpuBox(bench.clock)
        server.occupy("llama3.1:8b")
        _ = await bench.run(chain([small]), on: server)
        #expect(server.loadedNames == ["llama3.1:8b"])
        #expect(
            transcript.logs.contains(
                "🔄 Model Management: llama3.1:8b (0.9 GiB) is loaded and no part of this chain: it is left alone"))
        #expect(server.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
    }

    @Test func strangersLeaveWhenTheChainSaysSo() async {
        let server = gpuBox(bench.clock)
        server.occupy("llama3.1:8b")
        server.occupy(small)
        _ = await bench.run(
            chain([small], management: ChainManagement(enabled: true, evictForeign: true)), on: server)
        #expect(server.calls == ["unload llama3.1:8b", "unload mistral-small:22b"])
        #expect(server.loadedNames == [])
    }

    @Test func whatIsLoadedAlreadyIsUsedAndStays() async {
        let server = gpuBox(bench.clock)
        server.occupy(small)
        let result = await bench.run(chain([small, large], policy: .strict), on: server)
        #expect(server.calls == ["load deepseek-r1:70b", "unload deepseek-r1:70b"])
        #expect(server.loadedNames == ["mistral-small:22b"])
        #expect(
            transcript.logs.contains(
                "🔄 Model Management: mistral-small:22b is loaded already: the chain uses it and leaves it loaded"))
        #expect(transcript.steps.map(\.loadSeconds) == [0, 9])
        #expect(result.peakVRAMBytes == 42_000_000_000)
        #expect(result.finalVRAMBytes == 0)
    }

    @Test func keepAliveIsALeaseAndAPinIsKept() async {
        let server = gpuBox(bench.clock)
        server.occupy(small, isPinned: true)
        var work = chain([small, large])
        work.steps[1].timeout = 7200
        _ = await bench.run(work, on: server)
        let sent = server.state.withLock { $0.requests.map(\.load.keepAlive) }
        #expect(sent == [.forever, .seconds(300)])
        #expect(server.state.withLock { $0.loads.map(\.keepAlive) } == [.seconds(300)])
    }

    @Test func otherPeoplesKeepAliveIsNotTouched() async {
        let server = gpuBox(bench.clock)
        server.occupy(small)
        _ = await bench.run(chain([small]), on: server)
        #expect(server.state.withLock { $0.requests.map(\.load.keepAlive) } == [.serverDefault])
    }

    @Test func modelThatLeftByItselfIsLoadedAndThenOurs() async {
        let server = gpuBox(bench.clock)
        server.occupy(small)
        let breaker = Chainbreaker("expiry") { step, _, _ in
            if step == 1 { server.set { $0.loaded[small] = nil } }
            return (false, "", nil)
        }
        _ = await bench.run(chain([small, small]), on: server, chainbreakers: [breaker])
        #expect(server.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
    }

    @Test(arguments: [true, false])
    func keptModelsStayAndTheLogSaysSo(byOption: Bool) async {
        let server = gpuBox(bench.clock)
        let result = await bench.run(
            chain([small, large], management: ChainManagement(enabled: true, autoUnload: byOption)), on: server,
            options: ChainRunOptions(keepLoaded: byOption))
        #expect(server.calls == ["load mistral-small:22b", "load deepseek-r1:70b"])
        #expect(
            transcript.logs.suffix(2) == [
                "🔄 Model Management: mistral-small:22b stays loaded on gpu-box, as the chain was told: "
                    + "`promptchain unload mistral-small:22b` frees it",
                "🔄 Model Management: deepseek-r1:70b stays loaded on gpu-box, as the chain was told: "
                    + "`promptchain unload deepseek-r1:70b` frees it",
            ])
        #expect(result.finalVRAMBytes == 55_000_000_000)
    }

    @Test func everyRequestCarriesTheSameRunnerOptions() async {
        let server = gpuBox(bench.clock)
        var work = chain([small, large, small], context: .tokens(8192))
        work.steps[0].call?.runnerOptions = ["num_gpu": 20]
        work.steps[2].call?.contextLength = 16_384
        _ = await bench.run(work, on: server)
        let (loads, requests) = server.state.withLock { ($0.loads, $0.requests) }
        #expect(loads.map(\.contextLength) == [16_384, 8192, 16_384])
        #expect(requests.map(\.load) == loads)
        #expect(loads.map(\.runnerOptions) == [["num_gpu": 20], [:], ["num_gpu": 20]])
    }

    @Test func maximumContextIsAskedAndLogged() async {
        let server = gpuBox(bench.clock)
        _ = await bench.run(chain([small, small], context: .maximum), on: server)
        #expect(server.state.withLock { $0.loads.map(\.contextLength) } == [32_768])
        #expect(
            transcript.logs[1...2] == [
                "🔄 Model mistral-small:22b max context length: 32768",
                "🔄 Setting model context length to maximum: 32768",
            ])
    }

    @Test func spillAndClampAreWarnedOfOnce() async {
        let server = FakeServer(
            [small: .init(gigabytes: 20, spilledGigabytes: 5, contextMaximum: 8192)], clock: bench.clock)
        _ = await bench.run(chain([small, small], policy: .strict, context: .tokens(65_536)), on: server)
        #expect(
            transcript.warnings == [
                "mistral-small:22b does not fit in VRAM: 4.7 GiB of its 18.6 GiB are computed by the CPU, which is slow",
                "mistral-small:22b has a context of 8192 tokens: the 65536 that the chain asks for are more than it was "
                    + "trained for",
            ])
    }

    @Test func modelOnTheCPUAloneIsWarnedOf() async {
        let server = FakeServer([small: .init(gigabytes: 20, spilledGigabytes: 20)], clock: bench.clock)
        _ = await bench.run(chain([small]), on: server)
        #expect(
            transcript.warnings == ["mistral-small:22b runs on the CPU alone: none of its 18.6 GiB are in VRAM"])
    }

    @Test func anotherContextIsSaidBeforeTheServerLoadsAgain() async {
        let server = gpuBox(bench.clock)
        server.occupy(small, context: 2048)
        _ = await bench.run(chain([small], context: .tokens(8192)), on: server)
        #expect(server.calls == ["load mistral-small:22b"])
        #expect(
            transcript.logs.contains(
                "🔄 Model Management: mistral-small:22b is loaded with a context of 2048, the chain asks for 8192: "
                    + "the server loads it again"))
        #expect(server.loadedNames == ["mistral-small:22b"])
    }

    @Test func whatIsTakenOverIsLoadedAgainForAnotherContext() async {
        let server = gpuBox(bench.clock)
        server.occupy(small, context: 2048)
        let management = ChainManagement(enabled: true, evictForeign: true)
        _ = await bench.run(chain([small, small], context: .tokens(8192), management: management), on: server)
        #expect(server.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
    }

    @Test func modelThatAnotherChainUsesStays() async {
        let server = gpuBox(bench.clock)
        let locks = InProcessModelLocks()
        let other = locks.use(server: "http://gpu-box:11434", weights: "mistral-small:22b")
        _ = await bench.run(chain([small, large]), on: server, locks: locks)
        #expect(server.loadedNames == ["mistral-small:22b"])
        #expect(
            transcript.logs.filter { $0.contains("another chain") } == [
                "🔄 Model Management: mistral-small:22b stays loaded: another chain uses it"
            ])
        #expect(transcript.warnings == [])
        other?.release()
    }

    @Test func theLastOfTwoChainsUnloads() async {
        let server = gpuBox(bench.clock)
        let locks = InProcessModelLocks()
        server.set { $0.acts[small] = [.text("first"), .hang] }
        let first = bench.make(chain([small]), on: server, locks: locks)
        let (moments, moment) = AsyncStream<Void>.makeStream()
        async let firstResult = first.start(input: "in") { record in
            bench.transcript.take(record)
            if case .token = record.event { moment.yield() }
        }
        for await _ in moments { break }
        // The second chain begins while the first one answers, and is still at it when the first one ends.
        server.set { $0.acts[small] = nil }
        let second = Bench()
        let breaker = Chainbreaker("end the first") { _, _, _ in
            first.stop()
            return (false, "", nil)
        }
        _ = await second.run(chain([small]), on: server, locks: locks, chainbreakers: [breaker])
        _ = await firstResult
        #expect(
            second.transcript.logs.contains(
                "🔄 Model Management: mistral-small:22b is loaded already: the last chain that uses it unloads it"))
        #expect(server.loadedNames == [])
        #expect(server.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
    }

    @Test func serversThatKeepTheirModelAreNotAskedToUnload() async {
        let server = FakeServer([small: .init(gigabytes: 13)], clock: bench.clock, capabilities: [])
        let result = await bench.run(chain([small, small], policy: .strict), on: server)
        #expect(result.status == .completed)
        #expect(server.calls == ["load mistral-small:22b"])
        #expect(transcript.warnings == [])
    }

    @Test func locksAreGivenBack() async {
        let locks = InProcessModelLocks()
        _ = await bench.run(chain([small, large, small]), on: gpuBox(bench.clock), locks: locks)
        for model in [small, large] {
            #expect(locks.use(server: "http://gpu-box:11434", weights: model.canonical)?.claim() == true)
        }
    }

    @Test func twoNamesOfTheSameWeightsAreOneModel() async {
        let server = FakeServer(
            [small: .init(gigabytes: 13), "writer": .init(gigabytes: 13)], clock: bench.clock)
        server.set { $0.digests = [small: "abc", "writer": "abc"] }
        _ = await bench.run(chain([small, "writer"]), on: server)
        #expect(server.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
    }

    @Test func modelsOnTwoServersAreToldApart() async {
        let here = gpuBox(bench.clock)
        let there = FakeServer([small: .init(gigabytes: 13)], clock: bench.clock, name: "attic")
        var work = chain([small, small])
        work.steps[1].call?.server = "attic"
        _ = await bench.run(work, on: here, named: ["attic": there])
        guard case .runStarted(let start) = bench.transcript.all.first?.event else {
            Issue.record("it does not begin with the run")
            return
        }
        #expect(start.servers.map { $0 ?? "" } == [here.server, "attic"])
        #expect(here.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
        #expect(there.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
    }

    @Test func modelInTheCloudIsNotManaged() async {
        let server = gpuBox(bench.clock)
        let result = await bench.run(chain(["gpt-oss:120b-cloud"]), on: server)
        #expect(result.status == .completed)
        #expect(server.calls == [])
    }

    @Test func timeOfAStepIsSplit() async throws {
        let server = gpuBox(bench.clock)
        let metrics = GenerationMetrics(
            reason: "stop", loadSeconds: 3, promptSeconds: 0.5, outputSeconds: 4, promptTokens: 12, outputTokens: 100)
        server.set {
            $0.acts[small] = [.wait(3.5), .thinking("hm"), .wait(1), .text("yes"), .wait(3), .finish(metrics)]
        }
        let result = await bench.run(chain([small]), on: server)
        let step = try #require(transcript.steps.first)
        #expect(step.queueSeconds == 3)
        #expect(step.loadSeconds == 2)
        #expect(step.firstTokenSeconds == 0.5)
        #expect(step.generateSeconds == 4)
        #expect(step.tokensPerSecond == 25)
        #expect(step.output == "yes")
        #expect(result.stallSeconds == 5)
        #expect(transcript.lines.contains("token 1 ~hm"))
    }

    @Test func fullContextIsWarnedOf() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = [.text("cut"), .finish(GenerationMetrics(reason: "length"))] }
        _ = await bench.run(chain([small]), on: server)
        #expect(
            transcript.warnings == ["the answer of step 1 was cut off: the context of mistral-small:22b is full"])
    }
}
