import Foundation
import PromptChainCore
import Synchronization

/// Asks one server again and again, never twice at a time, and posts what it learns.
public final class ServerPoller: Sendable {
    /// A first answer that takes longer than this is shown as missing, while the question stays open.
    static let firstPatience = 1.5
    /// The same once the server has answered: a server that waits for GPU memory to come back may be silent for a while.
    static let patience = 4.0

    private struct Settings {
        var schedule: PollSchedule
        var isPaused = false
    }

    private let reader: SnapshotReader
    private let timer: PollTimer
    private let clock: any PollClock
    private let settings: Mutex<Settings>
    private let post: @Sendable (ServerSnapshot) -> Void

    /// A poller.
    /// - Parameters:
    ///   - connection: the server.
    ///   - interval: seconds between two polls while something happens.
    ///   - clock: the time.
    ///   - post: gets every reading.
    public init(
        connection: WatchedServer, interval: Double, clock: any PollClock = SystemPollClock(),
        post: @escaping @Sendable (ServerSnapshot) -> Void
    ) {
        reader = SnapshotReader(connection: connection, now: { clock.now() })
        timer = PollTimer(clock: clock)
        self.clock = clock
        settings = Mutex(Settings(schedule: PollSchedule(interval: interval)))
        self.post = post
    }

    /// Polls until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let snapshot = await readPatiently()
            if Task.isCancelled { return }
            post(snapshot)
            let delay = settings.withLock { settings in
                let delay = settings.schedule.delay(after: snapshot)
                return settings.isPaused ? 86_400 : delay
            }
            await timer.wait(seconds: delay)
        }
    }

    /// Asks now instead of at the next turn.
    public func kick() {
        Task { await timer.kick() }
    }

    /// Sets the seconds between two polls while something happens.
    public func setInterval(_ seconds: Double) {
        settings.withLock { $0.schedule.interval = seconds }
        kick()
    }

    /// Says whether something is under way that is worth watching closely.
    public func setBusy(_ isBusy: Bool) {
        let changed = settings.withLock { settings in
            defer { settings.schedule.isBusy = isBusy }
            return settings.schedule.isBusy != isBusy
        }
        if changed { kick() }
    }

    /// Stops asking, or goes on.
    public func setPaused(_ isPaused: Bool) {
        settings.withLock { $0.isPaused = isPaused }
        kick()
    }

    private func readPatiently() async -> ServerSnapshot {
        let patience = await reader.hasAnswered ? Self.patience : Self.firstPatience
        let watchdog = Task { [clock, reader, post] in
            do {
                try await clock.sleep(seconds: patience)
                let snapshot = await reader.waiting()
                if !Task.isCancelled { post(snapshot) }
            } catch {}
        }
        defer { watchdog.cancel() }
        return await reader.read()
    }
}
