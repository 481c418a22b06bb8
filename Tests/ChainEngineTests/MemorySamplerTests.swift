import Foundation
import ModelManagement
import PromptChainCore
import Testing

@testable import ChainEngine

/// What is in the servers' memory, told while a run lives.
@Suite(.timeLimit(.minutes(1))) struct MemorySamplerTests {
    let bench = Bench()

    private var samples: [ServerSnapshot] {
        bench.transcript.all.compactMap { if case .serverSample(let snapshot) = $0.event { snapshot } else { nil } }
    }

    private func models(of sample: ServerSnapshot?) -> [String]? { sample?.models.map(\.name.short) }

    /// Waits until so many were told.
    private func samples(count: Int) async -> [ServerSnapshot] {
        while samples.count < count { await Task.yield() }
        return samples
    }

    @Test func whatOthersLoadIsSeenAtTheNextLookAndToldOnce() async {
        let server = gpuBox(bench.clock)
        server.occupy("llama3.1:8b")
        server.set { $0.acts[small] = [.mark("enough"), .text("one"), .finish(GenerationMetrics(reason: "stop"))] }
        let run = bench.make(
            chain([small], policy: nil), on: server,
            options: ChainRunOptions(samplesServers: true, sampleInterval: 5))
        let began = bench.clock.now()
        let result = Task { await run.start(input: "in") { bench.transcript.take($0) } }
        await server.until { !$0.requests.isEmpty }
        await bench.clock.somebodySleeps()
        // The first look may have come before the run had asked for its server.
        bench.clock.advance(by: 5)
        let first = await samples(count: 1)
        #expect(models(of: first.last) == ["llama3.1:8b"])
        #expect(first.last?.name == "gpu-box" && first.last?.version == "0.0.0" && first.last?.state == .ready)

        // Nothing is new at the next look; before the one after it somebody has come.
        await bench.clock.somebodySleeps()
        bench.clock.advance(by: 5)
        await bench.clock.somebodySleeps()
        bench.clock.advance(by: 4)
        server.occupy("phi4:14b")
        await Task.yield()
        #expect(samples.count == 1)
        bench.clock.advance(by: 1)
        let second = await samples(count: 2)
        #expect(models(of: second.last) == ["llama3.1:8b", "phi4:14b"])
        #expect(second.last?.time.timeIntervalSince(began) == 15)

        server.set { $0.marks.insert("enough") }
        #expect(await result.value.status == .completed)
        #expect(samples.count == 2, "the last look has seen the same")
    }

    @Test func loadsAndUnloadsAreToldWithoutWaitingForTheNextLook() async {
        let server = gpuBox(bench.clock)
        // The step ends when the load was seen.
        server.set { $0.acts[small] = [.mark("seen"), .text("one"), .finish(GenerationMetrics(reason: "stop"))] }
        let run = bench.make(
            chain([small], policy: .strict), on: server,
            options: ChainRunOptions(samplesServers: true, sampleInterval: 3600))
        let result = Task { await run.start(input: "in") { bench.transcript.take($0) } }
        while models(of: samples.last) != ["mistral-small:22b"] { await Task.yield() }
        server.set { $0.marks.insert("seen") }
        #expect(await result.value.status == .completed)
        #expect(models(of: samples.last) == [])
        let contents = samples.map { models(of: $0) }
        #expect(zip(contents, contents.dropFirst()).allSatisfy { $0 != $1 }, "only what is new is told")
        guard case .runFinished? = bench.transcript.all.last?.event else {
            Issue.record("something was told after the end")
            return
        }
    }

    @Test func nothingIsLookedAtUnasked() async {
        let server = gpuBox(bench.clock)
        _ = await bench.run(chain([small]), on: server)
        #expect(samples.isEmpty)
    }

    @Test func aServerThatDoesNotTellIsNoFaultOfTheRun() async {
        let server = gpuBox(bench.clock)
        server.set {
            $0.listError = ModelManagementError(
                kind: .unreachable, action: "list the loaded models", server: "gpu-box", reason: "connection refused",
                hint: nil)
        }
        let result = await bench.run(
            chain([small], policy: nil), on: server, options: ChainRunOptions(samplesServers: true))
        #expect(result.status == .completed)
        #expect(samples.isEmpty)
    }
}
