import Foundation
import ModelManagement
import OllamaSimulator
import PromptChainCore
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
        faults: [SimulatedFault] = [], vram: Int64 = 48 << 30,
        _ work: (ConfiguredServers, Transcript) async throws -> ChainEvent.RunResult
    ) async throws -> Outcome {
        let trace = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString)").path()
        let server = try SimulatedServer(
            configuration: SimulatorConfiguration(vramBytes: vram, speed: 100, faults: faults, traceFile: trace))
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

    @Test func stopWhileGeneratingLeavesNothingLoaded() async throws {
        let outcome = try await simulate { servers, transcript in
            let run = ChainRun(
                chain: chain([large]), options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
            return await run.start(input: "Write a long text about the sea.") { record in
                transcript.take(record)
                if case .token = record.event { run.stop() }
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
