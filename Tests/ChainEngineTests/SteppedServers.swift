import ChainEngine
import Foundation
import ModelManagement
import PromptChainCore
import SimulatorTestSupport

/// A simulated server whose client waits and measures by the same time as it does: what a run waits is what the
/// simulation says, on a machine of any speed.
struct SteppedServers: ChainServers {
    private let manager: OllamaManager

    /// The Ollama at an address.
    init?(url: String, time: SteppedTime) {
        guard let address = ServerAddress(url) else { return nil }
        let clock = SteppedRunClock(time: time)
        manager = OllamaManager(
            configuration: ServerConfiguration(name: "box", url: address),
            timekeeper: Timekeeper(
                now: clock.now, elapsed: clock.seconds, sleep: { try await clock.sleep(seconds: $0) }, random: { 0 }))
    }

    func manager(for step: ServerRequest) async throws -> any ChainServer { manager }

    func shutdown() async { await manager.shutdown() }
}

/// The stepped time, as a run wants it.
struct SteppedRunClock: RunClock {
    let time: SteppedTime
    private let start = Date()

    init(time: SteppedTime) { self.time = time }

    func now() -> Date { start.addingTimeInterval(time.seconds) }
    func seconds() -> Double { time.seconds }
    func sleep(seconds: Double) async throws { try await time.sleep(seconds: seconds) }
}
