import Testing

@testable import OllamaSimulator

/// The rules of Ollama's scheduler, with a clock that the test holds.
@Suite struct SchedulingTests {
    @Test func oneLoadAtATimeInTheOrderOfArrival() {
        var bench = StateBench()
        bench.ask("llama3.1:8b")
        bench.ask("qwen3:8b")
        bench.ask("llama3.1:8b")
        #expect(bench.log == ["load_started llama3.1:8b"])
        bench.pass(30)
        #expect(
            bench.log == [
                "load_started llama3.1:8b", "loaded llama3.1:8b", "1 started", "load_started qwen3:8b",
                "loaded qwen3:8b", "2 started", "3 started",
            ], "the third waits behind the second, although its model is loaded by then")
    }

    @Test func aLoadedModelIsUsedWhileAnotherLoads() {
        var bench = StateBench()
        bench.load("llama3.1:8b")
        bench.ask("qwen3:8b")
        bench.ask("llama3.1:8b", works: true)
        #expect(bench.started[3] != nil)
        #expect(bench.started[2] == nil)
    }

    @Test func theVictimHasTheShortestKeepAlive() {
        var bench = StateBench(maxLoaded: 2)
        bench.load("llama3.1:8b", keepAlive: .seconds(3600))
        bench.load("qwen3:8b", keepAlive: .seconds(600))
        bench.load("llama3.2:3b")
        #expect(bench.loaded == ["llama3.1:8b", "llama3.2:3b"])
    }

    @Test func aPinnedModelGoesLastAndStillGoes() {
        var bench = StateBench(maxLoaded: 1)
        bench.load("llama3.1:8b", keepAlive: .forever)
        bench.load("qwen3:8b")
        #expect(bench.loaded == ["qwen3:8b"])
    }

    @Test func anIdleRunnerGoesBeforeABusyOneWithAShorterKeepAlive() {
        var bench = StateBench(maxLoaded: 2)
        bench.load("llama3.1:8b", keepAlive: .seconds(3600))
        bench.load("qwen3:8b", keepAlive: .seconds(1))
        bench.ask("qwen3:8b", works: true)
        bench.load("llama3.2:3b")
        #expect(bench.loaded == ["llama3.2:3b", "qwen3:8b"])
    }

    @Test func whenAllAreBusyOneIsChosenAndAwaited() {
        var bench = StateBench(maxLoaded: 1)
        bench.load("llama3.1:8b")
        let busy = bench.ask("llama3.1:8b", works: true)
        let next = bench.ask("qwen3:8b")
        bench.pass(100)
        #expect(bench.loaded == ["llama3.1:8b"])
        let late = bench.ask("llama3.1:8b", works: true)
        bench.finish(busy)
        #expect(bench.started[late] != nil, "a request to the loaded model jumps ahead")
        bench.finish(late)
        bench.pass(10)
        #expect(bench.started[next] != nil)
        #expect(bench.loaded == ["qwen3:8b"])
    }

    @Test func anotherModelNeedsEightyPercentOfTheFreeMemory() {
        // 48 GiB hold both files, but the second exceeds 80 % of what the first leaves.
        var bench = StateBench(vram: 48 << 30)
        bench.load("qwen2.5:32b")
        let free = bench.state.freeBytes
        #expect(free > 22 << 30)
        bench.load("mistral-small:22b")
        #expect(bench.loaded == ["mistral-small:22b", "qwen2.5:32b"], "13.5 GB are below 80 % of 27 GB")
        bench.clearLog()
        bench.load("gemma3:27b")
        #expect(bench.log.contains { $0.hasPrefix("evicted") }, "what is left holds 17 GB, but not at 80 %")
    }

    @Test func theFirstModelAlwaysLoads() {
        var bench = StateBench(vram: 24 << 30)
        bench.load("deepseek-r1:70b")
        let runner = bench.runner("deepseek-r1:70b")
        #expect(runner != nil)
        let placement = runner?.placement
        #expect((placement?.vramBytes ?? 0) <= 24 << 30)
        #expect((placement?.vramBytes ?? 0) > 20 << 30)
        #expect((placement?.sizeBytes ?? 0) > 42_000_000_000)
    }

    @Test func oneVictimAfterAnotherUntilItFits() {
        var bench = StateBench(vram: 20 << 30, maxLoaded: 5)
        bench.load("llama3.1:8b", keepAlive: .seconds(100))
        bench.load("qwen3:8b", keepAlive: .seconds(200))
        bench.load("llama3.2:3b", keepAlive: .seconds(300))
        bench.clearLog()
        bench.load("mistral-small:22b")
        #expect(
            bench.log.filter { $0.hasPrefix("evicted") } == ["evicted llama3.1:8b", "evicted qwen3:8b"])
        #expect(bench.loaded == ["llama3.2:3b", "mistral-small:22b"])
    }

    @Test func theAutomaticLimitIsThree() {
        var bench = StateBench(vram: 200 << 30)
        for model in ["llama3.1:8b", "qwen3:8b", "llama3.2:3b", "mistral:7b"] { bench.load(model) }
        #expect(bench.loaded.count == 3)
    }

    @Test func aFullQueueRefuses() {
        var bench = StateBench(maxLoaded: 1, maxQueue: 2)
        for model in ["llama3.1:8b", "qwen3:8b", "mistral:7b", "phi4:14b"] { bench.ask(model) }
        #expect(bench.log == ["load_started llama3.1:8b", "4 refused: queueFull"])
    }

    @Test func aCanceledRequestIsSkippedAndKeepsItsPlaceUntilThen() {
        var bench = StateBench(maxLoaded: 1, maxQueue: 2)
        bench.ask("llama3.1:8b")
        let canceled = bench.ask("qwen3:8b")
        bench.ask("mistral:7b")
        bench.cancel(canceled)
        bench.ask("phi4:14b")
        #expect(bench.log.suffix(2) == ["2 refused: canceled", "4 refused: queueFull"])
        bench.pass(60)
        bench.finish(1)
        bench.pass(60)
        #expect(!bench.log.contains("load_started qwen3:8b"))
        #expect(bench.loaded == ["mistral:7b"])
    }

    @Test func aClientThatLeavesAbortsItsLoad() {
        var bench = StateBench()
        let id = bench.ask("deepseek-r1:70b")
        bench.ask("llama3.1:8b")
        bench.pass(5)
        bench.cancel(id)
        #expect(
            bench.log == [
                "load_started deepseek-r1:70b", "1 refused: canceled", "load_aborted deepseek-r1:70b",
                "load_started llama3.1:8b",
            ])
        bench.pass(60)
        #expect(bench.loaded == ["llama3.1:8b"])
    }

    @Test func requestsToOneModelTakeTurns() {
        var bench = StateBench()
        bench.load("llama3.1:8b")
        let first = bench.ask("llama3.1:8b", works: true)
        let second = bench.ask("llama3.1:8b", works: true)
        let load = bench.ask("llama3.1:8b")
        #expect(bench.started[second] == nil)
        #expect(bench.started[load] != nil, "a load only never waits for others")
        bench.pass(3)
        bench.finish(first)
        #expect(bench.started[second]?.grantedAt == bench.state.now - 3, "the wait is no part of the load")
    }

    @Test func aClientThatLeavesWhileItWaitsIsForgotten() {
        var bench = StateBench()
        bench.load("llama3.1:8b")
        let first = bench.ask("llama3.1:8b", works: true)
        let second = bench.ask("llama3.1:8b", works: true)
        let third = bench.ask("llama3.1:8b", works: true)
        bench.cancel(second)
        bench.cancel(first)
        #expect(bench.started[third] != nil)
        #expect(bench.started[second] == nil)
        #expect(bench.runner("llama3.1:8b")?.holders == [third])
    }

    @Test func parallelRequestsShareARunner() {
        var bench = StateBench(parallel: 2)
        bench.load("llama3.1:8b")
        let first = bench.ask("llama3.1:8b", works: true)
        let second = bench.ask("llama3.1:8b", works: true)
        let third = bench.ask("llama3.1:8b", works: true)
        #expect(bench.started[first] != nil && bench.started[second] != nil && bench.started[third] == nil)
        let single = StateBench().state
        #expect(single.parallel(of: SimulatedCatalogue.standard.models[0]) == 1)
    }
}
