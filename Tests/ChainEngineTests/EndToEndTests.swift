import Foundation
import ModelManagement
import OllamaSimulator
import PromptChainCore
import SimulatorTestSupport
import Synchronization
import Testing

@testable import ChainEngine

/// Chains against the simulated server, through the real client.
@Suite(.serialized, .timeLimit(.minutes(2))) struct EndToEndTests {
    private let examples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples")

    private struct Outcome {
        var result: ChainEvent.RunResult
        var transcript: Transcript
        var peak: Int64
        var trace: [String]
    }

    private func simulate(
        faults: [SimulatedFault] = [], vram: Int64 = 48 << 30, time: SteppedTime = SteppedTime(),
        _ work: (ConfiguredServers, Transcript) async throws -> ChainEvent.RunResult
    ) async throws -> Outcome {
        let trace = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString)").path()
        let server = try SimulatedServer(
            configuration: SimulatorConfiguration(vramBytes: vram, speed: 1, faults: faults, traceFile: trace),
            time: time)
        try await server.start()
        let url = await server.url
        let servers = ConfiguredServers(configuration: AppConfiguration(), environment: ["OLLAMA_HOST": url])
        let transcript = Transcript()
        let result = try await work(servers, transcript)
        await servers.shutdown()
        await server.stop()
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").map(String.init)
        try? FileManager.default.removeItem(atPath: trace)
        let values = try lines.map { try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
        let used = values.compactMap { $0["used_vram_bytes"]?.integerValue }
        let events = values.map { "\($0["event"]?.stringValue ?? "-") \($0["model"]?.stringValue ?? "-")" }
        return Outcome(result: result, transcript: transcript, peak: used.max() ?? 0, trace: events)
    }

    /// The same with the run and its client in step with the server, for what is measured.
    private func simulateInStep(
        vram: Int64, _ work: (SteppedServers, Transcript, SteppedRunClock) async throws -> ChainEvent.RunResult
    ) async throws -> Outcome {
        let time = SteppedTime()
        return try await simulate(vram: vram, time: time) { configured, transcript in
            let inspector = try await configured.manager(for: ServerRequest()) as? any ServerInspector
            let servers = try #require(SteppedServers(url: inspector?.address ?? "", time: time))
            let result = try await work(servers, transcript, SteppedRunClock(time: time))
            await servers.shutdown()
            return result
        }
    }

    @Test(arguments: ["research.yaml", "parallel-lists.yaml"])
    func exampleRuns(name: String) async throws {
        let file = ChainFile.read(path: examples.appending(path: name).path())
        #expect(file.faults == [])
        let chain = try #require(file.chain)
        let outcome = try await simulate { servers, transcript in
            let run = ChainRun(chain: chain, options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
            return await run.start(input: "Does a heat pump pay off?") { transcript.take($0) }
        }
        #expect(outcome.result.status == .completed)
        #expect(outcome.result.finalVRAMBytes == 0)
        #expect(outcome.trace.filter { $0.hasPrefix("loaded") }.count == 3)
        #expect(outcome.trace.filter { $0.hasPrefix("unloaded") }.count == 3)
        #expect(outcome.trace.last?.hasPrefix("unloaded") == true)
        #expect(!outcome.trace.contains { $0.hasPrefix("evicted") || $0.hasPrefix("expired") })
        let peak = try #require(outcome.result.peakVRAMBytes)
        let sum = try #require(outcome.result.sumVRAMBytes)
        #expect(peak < sum)
        #expect(peak == outcome.peak)
        #expect(outcome.transcript.warnings == [])
        #expect(outcome.transcript.all.map(\.sequence) == Array(1...outcome.transcript.all.count))
        let steps = outcome.transcript.steps
        #expect(steps.count == 3)
        #expect(steps.allSatisfy { $0.loadSeconds ?? 0 > 0 && $0.outputTokens ?? 0 > 0 })
    }

    /// A plan that loads ahead and keeps what is needed soon, against one that keeps nothing.
    @Test func aPlannedChainWaitsLessAndEvictsNothingByAccident() async throws {
        let file = ChainFile.read(path: examples.appending(path: "agents.yaml").path())
        let agents = try #require(file.chain)
        func run(_ policy: ResidencyPolicy) async throws -> Outcome {
            let options = ChainRunOptions(policy: policy, capacityBytes: 24 << 30)
            return try await simulateInStep(vram: 24 << 30) { servers, transcript, clock in
                let run = ChainRun(
                    chain: agents, options: options, servers: servers, clock: clock, locks: InProcessModelLocks())
                return await run.start(input: "A command that finds duplicate photos") { transcript.take($0) }
            }
        }
        let planned = try await run(.planned)
        let sameModel = try await run(.sameModel)
        for outcome in [planned, sameModel] {
            #expect(outcome.result.status == .completed)
            #expect(outcome.result.finalVRAMBytes == 0)
            #expect(!outcome.trace.contains { $0.hasPrefix("evicted") || $0.hasPrefix("expired") })
            #expect(outcome.transcript.warnings == [])
        }
        #expect(sameModel.trace.filter { $0.hasPrefix("loaded") }.count == 7)
        #expect(planned.trace.filter { $0.hasPrefix("loaded") }.count == 4)
        #expect(planned.result.stallSeconds < 0.7 * sameModel.result.stallSeconds)
        let ahead = planned.transcript.all.filter { record in
            if case .modelLoadStarted(_, _, let prefetch, _) = record.event { prefetch } else { false }
        }
        #expect(ahead.count == 3)
    }

    /// The second run knows from the first how long everything takes, so that what its plan expects can be held against
    /// what it then waits.
    @Test func aPlannedRunWaitsAsLongAsItsPlanSays() async throws {
        let models: [ModelName] = ["llama3.1:8b", "qwen2.5:7b", "deepseek-r1:8b", "llama3.1:8b"]
        let store = MemoryStore()
        let options = ChainRunOptions(policy: .planned, context: .tokens(4096), capacityBytes: 16 << 30)
        let outcome = try await simulateInStep(vram: 16 << 30) { servers, transcript, clock in
            func run(_ take: @escaping @Sendable (ChainEventRecord) -> Void) async -> ChainEvent.RunResult {
                let run = ChainRun(
                    chain: chain(models), options: options, servers: servers, clock: clock,
                    locks: InProcessModelLocks(), measurements: store)
                return await run.start(input: "in", emit: take)
            }
            _ = await run { _ in }
            return await run { transcript.take($0) }
        }
        #expect(outcome.result.status == .completed)
        #expect(!outcome.trace.contains { $0.hasPrefix("evicted") || $0.hasPrefix("expired") })
        let plans = outcome.transcript.all.compactMap { record in
            if case .planMade(let schedule) = record.event { schedule } else { ResidencySchedule?.none }
        }
        let expected = try #require(plans.first?.stallSeconds)
        let ratio = outcome.result.stallSeconds / expected
        #expect(abs(ratio - 1) < 0.1, "\(outcome.result.stallSeconds) s, not \(expected) s")
    }

    /// A server unloads a model only when it has nothing left to write: that the model leaves long before the answer
    /// would have been complete shows that the answer was ended there as well.
    @Test func aRuleEndsAnAnswerOnTheServer() async throws {
        var guarded = chain([small, large])
        guarded.breakers = [
            BreakerRule(name: "short", condition: .tokensOver(5), reason: "enough", steps: ["B"])
        ]
        let time = SteppedTime()
        let lastToken = Mutex(0.0)
        let outcome = try await simulate(time: time) { [guarded] servers, transcript in
            let run = ChainRun(
                chain: guarded, options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
            let result = await run.start(input: "Write a long text about the sea.") { record in
                transcript.take(record)
                if case .token = record.event { lastToken.withLock { $0 = time.seconds } }
            }
            #expect(time.seconds - lastToken.withLock { $0 } < 2)
            return result
        }
        #expect(outcome.result.status == .broken)
        #expect(outcome.result.finalVRAMBytes == 0)
        #expect(outcome.trace.last == "unloaded deepseek-r1:70b")
        let tokens = outcome.transcript.lines(of: "token 2").count
        #expect(tokens == 6)
        #expect(outcome.transcript.lines.contains("broken 2 short: enough"))
        let first = outcome.transcript.steps.first { $0.step == 1 }
        #expect(first?.outputTokens ?? 0 > 6)
    }

    @Test func stopWhileGeneratingLeavesNothingLoaded() async throws {
        let outcome = try await simulate { servers, transcript in
            let run = ChainRun(
                chain: chain([large]), options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
            // Stopped once: a second stop would give the clean-up up.
            let isStopped = Atomic(false)
            return await run.start(input: "Write a long text about the sea.") { record in
                transcript.take(record)
                guard case .token = record.event, !isStopped.exchange(true, ordering: .relaxed) else { return }
                run.stop()
            }
        }
        #expect(outcome.result.status == .cancelled)
        #expect(outcome.result.finalVRAMBytes == 0)
        #expect(outcome.trace.last == "unloaded deepseek-r1:70b")
    }

    @Test func stopWhileLoadingLeavesNothingLoaded() async throws {
        let outcome = try await simulate { servers, transcript in
            let run = ChainRun(
                chain: chain([large]), options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
            return await run.start(input: "in") { record in
                transcript.take(record)
                if case .modelLoadStarted = record.event { run.stop() }
            }
        }
        #expect(outcome.result.status == .cancelled)
        #expect(!outcome.trace.contains("loaded deepseek-r1:70b") || outcome.trace.last == "unloaded deepseek-r1:70b")
    }

    @Test(arguments: ["cut-stream:after=3", "error-line:after=3", "malformed-line:after=3"])
    func brokenAnswerKeepsItsTextAndLeavesNothingLoaded(fault: String) async throws {
        let outcome = try await simulate(faults: [SimulatedFault(parsing: fault + ",path=/api/chat")]) {
            servers, transcript in
            let run = ChainRun(
                chain: chain([small, large]), options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks()
            )
            let result = await run.start(input: "in") { transcript.take($0) }
            #expect(run.failure?.kind == .interrupted)
            return result
        }
        #expect(outcome.result.status == .failed)
        #expect(!outcome.result.output.isEmpty)
        #expect(outcome.result.error?.isEmpty == false)
        #expect(outcome.result.finalVRAMBytes == 0)
        #expect(outcome.trace.last == "unloaded mistral-small:22b")
    }

    @Test func failedLoadIsTheOutput() async throws {
        let fault = try SimulatedFault(parsing: "load-fails:model=deepseek-r1:70b,message=out of memory")
        let outcome = try await simulate(faults: [fault]) { servers, transcript in
            let run = ChainRun(
                chain: chain([small, large]), options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks()
            )
            return await run.start(input: "in") { transcript.take($0) }
        }
        #expect(outcome.result.output.hasPrefix("Model management failed: cannot load deepseek-r1:70b"))
        #expect(outcome.result.output.contains("out of memory"))
        #expect(outcome.result.finalVRAMBytes == 0)
    }

    @Test func slowUnloadIsWaitedFor() async throws {
        let fault = try SimulatedFault(parsing: "unload-never-frees:seconds=20")
        let outcome = try await simulate(faults: [fault]) { servers, transcript in
            let run = ChainRun(
                chain: chain([small, large], policy: .strict), options: ChainRunOptions(), servers: servers,
                locks: InProcessModelLocks())
            return await run.start(input: "in") { transcript.take($0) }
        }
        #expect(outcome.result.status == .completed)
        #expect(outcome.transcript.warnings == [])
        let first = outcome.trace.firstIndex(of: "unloaded mistral-small:22b")
        let second = outcome.trace.firstIndex(of: "load_started deepseek-r1:70b")
        #expect(try #require(first) < #require(second))
    }

    @Test func twoChainsShareAModelAndTheLastUnloadsIt() async throws {
        let outcome = try await simulate { servers, transcript in
            let locks = InProcessModelLocks()
            let runs = (0..<2).map { _ in
                ChainRun(
                    chain: chain([small, small]), options: ChainRunOptions(), servers: servers, locks: locks)
            }
            async let other = runs[1].start(input: "the other") { _ in }
            let result = await runs[0].start(input: "in") { transcript.take($0) }
            #expect(await other.status == .completed)
            return result
        }
        #expect(outcome.result.status == .completed)
        #expect(outcome.trace.last == "unloaded mistral-small:22b")
    }

    @Test func strangersSurviveAChain() async throws {
        let outcome = try await simulate { servers, transcript in
            let manager = try await servers.manager(for: ServerRequest())
            _ = try await manager.loadModel("llama3.1:8b", params: LoadParameters())
            let run = ChainRun(
                chain: chain([small]), options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
            let result = await run.start(input: "in") { transcript.take($0) }
            #expect(try await manager.loadedModels().map(\.name) == ["llama3.1:8b"])
            return result
        }
        #expect(outcome.transcript.logs.contains { $0.contains("llama3.1:8b") && $0.contains("left alone") })
        #expect(outcome.result.finalVRAMBytes == 0)
    }

    @Test func spillIsWarnedOf() async throws {
        let outcome = try await simulate(vram: 24 << 30) { servers, transcript in
            let run = ChainRun(
                chain: chain([large]), options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
            return await run.start(input: "in") { transcript.take($0) }
        }
        #expect(outcome.transcript.warnings.contains { $0.contains("deepseek-r1:70b does not fit in VRAM") })
    }

    @Test func unknownModelNamesTheNearest() async throws {
        let outcome = try await simulate { servers, transcript in
            let run = ChainRun(
                chain: chain(["mistral-smal:22b"]), options: ChainRunOptions(), servers: servers,
                locks: InProcessModelLocks())
            let result = await run.start(input: "in") { transcript.take($0) }
            #expect(run.failure?.kind == .modelNotFound)
            #expect(run.failure?.hint?.contains("mistral-small:22b") == true)
            return result
        }
        #expect(outcome.result.status == .failed)
        #expect(outcome.result.output.hasPrefix("Model management failed: "))
    }

    /// As the dashboard does it: the server is watched under its bare address, and the chain names the same address.
    @Test(arguments: ["ollama/mistral-small:22b", "mistral-small:22b"])
    func aServerKnownByItsAddressAloneIsManagedAsWell(model: String) async throws {
        let server = try SimulatedServer(configuration: SimulatorConfiguration(speed: 1), time: SteppedTime())
        try await server.start()
        let url = await server.url
        let servers = ConfiguredServers(configuration: AppConfiguration(), environment: [:])
        let watched = try servers.server(url).manager
        var work = chain([ModelName(model)])
        work.management.baseURL = url
        let run = ChainRun(chain: work, options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
        let result = await run.start(input: "in") { _ in }
        #expect(result.status == .completed)
        #expect(result.peakVRAMBytes ?? 0 > 0)
        #expect(try await watched.loadedModels() == [])
        await servers.shutdown()
        await server.stop()
    }

    @Test func whatTheServerEvictedIsNotCountedInThePeak() async throws {
        let outcome = try await simulate(vram: 24 << 30) { servers, transcript in
            let run = ChainRun(
                chain: chain([small, large]), options: ChainRunOptions(keepLoaded: true), servers: servers,
                locks: InProcessModelLocks())
            return await run.start(input: "in") { transcript.take($0) }
        }
        #expect(outcome.result.status == .completed)
        let peak = try #require(outcome.result.peakVRAMBytes)
        #expect(peak > 0 && peak <= 24 << 30)
    }

    @Test func aServerThatAnswersNothingFailsARunThatManagesNothing() async throws {
        let outcome = try await simulate(faults: [try SimulatedFault(parsing: "hang")]) { servers, transcript in
            var work = chain([small])
            work.management = ChainManagement(enabled: false, timeout: 0.3, maxRetries: 0)
            let run = ChainRun(
                chain: work, options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
            let result = await run.start(input: "in") { transcript.take($0) }
            #expect(run.failure?.kind == .notAnswering)
            return result
        }
        #expect(outcome.result.status == .failed)
    }

    @Test func unreachableServerFailsTheRun() async throws {
        let servers = ConfiguredServers(
            configuration: AppConfiguration(), environment: ["OLLAMA_HOST": "127.0.0.1:9"])
        var work = chain([small])
        work.management.maxRetries = 0
        let run = ChainRun(chain: work, options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
        let result = await run.start(input: "in") { _ in }
        #expect(result.status == .failed)
        #expect(run.failure?.kind == .unreachable)
        await servers.shutdown()
    }
}
