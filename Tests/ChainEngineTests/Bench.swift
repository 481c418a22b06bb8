import ModelManagement
import PromptChainCore

@testable import ChainEngine

/// A chain of steps called A, B, … with a model each.
func chain(
    _ models: [ModelName], policy: ResidencyPolicy? = .sameModel, context: ContextPolicy = .serverDefault,
    management: ChainManagement = ChainManagement()
) -> Chain {
    let names = ["A", "B", "C", "D", "E", "F", "G", "H"]
    let steps = models.enumerated().map { index, model in
        ChainStep(name: names[index], model: model, instruction: PromptTemplate("{input}+\(names[index])"))
    }
    return Chain(name: "test", steps: steps, management: management, policy: policy, context: context)
}

let small: ModelName = "mistral-small:22b"
let large: ModelName = "deepseek-r1:70b"

func gpuBox(_ clock: ManualClock) -> FakeServer {
    FakeServer(
        [small: .init(gigabytes: 13, loadSeconds: 2), large: .init(gigabytes: 42, loadSeconds: 9)], clock: clock)
}

/// What the tests of a run share: a clock, what was said, and a way to run.
struct Bench {
    let clock = ManualClock()
    let transcript = Transcript()

    func make(
        _ chain: Chain, on server: FakeServer, options: ChainRunOptions = ChainRunOptions(),
        locks: any ModelUseLocks = InProcessModelLocks(), chainbreakers: [Chainbreaker] = [],
        named: [String: FakeServer] = [:], measurements: (any MeasurementStore)? = nil, tools: ToolBox? = nil
    ) -> ChainRun {
        ChainRun(
            chain: chain, options: options, servers: FakeServers(standard: server, named: named), runID: "r1",
            clock: clock, locks: locks, chainbreakers: chainbreakers, measurements: measurements, tools: tools)
    }

    func run(
        _ chain: Chain, on server: FakeServer, options: ChainRunOptions = ChainRunOptions(),
        locks: any ModelUseLocks = InProcessModelLocks(), chainbreakers: [Chainbreaker] = [],
        named: [String: FakeServer] = [:], measurements: (any MeasurementStore)? = nil, tools: ToolBox? = nil
    ) async -> ChainEvent.RunResult {
        let run = make(
            chain, on: server, options: options, locks: locks, chainbreakers: chainbreakers, named: named,
            measurements: measurements, tools: tools)
        return await run.start(input: "in") { transcript.take($0) }
    }

    /// Runs, and stops the run as soon as an event of the kind comes.
    func run(
        _ run: ChainRun, stoppingAt isMoment: @escaping @Sendable (ChainEvent) -> Bool
    ) async -> ChainEvent.RunResult {
        await run.start(input: "in") { record in
            transcript.take(record)
            if isMoment(record.event) { run.stop() }
        }
    }
}
