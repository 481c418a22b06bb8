import ChainEngine
import Foundation
import ModelManagement
import PromptChainCore

/// A simulated server whose client waits and measures by the same time as it does: what a run waits is what the
/// simulation says, on a machine of any speed.
public struct SteppedServers: ChainServers {
    /// The client.
    public let manager: OllamaManager

    /// The Ollama at an address.
    public init?(url: String, time: SteppedTime) {
        guard let address = ServerAddress(url) else { return nil }
        let clock = SteppedRunClock(time: time)
        manager = OllamaManager(
            configuration: ServerConfiguration(name: "box", url: address),
            timekeeper: Timekeeper(
                now: clock.now, elapsed: clock.seconds, sleep: { try await clock.sleep(seconds: $0) }, random: { 0 }))
    }

    /// The one server.
    public func manager(for step: ServerRequest) async throws -> any ChainServer { manager }

    /// Closes its connections.
    public func shutdown() async { await manager.shutdown() }
}

/// The stepped time, as a run wants it.
public struct SteppedRunClock: RunClock {
    private let time: SteppedTime
    private let start = Date()

    /// A clock that begins now, and goes on with the time.
    public init(time: SteppedTime) { self.time = time }

    /// The time of day.
    public func now() -> Date { start.addingTimeInterval(time.seconds) }
    /// Seconds since the time began.
    public func seconds() -> Double { time.seconds }
    /// Waits for a number of seconds.
    public func sleep(seconds: Double) async throws { try await time.sleep(seconds: seconds) }
}
