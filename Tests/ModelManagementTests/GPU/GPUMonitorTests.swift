import Foundation
import PromptChainCore
import Synchronization
import Testing

@testable import ModelManagement

@Suite struct GPUMonitorTests {
    private final class Reader: GPUReader {
        let source: String
        let reads = Mutex(0)
        let gate: DispatchSemaphore?
        let result: Result<[GPUReading], GPUReadingFailure>

        init(_ source: String, _ result: Result<[GPUReading], GPUReadingFailure>, gate: DispatchSemaphore? = nil) {
            self.source = source
            self.result = result
            self.gate = gate
        }

        func read() throws -> [GPUReading] {
            reads.withLock { $0 += 1 }
            gate?.wait()
            return try result.get()
        }
    }

    private let card = GPUReading(index: 0, name: "card", totalBytes: 24 << 30)

    private final class TimeBox: Sendable { let seconds = Mutex(0.0) }

    @Test func allReadersAreAskedAndFailuresAreNoted() async {
        let monitor = GPUMonitor(readers: [
            Reader("NVML", .failure(GPUReadingFailure("no driver"))), Reader("sysfs", .success([card])),
            Reader("other", .success([])),
        ])
        #expect(await monitor.survey() == GPUSurvey(gpus: [card], sources: ["sysfs"], notes: ["no driver"]))
    }

    @Test func readingsOfOneMomentAreOne() async {
        let reader = Reader("NVML", .success([card]))
        let box = TimeBox()
        let timekeeper = Timekeeper(
            now: { Date() }, elapsed: { box.seconds.withLock { $0 } },
            sleep: { _ in try await Task.sleep(for: .seconds(3600)) }, random: { 0 })
        let monitor = GPUMonitor(readers: [reader], timekeeper: timekeeper)
        _ = await monitor.survey()
        _ = await monitor.survey()
        #expect(reader.reads.withLock { $0 } == 1)
        box.seconds.withLock { $0 = 1 }
        _ = await monitor.survey()
        #expect(reader.reads.withLock { $0 } == 2)
    }

    @Test func aDriverThatHangsHoldsNobodyUp() async {
        let gate = DispatchSemaphore(value: 0)
        let reader = Reader("NVML", .success([card]), gate: gate)
        // The time is up once the driver was asked.
        let timekeeper = Timekeeper(
            now: { Date() }, elapsed: { 0 },
            sleep: { _ in while reader.reads.withLock({ $0 }) == 0 { await Task.yield() } }, random: { 0 })
        let monitor = GPUMonitor(readers: [reader], timekeeper: timekeeper)
        #expect(await monitor.survey().notes == ["the GPU driver behind NVML does not answer"])
        #expect(await monitor.survey().notes == ["the GPU driver behind NVML does not answer"])
        #expect(reader.reads.withLock { $0 } == 1)
        gate.signal()
    }

    @Test func onlyTheFirstWaitsForADriverThatHangs() async {
        let gate = DispatchSemaphore(value: 0)
        let reader = Reader("NVML", .success([card]), gate: gate)
        let waits = Mutex(0)
        let timekeeper = Timekeeper(
            now: { Date() }, elapsed: { 0 },
            sleep: { _ in
                waits.withLock { $0 += 1 }
                while reader.reads.withLock({ $0 }) == 0 { await Task.yield() }
            }, random: { 0 })
        let monitor = GPUMonitor(readers: [reader], timekeeper: timekeeper)
        for _ in 0..<3 { #expect(await monitor.survey().notes == ["the GPU driver behind NVML does not answer"]) }
        #expect(waits.withLock { $0 } == 1)
        gate.signal()
        // Its answer is taken when it comes.
        while await monitor.survey().gpus != [card] { await Task.yield() }
    }
}
