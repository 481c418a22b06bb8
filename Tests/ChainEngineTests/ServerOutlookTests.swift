import ModelManagement
import PromptChainCore
import Testing

@testable import ChainEngine

/// What a plan and a run know of a server's memory: they must agree.
@Suite struct ServerOutlookTests {
    let bench = Bench()
    let tiny: ModelName = "llama3.1:8b"

    private func box() -> FakeServer {
        FakeServer(
            [
                tiny: .init(gigabytes: 5, contextMaximum: 1_000_000, bytesPerToken: 50_000),
                small: .init(gigabytes: 13), large: .init(gigabytes: 42),
            ], clock: bench.clock)
    }

    private func subject(
        _ chain: Chain, on server: FakeServer, capacity: Int64? = 24_000_000_000, store: MemoryStore = MemoryStore()
    ) async throws -> PlanSubject {
        let planning = ServerPlanning(
            chain: chain, options: ChainRunOptions(policy: .planned, capacityBytes: capacity),
            servers: FakeServers(standard: server), measurements: store.measurements)
        return try #require(try await planning.subjects().first)
    }

    /// A router tells how many models it holds; a plan unloads before it does so by its own choice.
    @Test(arguments: [(1, ["load llama3.1:8b", "unload llama3.1:8b", "load mistral-small:22b"]), (2, nil)])
    func theServersOwnLimitIsTheCap(most: Int, calls: [String]?) async throws {
        let server = box()
        server.set { $0.mostModels = most }
        let chain = chain([tiny, small])
        #expect(try await subject(chain, on: server).problem.memory.admission.maxModels == most)
        let result = await bench.run(
            chain, on: server, options: ChainRunOptions(policy: .planned, capacityBytes: 24_000_000_000))
        #expect(result.status == .completed)
        if let calls {
            #expect(Array(server.calls.prefix(3)) == calls)
        } else {
            #expect(server.calls.firstIndex(of: "load mistral-small:22b") == 1)
        }
    }

    /// A server of Ollama's kind holds three models a GPU; one that says less holds less, never more.
    @Test func theSmallerOfTwoLimitsCounts() async throws {
        let server = box()
        server.set { $0.mostModels = 9 }
        #expect(try await subject(chain([tiny]), on: server).problem.memory.admission.maxModels == 3)
    }

    /// 22.8 GB can be used, of which somebody else's model has 13: what is left bounds the context, in a plan as in a
    /// run.
    @Test func modelsOfOthersAreTakenOffInPlansAsInRuns() async throws {
        let server = box()
        server.occupy(small)
        let chain = chain([tiny], context: .fit)
        let planned = try await subject(chain, on: server)
        let footprint = try #require(planned.problem.models.first?.vramBytes)
        #expect(footprint <= 9_800_000_000)
        _ = await bench.run(
            chain, on: server, options: ChainRunOptions(policy: .planned, capacityBytes: 24_000_000_000))
        let context = try #require(server.state.withLock { $0.loads.first?.contextLength })
        #expect(planned.assumptions.joined().contains("at a context of \(context) "))
        // One that may be unloaded is in nobody's way.
        var bold = chain
        bold.management.evictForeign = true
        let alone = try await subject(bold, on: server)
        #expect(alone.problem.models.first?.vramBytes ?? 0 > 9_800_000_000)
    }

    @Test func aLoadThatSpillsTellsTheCapacityUntilMoreFits() async throws {
        let (server, store) = (box(), MemoryStore())
        server.set { $0.models[large]?.spilledGigabytes = 2 }
        #expect(
            try await subject(chain([tiny]), on: server, capacity: nil, store: store).problem.memory.capacityBytes
                == nil)
        _ = await bench.run(chain([large]), on: server, measurements: store)
        // It was the models' own: no margin is taken off it again.
        let learned = try await subject(chain([tiny]), on: server, capacity: nil, store: store).problem.memory
        #expect(learned.capacityBytes == 40_000_000_000)
        #expect(learned.usableBytes == 40_000_000_000)
        // It is as good as said when a run chooses its policy.
        let managed = chain([tiny], policy: nil, management: ChainManagement(enabled: true))
        _ = await bench.run(managed, on: server, measurements: store)
        #expect(bench.transcript.lines.last { $0.hasPrefix("run test") } == "run test [A] planned")
        // What somebody says goes before it.
        let said = try await subject(chain([tiny]), on: server, store: store).problem.memory
        #expect(said.capacityBytes == 24_000_000_000)
        // Less that fits tells nothing; more does.
        _ = await bench.run(chain([tiny]), on: server, measurements: store)
        #expect(
            store.measurements.learnedCapacity(of: server.address, serverVersion: "0.0.0")?.totalBytes == 40_000_000_000
        )
        #expect(store.measurements.learnedCapacity(of: server.address, serverVersion: "0.0.1") == nil)
        server.set { $0.models[large]?.spilledGigabytes = 0 }
        _ = await bench.run(chain([large]), on: server, measurements: store)
        #expect(store.measurements.learnedCapacity(of: server.address, serverVersion: "0.0.0") == nil)
    }

    /// What is left to the CPU on purpose, or for want of a GPU, tells nothing.
    @Test func notEveryModelOnTheCPUSpilled() async throws {
        let (server, store) = (box(), MemoryStore())
        server.set { $0.models[large]?.spilledGigabytes = 42 }
        _ = await bench.run(chain([large]), on: server, measurements: store)
        #expect(store.measurements.learnedCapacity(of: server.address, serverVersion: "0.0.0") == nil)
        server.set { $0.models[large]?.spilledGigabytes = 30 }
        var step = ChainStep(name: "A", model: large, instruction: PromptTemplate("{input}"))
        step.call?.runnerOptions = ["num_gpu": 10]
        _ = await bench.run(
            Chain(name: "test", steps: [step], policy: .sameModel), on: server, measurements: store)
        #expect(store.measurements.learnedCapacity(of: server.address, serverVersion: "0.0.0") == nil)
    }
}
