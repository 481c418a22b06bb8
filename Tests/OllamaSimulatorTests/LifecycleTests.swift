import Testing

@testable import OllamaSimulator

/// How models come and go: keep-alive, unloading, reloading, failures.
@Suite struct LifecycleTests {
    @Test func aModelExpiresAfterItsKeepAlive() {
        var bench = StateBench()
        bench.load("llama3.1:8b", keepAlive: .seconds(10))
        bench.pass(9.9)
        #expect(bench.loaded == ["llama3.1:8b"])
        bench.clearLog()
        bench.pass(1)
        #expect(bench.log == ["expired llama3.1:8b", "unload_started llama3.1:8b", "unloaded llama3.1:8b"])
        #expect(bench.loaded.isEmpty)
    }

    @Test func theDefaultIsFiveMinutesAndForEverIsForEver() {
        var bench = StateBench()
        bench.load("llama3.1:8b")
        bench.load("qwen3:8b", keepAlive: .forever)
        bench.pass(290)
        #expect(bench.loaded == ["llama3.1:8b", "qwen3:8b"])
        bench.pass(1e9)
        #expect(bench.loaded == ["qwen3:8b"])
    }

    @Test func aKeepAliveStaysUntilAnotherIsNamed() {
        var bench = StateBench()
        bench.load("llama3.1:8b", keepAlive: .seconds(1000))
        bench.load("llama3.1:8b")
        bench.pass(900)
        #expect(bench.loaded == ["llama3.1:8b"])
        bench.load("llama3.1:8b", keepAlive: .seconds(5))
        bench.pass(6)
        #expect(bench.loaded.isEmpty)
    }

    @Test func aBusyModelDoesNotExpire() {
        var bench = StateBench()
        bench.load("llama3.1:8b", keepAlive: .seconds(5))
        let shown = bench.runner("llama3.1:8b")?.expiry
        let id = bench.ask("llama3.1:8b", works: true)
        bench.pass(100)
        #expect(bench.runner("llama3.1:8b")?.expiry == shown, "the shown date lies in the past")
        bench.finish(id)
        #expect(bench.runner("llama3.1:8b")?.expiry?.from == bench.state.now)
    }

    @Test func anIdleModelGoesAfterItsMemoryIsBack() {
        var bench = StateBench()
        bench.load("mistral-small:22b")
        bench.unload("mistral-small:22b")
        #expect(bench.loaded == ["mistral-small:22b"], "200 does not mean unloaded")
        bench.pass(0.1)
        #expect(bench.loaded == ["mistral-small:22b"])
        bench.pass(1)
        #expect(bench.loaded.isEmpty)
    }

    @Test func unloadingABusyModelWaitsForItsAnswer() {
        var bench = StateBench()
        bench.load("llama3.1:8b")
        let id = bench.ask("llama3.1:8b", works: true)
        bench.unload("llama3.1:8b")
        bench.pass(20)
        #expect(bench.loaded == ["llama3.1:8b"])
        bench.finish(id)
        bench.pass(2)
        #expect(bench.loaded.isEmpty)
    }

    @Test func unloadingDuringALoadChangesNothing() {
        var bench = StateBench()
        bench.ask("llama3.1:8b")
        bench.pass(0.5)
        bench.unload("llama3.1:8b")
        bench.pass(20)
        bench.finish(1)
        bench.pass(60)
        #expect(bench.loaded == ["llama3.1:8b"])
    }

    @Test func aRequestDuringUnloadingLoadsAgain() {
        var bench = StateBench()
        bench.load("llama3.1:8b")
        bench.unload("llama3.1:8b")
        let id = bench.ask("llama3.1:8b")
        #expect(bench.started[id] == nil)
        bench.pass(10)
        #expect(bench.started[id] != nil)
        #expect(bench.state.loadCount == 2)
    }

    @Test func otherRunnerOptionsReload() {
        let changes: [(String, Bool, @Sendable (inout RunnerOptions) -> Void)] = [
            (
                "another context", true,
                {
                    $0.context = 8192; $0.isContextAutomatic = false
                }
            ),
            (
                "the same context by name", false,
                {
                    $0.context = 4096; $0.isContextAutomatic = false
                }
            ),
            ("layers", true, { $0.gpuLayers = 10 }),
            ("as many layers as fit", false, { $0.gpuLayers = -1 }),
            ("a batch", true, { $0.batch = 64 }),
            ("threads", true, { $0.threads = 4 }),
            ("a shift", true, { $0.shiftsContext = false }),
            ("memory mapping", true, { $0.useMmap = false }),
        ]
        for (name, reloads, change) in changes {
            var bench = StateBench()
            bench.load("llama3.1:8b")
            let id = bench.ask("llama3.1:8b", options: change)
            bench.pass(20)
            #expect(bench.started[id] != nil, "\(name)")
            #expect(bench.state.loadCount == (reloads ? 2 : 1), "\(name)")
        }
    }

