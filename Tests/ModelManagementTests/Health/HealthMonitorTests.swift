import ModelManagement
import PromptChainCore
import Synchronization
import Testing

/// Answers health checks one after another as it is told, and tells when there are no more answers.
private final class Patient: ModelManager {
    private let answers: Mutex<[Bool]>
    private let end: @Sendable () -> Void

    init(_ answers: [Bool], end: @escaping @Sendable () -> Void = {}) {
        self.answers = Mutex(answers)
        self.end = end
    }

    func healthCheck() async -> Bool {
        let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let answer { return answer }
        end()
        // The last one is never answered: the test cancels it.
        let (forever, continuation) = AsyncStream<Void>.makeStream()
        for await _ in forever {}
        continuation.finish()
        return true
    }

    func loadModel(_ name: ModelName, params: LoadParameters) async throws -> ModelInfo {
        ModelInfo(name: name, provider: .custom, server: "", isLoaded: true)
    }
    func unloadModel(_ name: ModelName) async throws -> Bool { true }
    func isModelLoaded(_ name: ModelName) async throws -> Bool { false }
    func loadedModels() async throws -> [ModelInfo] { [] }
}

@Suite struct HealthMonitorTests {
    /// What a monitor tells while its server answers like this.
    private func changes(_ answers: [Bool], interval: Double = 300) async -> [HealthMonitor.Change] {
        let told = Mutex<[HealthMonitor.Change]>([])
        let stop = Latch()
        let monitor = HealthMonitor(
            servers: [.init(name: "box", manager: Patient(answers, end: { stop.open() }))], interval: interval,
            timekeeper: TestClock().timekeeper, tell: { change in told.withLock { $0.append(change) } })
        let task = Task { await monitor.run() }
        if interval > 0 { await stop.wait() }
        task.cancel()
        await task.value
        return told.withLock { $0 }
    }

    @Test func aServerThatStaysIsNotTold() async {
        #expect(await changes([true, true, true]).isEmpty)
    }

    @Test func eachChangeIsToldOnce() async {
        let told = await changes([true, false, false, false, true, true, false, true])
        #expect(
            told == [
                .wentAway(server: "box"), .cameBack(server: "box", after: 900), .wentAway(server: "box"),
                .cameBack(server: "box", after: 300),
            ])
        #expect(
            told.prefix(2).map(\.description)
                == ["box does not answer its health check", "box answers again, after 15m00s"])
    }

    @Test func oneThatIsAwayFromTheBeginningIsTold() async {
        #expect(await changes([false, false]).first == .wentAway(server: "box"))
    }

    @Test func anIntervalOfNothingChecksNothing() async {
        #expect(await changes([false], interval: 0).isEmpty)
    }

    @Test func whatIsAwayNowCanBeAsked() async {
        let isAsked = Latch()
        let monitor = HealthMonitor(
            servers: [
                .init(name: "b", manager: Patient([false], end: { isAsked.open() })),
                .init(name: "a", manager: Patient([true])),
            ], interval: 60, timekeeper: TestClock().timekeeper, tell: { _ in })
        let task = Task { await monitor.run() }
        await isAsked.wait()
        #expect(monitor.absent == ["b"])
        task.cancel()
        await task.value
    }
}

/// Opens once, for all who wait.
private final class Latch: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() { continuation.finish() }

    func wait() async { for await _ in stream {} }
}
