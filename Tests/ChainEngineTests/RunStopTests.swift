import ModelManagement
import PromptChainCore
import Synchronization
import Testing

@testable import ChainEngine

@Suite(.timeLimit(.minutes(1))) struct RunStopTests {
    let bench = Bench()
    var transcript: Transcript { bench.transcript }

    private static func isLoading(_ event: ChainEvent) -> Bool {
        if case .modelLoadStarted = event { true } else { false }
    }

    private static func isText(_ event: ChainEvent) -> Bool {
        if case .token = event { true } else { false }
    }

    private static func isUnloading(_ event: ChainEvent) -> Bool {
        if case .modelUnloadStarted = event { true } else { false }
    }

    @Test func stopWhileLoading() async {
        let server = gpuBox(bench.clock)
        server.set { $0.hangingLoads = [large] }
        let result = await bench.run(bench.make(chain([large, small]), on: server), stoppingAt: Self.isLoading)
        #expect(
            transcript.lines == [
                "run test [A, B] same-model",
                "step 1 deepseek-r1:70b: in+A",
                "loading deepseek-r1:70b for 1",
                "failed 1: stopped | ",
                "unloading deepseek-r1:70b: the chain was stopped",
                "unloaded deepseek-r1:70b",
                "cancelled: ",
            ])
        #expect(result.status == .cancelled)
        #expect(result.error == nil)
    }

    @Test func stopWhileGenerating() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[large] = [.text("half an "), .text("ans"), .hang] }
        let seen = Mutex(0)
        let run = bench.make(chain([small, large]), on: server)
        let result = await bench.run(run) { event in
            guard Self.isText(event) else { return false }
            return seen.withLock { seen in
                seen += 1
                return seen == 3
            }
        }
        #expect(
            transcript.lines.suffix(6) == [
                "token 2 half an ", "token 2 ans", "failed 2: stopped | half an ans",
                "unloading deepseek-r1:70b: the chain was stopped", "unloaded deepseek-r1:70b",
                "cancelled: half an ans",
            ])
        #expect(result.output == "half an ans")
        #expect(server.loadedNames == [])
    }

    @Test func stopBeforeTheStart() async {
        let server = gpuBox(bench.clock)
        let run = bench.make(chain([small]), on: server)
        run.stop()
        let result = await run.start(input: "in") { transcript.take($0) }
        #expect(result.status == .cancelled)
        #expect(server.calls == [])
        #expect(transcript.lines.last == "cancelled: ")
    }

    @Test func cancellingTheTaskIsAStop() async {
        let server = gpuBox(bench.clock)
        server.set { $0.acts[small] = [.text("half"), .hang] }
        let run = bench.make(chain([small]), on: server)
        let (moments, moment) = AsyncStream<Void>.makeStream()
        let task = Task {
            await run.start(input: "in") { record in
                transcript.take(record)
                if Self.isText(record.event) { moment.yield() }
            }
        }
        for await _ in moments { break }
        task.cancel()
        #expect(await task.value.status == .cancelled)
        #expect(server.loadedNames == [])
    }

    @Test func loadThatCannotBeCancelledIsGivenUp() async {
        let server = gpuBox(bench.clock)
        server.set {
            $0.hangingLoads = [large]
            $0.ignoresCancellation = true
        }
        let run = bench.make(chain([large]), on: server)
        let clock = bench.clock
        async let result = bench.run(run, stoppingAt: Self.isLoading)
        await clock.somebodySleeps()
        clock.advance(by: 2)
        #expect(await result.status == .cancelled)
        #expect(transcript.lines.suffix(2) == ["unloaded deepseek-r1:70b", "cancelled: "])
        let count = transcript.all.count
        server.letGo()
        #expect(transcript.all.count == count)
    }

    @Test func cleanUpHasADeadline() async {
        let server = gpuBox(bench.clock)
        server.set {
            $0.acts[small] = [.text("half"), .hang]
            $0.hangingUnloads = [small]
        }
        let run = bench.make(chain([small]), on: server)
        let clock = bench.clock
        let (moments, moment) = AsyncStream<Void>.makeStream()
        async let result = run.start(input: "in") { record in
            transcript.take(record)
            if Self.isText(record.event) { run.stop() }
            if Self.isUnloading(record.event) { moment.yield() }
        }
        for await _ in moments { break }
        await clock.somebodySleeps()
        clock.advance(by: 10)
        #expect(await result.status == .cancelled)
        #expect(await result.finalVRAMBytes == nil)
        #expect(
            transcript.lines.suffix(2) == [
                "warning the clean-up took too long: mistral-small:22b may still be loaded", "cancelled: half",
            ])
    }

    @Test func aSecondStopForces() async {
        let server = gpuBox(bench.clock)
        server.set {
            $0.acts[small] = [.text("half"), .hang]
            $0.hangingUnloads = [small]
        }
        let run = bench.make(chain([small]), on: server)
        let result = await bench.run(run) { Self.isText($0) || Self.isUnloading($0) }
        #expect(result.status == .cancelled)
        #expect(
            transcript.lines.suffix(2) == [
                "warning the clean-up was cut short: mistral-small:22b may still be loaded", "cancelled: half",
            ])
    }

    @Test func aBlockedSinkHoldsUpNoStep() async {
        let server = gpuBox(bench.clock)
        let run = bench.make(chain([small, large]), on: server)
        let gate = Gate()
        async let result = run.start(input: "in") { record in
            gate.pass()
            transcript.take(record)
        }
        // All models have come and gone while the first event is still being written.
        while server.calls.count < 4 { await Task.yield() }
        #expect(transcript.all.isEmpty)
        gate.open()
        #expect(await result.status == .completed)
        #expect(transcript.lines.last == "completed: answer 2")
    }
}