    @Test func aContextAboveTheMaximumIsClampedAndNoReason() {
        var bench = StateBench(catalogue: .recorded)
        let id = bench.ask(
            "smol-a",
            options: {
                $0.context = 100_000; $0.isContextAutomatic = false
            })
        bench.pass(5)
        bench.finish(id)
        #expect(bench.runner("smol-a")?.context == 8192)
        bench.ask(
            "smol-a",
            options: {
                $0.context = 8192; $0.isContextAutomatic = false
            })
        #expect(bench.state.loadCount == 1)
        let tiny = bench.ask(
            "smol-a",
            options: {
                $0.context = -5; $0.isContextAutomatic = false
            })
        bench.finish(2)
        bench.pass(5)
        #expect(bench.started[tiny]?.context == 4)
    }

    @Test func twoNamesOfTheSameWeightsShareARunner() {
        var bench = StateBench(catalogue: .recorded)
        bench.load("smol-a")
        bench.load("smol-a-alias")
        #expect(bench.loaded == ["smol-a:latest"], "it keeps the name that was loaded first")
        bench.unload("smol-a:latest")
        bench.pass(1)
        #expect(bench.loaded.isEmpty)
    }

    @Test func aDeadRunnerIsNoticedByTheNextRequest() {
        var bench = StateBench()
        bench.load("llama3.1:8b")
        bench.state.crash(weights: "llama3.1:8b")
        #expect(bench.loaded == ["llama3.1:8b"])
        let id = bench.ask("llama3.1:8b")
        bench.pass(10)
        #expect(bench.started[id] != nil)
        #expect(bench.state.loadCount == 2)
    }

    @Test func aFailedLoadFreesItsMemory() throws {
        let fault = try SimulatedFault(parsing: "load-fails:model=llama3.1:8b,times=1,message=no memory, sorry")
        var bench = StateBench(faults: [fault])
        bench.ask("llama3.1:8b")
        bench.ask("qwen3:8b")
        bench.pass(1)
        bench.pass(10)
        #expect(bench.log.contains("load_failed llama3.1:8b"))
        #expect(bench.log.contains("1 refused: loadFailed(\"no memory, sorry\")"))
        #expect(bench.loaded == ["qwen3:8b"])
        bench.load("llama3.1:8b")
        #expect(bench.loaded == ["llama3.1:8b", "qwen3:8b"])
    }

    @Test func aModelThatNeverFreesStaysAndWorks() throws {
        var bench = StateBench(faults: [try SimulatedFault(parsing: "unload-never-frees:model=llama3.1:8b")])
        bench.load("llama3.1:8b")
        bench.unload("llama3.1:8b")
        bench.pass(1000)
        #expect(bench.loaded == ["llama3.1:8b"])
        #expect(bench.state.freeBytes < 44 << 30)
        let id = bench.ask("llama3.1:8b", works: true)
        #expect(bench.started[id] != nil)
    }

    @Test func aDeletedModelStaysInMemory() {
        var bench = StateBench()
        bench.load("llama3.1:8b")
        bench.state.library.remove(ModelName("llama3.1:8b"))
        bench.pass(10)
        #expect(bench.loaded == ["llama3.1:8b"])
    }

    @Test func theSumOfAllResidentsNeverExceedsTheCapacity() {
        var bench = StateBench(vram: 24 << 30)
        let names = SimulatedCatalogue.standard.models.filter(\.isInstalled).map(\.name)
        for (index, name) in (names + names.reversed()).enumerated() {
            let id = bench.ask(name, keepAlive: .seconds(Double(index * 7 % 50)))
            bench.pass(Double(index % 5) * 4)
            let used = bench.state.runners.values.reduce(0) { $0 + $1.placement.vramBytes }
            #expect(used + (bench.state.loading?.placement.vramBytes ?? 0) <= 24 << 30)
            bench.finish(id)
        }
    }
}
