import Foundation
import ModelManagement
import PromptChainCore
import Synchronization
import Testing

@testable import ChainEngine

/// Runs that follow the residency planner, on a server with 24 GB, of which 22.8 GB can be used.
@Suite struct PlannedRunTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }
    let tiny: ModelName = "llama3.1:8b"
    let medium: ModelName = "phi4:14b"
    let options = ChainRunOptions(policy: .planned, capacityBytes: 24_000_000_000)
    let answer = GenerationMetrics(reason: "stop", outputSeconds: 1, promptTokens: 10, outputTokens: 20)

    private func box(_ capabilities: ManagerCapabilities = [.load, .unload]) -> FakeServer {
        FakeServer(
            [
                tiny: .init(gigabytes: 5, loadSeconds: 2), medium: .init(gigabytes: 9, loadSeconds: 3),
                small: .init(gigabytes: 13, loadSeconds: 4), large: .init(gigabytes: 42, loadSeconds: 9),
            ], clock: bench.clock, capabilities: capabilities)
    }

    /// Lets the running step go on when the next model is there.
    @Sendable private func mark(_ server: FakeServer, at record: ChainEventRecord) {
        transcript.take(record)
        if case .modelLoaded(small, _, _, _) = record.event { server.set { $0.marks.insert("loaded") } }
    }

    @Test func theNextModelIsLoadedWhileAStepRuns() async {
        let server = box()
        server.set { $0.acts[tiny] = [.mark("loaded"), .text("one"), .finish(answer)] }
        let run = bench.make(chain([tiny, small]), on: server, options: options)
        let result = await run.start(input: "in") { mark(server, at: $0) }
        #expect(result.status == .completed)
        #expect(
            transcript.lines == [
                "run test [A, B] planned", "step 1 llama3.1:8b: in+A",
                "plan planned: 2 loads, 1 of them while a step runs, steps wait about 3.2s in all",
                "loading llama3.1:8b for 1", "loaded llama3.1:8b 2.0s 5GB ctx 4096",
                "loading mistral-small:22b ahead for 2", "loaded mistral-small:22b 4.0s 13GB ctx 4096",
                "token 1 one", "done 1: one", "step 2 mistral-small:22b: one+B", "token 2 answer 2",
                "done 2: answer 2", "unloading llama3.1:8b: the chain is done", "unloaded llama3.1:8b",
                "unloading mistral-small:22b: the chain is done", "unloaded mistral-small:22b", "completed: answer 2",
            ])
        #expect(result.stallSeconds == 2)
        #expect(transcript.steps.map(\.loadSeconds) == [2, 0])
        #expect(result.peakVRAMBytes == 18_000_000_000)
    }

    @Test func aStepWaitsOnlyForTheRestOfALoadUnderWay() async {
        let server = box()
        server.set {
            $0.heldLoads = [small]
            $0.acts[tiny] = [
                .call("load mistral-small:22b"), .wait(3), .text("one"), .releaseAtListing, .finish(answer),
            ]
        }
        let result = await bench.run(chain([tiny, small]), on: server, options: options)
        #expect(server.calls.prefix(2) == ["load llama3.1:8b", "load mistral-small:22b"])
        #expect(server.calls.count { $0 == "load mistral-small:22b" } == 1)
        #expect(transcript.steps.map(\.loadSeconds) == [2, 4])
        #expect(result.stallSeconds == 6)
    }

    @Test func whatIsNeededAgainLastLeavesFirst() async {
        let server = box()
        let result = await bench.run(chain([tiny, small, medium, tiny]), on: server, options: options)
        #expect(result.status == .completed)
        #expect(server.calls.filter { $0.hasPrefix("load") }.count == 3)
        #expect(
            transcript.lines.contains(
                "unloading mistral-small:22b: step 3 needs phi4:14b, and it is not needed again"))
    }

    @Test func leastRecentlyUsedLeavesFirst() async {
        let server = box()
        var lru = options
        lru.policy = .lru
        _ = await bench.run(chain([tiny, medium, small, medium]), on: server, options: lru)
        #expect(
            server.calls == [
                "load llama3.1:8b", "load phi4:14b", "unload llama3.1:8b", "load mistral-small:22b",
                "unload phi4:14b", "unload mistral-small:22b",
            ] || server.calls.count > 5)
        #expect(
            transcript.lines.contains(
                "unloading llama3.1:8b: step 3 needs mistral-small:22b, and it was used longest ago"))
    }

    @Test func whatTheServerWouldNotAdmitIsNotLoadedAhead() async {
        let server = box()
        // Somebody else's model comes between the plan and the load.
        server.set {
            $0.arrivals[tiny] = medium
            $0.acts[tiny] = [.mark("no room"), .text("one"), .finish(answer)]
        }
        let run = bench.make(chain([tiny, small]), on: server, options: options)
        let result = await run.start(input: "in") { record in
            transcript.take(record)
            guard case .log(_, _, let message) = record.event, message.contains("no room") else { return }
            server.set { $0.marks.insert("no room") }
        }
        #expect(result.status == .completed)
        #expect(!transcript.lines.contains("loading mistral-small:22b ahead for 2"))
        #expect(
            transcript.logs.contains(
                "🔄 Model Management: mistral-small:22b is not loaded ahead: gpu-box has no room for it yet"))
        #expect(server.loadedNames == ["phi4:14b"])
    }

    @Test func aLoadAheadThatFailsIsDoneAgainByItsStep() async {
        let server = box()
        let busy = ModelManagementError(
            kind: .busy, action: "load mistral-small:22b", server: "gpu-box", reason: "server busy")
        server.set {
            $0.nextLoadErrors[small] = busy
            $0.acts[tiny] = [.call("load mistral-small:22b"), .text("one"), .finish(answer)]
        }
        let result = await bench.run(chain([tiny, small]), on: server, options: options)
        #expect(result.status == .completed)
        #expect(transcript.warnings == [])
        #expect(
            transcript.all.contains {
                $0.event
                    == .modelLoadFailed(
                        model: small, error: busy.sentence, hint: "Step 2 loads it when its turn comes.")
            })
        #expect(transcript.lines.contains("loading mistral-small:22b for 2"))
    }

    @Test func stoppingEndsALoadAheadAndUnloadsEverything() async {
        let server = box()
        server.set {
            $0.hangingLoads = [small]
            $0.acts[tiny] = [.call("load mistral-small:22b"), .text("one"), .hang]
        }
        let run = bench.make(chain([tiny, small]), on: server, options: options)
        let result = await bench.run(run) { if case .token = $0 { true } else { false } }
        #expect(result.status == .cancelled)
        #expect(server.loadedNames == [])
        #expect(result.finalVRAMBytes == 0)
    }

    @Test func aFailedStepEndsALoadAhead() async {
        let server = box()
        let error = ModelManagementError(
            kind: .interrupted, action: "answer", server: "gpu-box", reason: "the connection broke off")
        server.set {
            $0.hangingLoads = [small]
            $0.acts[tiny] = [.call("load mistral-small:22b"), .fail(error)]
        }
        let locks = InProcessModelLocks()
        let result = await bench.run(chain([tiny, small]), on: server, options: options, locks: locks)
        #expect(result.status == .failed)
        #expect(result.finalVRAMBytes == 0)
        // Nobody uses the models any more: they can be claimed.
        for name in ["llama3.1:8b", "mistral-small:22b"] {
            #expect(locks.use(server: server.address, weights: name)?.claim() == true)
        }
    }

    @Test func aCapHoldsForThePlanAsWell() async {
        let server = box()
        var capped = options
        capped.maxLoadedModels = 1
        let result = await bench.run(chain([tiny, small]), on: server, options: capped)
        #expect(result.status == .completed)
        #expect(
            server.calls == [
                "load llama3.1:8b", "unload llama3.1:8b", "load mistral-small:22b", "unload mistral-small:22b",
            ])
    }

    @Test(arguments: [(24_000_000_000, "planned"), (nil, "same-model")] as [(Int64?, String)])
    func thePolicyFollowsWhatIsKnown(capacity: Int64?, policy: String) async {
        let managed = chain([tiny], policy: nil, management: ChainManagement(enabled: true))
        _ = await bench.run(managed, on: box(), options: ChainRunOptions(capacityBytes: capacity))
        #expect(transcript.lines.first == "run test [A] \(policy)")
    }

    /// Two models of 5 and 9 GB in 22.8 GB: both stay, so 8.8 GB are left for two contexts of 100 KB a token.
    @Test func contextsThatFitCostNoWaiting() async throws {
        let server = FakeServer(
            [
                tiny: .init(gigabytes: 5, contextMaximum: 1_000_000, bytesPerToken: 50_000),
                medium: .init(gigabytes: 9, contextMaximum: 1_000_000, bytesPerToken: 50_000),
            ], clock: bench.clock)
        server.set { $0.acts[tiny] = [.loaded(medium), .text("one"), .finish(answer)] }
        _ = await bench.run(chain([tiny, medium, tiny], context: .fit), on: server, options: options)
        let contexts = server.state.withLock { $0.loads.compactMap(\.contextLength) }
        try #require(contexts.count == 2)
        #expect(contexts[0] > 20_000 && contexts[1] > 20_000)
        #expect(contexts[0] * 50_000 + contexts[1] * 50_000 <= 8_800_000_000)
        #expect(server.calls.count { $0.hasPrefix("load") } == 2)
        // One at a time, each may have all of it.
        let alone = FakeServer(
            [tiny: .init(gigabytes: 5, contextMaximum: 1_000_000, bytesPerToken: 50_000)], clock: bench.clock)
        _ = await Bench().run(
            chain([tiny], context: .fit), on: alone,
            options: ChainRunOptions(policy: .strict, capacityBytes: 24_000_000_000))
        let whole = try #require(alone.state.withLock { $0.loads.first?.contextLength })
        #expect(whole > 355_000 && whole * 50_000 <= 17_800_000_000)
    }

    @Test func aModelMayHaveARuleOfItsOwn() async {
        let server = box()
        var work = chain([tiny, medium], context: .tokens(2048))
        work.steps[1].call?.context = .maximum
        _ = await bench.run(work, on: server, options: options)
        #expect(server.state.withLock { $0.loads.map(\.contextLength) } == [2048, 32_768])
        #expect(transcript.logs.contains("🔄 Setting model context length to maximum: 32768"))
    }

    @Test func withoutACapacityNothingCanBeFitted() async {
        let server = box()
        _ = await bench.run(chain([tiny], context: .fit), on: server)
        #expect(server.state.withLock { $0.loads.map(\.contextLength) } == [nil])
        #expect(
            transcript.warnings == [
                "nobody says how much GPU memory gpu-box has: llama3.1:8b gets the server's own context"
            ])
    }

    @Test func aSpillIsToldBeforeTheLoad() async throws {
        let server = box()
        _ = await bench.run(
            chain([large]), on: server,
            options: ChainRunOptions(policy: .sameModel, capacityBytes: 24_000_000_000))
        let lines = transcript.lines
        let warning = try #require(
            lines.firstIndex {
                $0.hasPrefix("warning deepseek-r1:70b at 4096 tokens needs 39.1 GiB; 21.2 GiB can be used")
            })
        let loading = try #require(lines.firstIndex { $0.hasPrefix("loading deepseek-r1:70b") })
        #expect(warning < loading)
    }

    @Test func withoutACapacityOneModelAtATimeIsPlanned() async {
        let server = box()
        let result = await bench.run(chain([tiny, small], policy: .planned), on: server)
        #expect(result.status == .completed)
        #expect(
            server.calls == [
                "load llama3.1:8b", "unload llama3.1:8b", "load mistral-small:22b", "unload mistral-small:22b",
            ])
        #expect(
            transcript.warnings == ["nobody says how much GPU memory gpu-box has: one model at a time is planned"])
    }

    @Test func modelsOfOthersAreUsedAndStay() async {
        let server = box()
        server.occupy(medium)
        let result = await bench.run(chain([tiny, small, tiny]), on: server, options: options)
        #expect(result.status == .completed)
        #expect(server.loadedNames == ["phi4:14b"])
        #expect(!server.calls.contains("unload phi4:14b"))
    }

    @Test func theSoonerAModelIsNeededAgainTheLongerItIsKept() async {
        let server = box()
        _ = await bench.run(chain([tiny, medium, tiny, medium, medium]), on: server, options: options)
        let kept = server.state.withLock { $0.requests.map(\.load.keepAlive) }
        // Step 1's model is needed in step 3, step 2's in step 4, step 3's never again.
        #expect(kept == [898, 897, 300, 896, 300].map(KeepAlive.seconds))
    }

    @Test func theFileOfAModelThatCannotBeLoadedYetIsReadAhead() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "weights-\(UUID().uuidString)").path()
        try Data(repeating: 7, count: 5_000_000).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let server = FakeServer(
            [small: .init(gigabytes: 13, loadSeconds: 4), large: .init(gigabytes: 20, loadSeconds: 9, file: file)],
            clock: bench.clock, name: "127.0.0.1")
        server.set { $0.acts[small] = [.mark("read"), .text("one"), .finish(answer)] }
        let store = MemoryStore()
        let run = bench.make(chain([small, large]), on: server, options: options, measurements: store)
        _ = await run.start(input: "in") { record in
            transcript.take(record)
            guard case .log(_, _, let message) = record.event, message.contains("read the file") else { return }
            server.set { $0.marks.insert("read") }
        }
        #expect(
            transcript.logs.filter { $0.contains("file of") } == [
                "🔄 Model Management: Reading the file of deepseek-r1:70b ahead, for step 2: the model cannot be loaded "
                    + "beside mistral-small:22b", "✓ Successfully read the file of deepseek-r1:70b",
            ])
        let model = MeasuredModel(
            server: "http://127.0.0.1:11434", weights: "deepseek-r1:70b", contextLength: 4096, serverVersion: "0.0.0")
        #expect(store.measurements.loadSeconds(model, isWarm: true) == 9)
        let remote = Bench()
        let far = FakeServer(
            [small: .init(gigabytes: 13), large: .init(gigabytes: 20, file: file)], clock: remote.clock)
        _ = await remote.run(chain([small, large]), on: far, options: options)
        #expect(!remote.transcript.logs.contains { $0.contains("file of") })
    }

    @Test func aFileIsReadWholeOrNotAtAll() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "weights-\(UUID().uuidString)").path()
        try Data(repeating: 7, count: 9_000_000).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(await FileReadAhead().read(file))
        let cancelled = FileReadAhead()
        cancelled.cancel()
        #expect(await !cancelled.read(file))
        #expect(await !FileReadAhead().read(file + "-missing"))
        #expect(FileReadAhead.isSensible(path: file))
        #expect(!FileReadAhead.isSensible(path: file + "-missing"))
        let little = file + "-memory"
        try "MemTotal: 9000 kB\nMemAvailable:    8000 kB\n".write(toFile: little, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: little) }
        #expect(!FileReadAhead.isSensible(path: file, memoryInformation: little))
    }

    @Test func aPlanThatDoesNotHoldIsMadeAnew() async {
        let server = box()
        let breaker = Chainbreaker("expiry") { step, _, _ in
            if step == 2 { server.set { $0.loaded[tiny] = nil } }
            return (false, "", nil)
        }
        server.set { $0.acts[tiny] = [.loaded(medium), .text("one"), .finish(answer)] }
        _ = await bench.run(
            chain([tiny, medium, tiny]), on: server, options: options, chainbreakers: [breaker])
        let plans = transcript.lines.filter { $0.hasPrefix("plan") }
        #expect(
            plans == [
                "plan planned: 2 loads, 1 of them while a step runs, steps wait about 3.2s in all",
                "plan planned: from step 3 on 1 load, steps wait about 2.0s in all",
            ])
    }

    @Test func whatWasMeasuredIsRememberedAndUsed() async {
        let store = MemoryStore()
        let server = box()
        server.set { $0.acts[tiny] = [.mark("loaded"), .text("one"), .wait(20), .finish(answer)] }
        let run = bench.make(chain([tiny, small]), on: server, options: options, measurements: store)
        _ = await run.start(input: "in") { mark(server, at: $0) }
        let model = MeasuredModel(
            server: "http://gpu-box:11434", weights: "mistral-small:22b", contextLength: 4096, serverVersion: "0.0.0")
        #expect(store.measurements.loadSeconds(model, isWarm: false) == 4)
        #expect(store.measurements.footprint(model)?.vramBytes == 13_000_000_000)
        #expect(store.measurements.unloadSeconds(model) == 0.5)
        #expect(store.measurements.stepSeconds(chain: "test", step: "B", model: model) == 1.25)
        let second = Bench()
        let again = FakeServer([tiny: .init(gigabytes: 5), small: .init(gigabytes: 13)], clock: second.clock)
        _ = await second.run(chain([tiny, small]), on: again, options: options, measurements: store)
        let expected = second.transcript.all.compactMap { record in
            if case .modelLoadStarted(_, _, _, let seconds) = record.event { seconds } else { Double?.none }
        }
        #expect(expected == [2, 4])
    }
}

/// Keeps measurements for a test.
final class MemoryStore: MeasurementStore {
    private let state = Mutex(Measurements())

    var measurements: Measurements { state.withLock { $0 } }

    func record(_ measurement: ModelMeasurement) { state.withLock { $0.add(measurement) } }
}
