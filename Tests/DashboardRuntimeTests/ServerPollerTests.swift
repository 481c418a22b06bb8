import Foundation
import ModelManagement
import PromptChainCore
import Synchronization
import Testing

@testable import DashboardRuntime

/// What a poller posts, on a clock that stands still until it is moved.
@Suite struct ServerPollerTests {
    private final class Inbox: Sendable {
        private let snapshots = Mutex<[ServerSnapshot]>([])
        var all: [ServerSnapshot] { snapshots.withLock { $0 } }
        func take(_ snapshot: ServerSnapshot) { snapshots.withLock { $0.append(snapshot) } }
    }

    private let server = FakeServer()
    private let clock = ManualPollClock()
    private let inbox = Inbox()

    private func poller(interval: Double = 1) -> ServerPoller {
        let connection = WatchedServer(name: "box", url: "http://box:11434", provider: .ollama, manager: server)
        return ServerPoller(
            connection: connection, interval: interval, clock: clock, post: { [inbox] in inbox.take($0) })
    }

    @Test func aQuietServerIsAskedLessAndLess() async {
        let poller = poller()
        let task = Task { await poller.run() }
        var delays: [Double] = []
        for turn in 1...6 {
            // The watchdog of an answered question may still be on its way out: then it is not the wait for the next turn.
            let patience = turn == 1 ? ServerPoller.firstPatience : ServerPoller.patience
            var waits: [Double] = []
            while waits.count != 1 || waits[0] == patience || inbox.all.count < turn {
                await Task.yield()
                waits = clock.delays
            }
            delays.append(waits[0])
            clock.advance(by: waits[0])
        }
        task.cancel()
        await task.value
        #expect(delays == [1, 1.5, 2.25, 3.375, 5, 5])
        #expect(server.calls.count { $0 == "version" } == 1)
    }

    @Test func anAnswerThatTakesLongIsShownAsMissing() async {
        let gate = FakeServer.Gate()
        server.set { $0.gate = gate }
        let poller = poller()
        let task = Task { await poller.run() }
        await clock.waitForSleepers(1)
        clock.advance(by: ServerPoller.firstPatience)
        while inbox.all.isEmpty { await Task.yield() }
        #expect(inbox.all.map(\.state) == [.starting])
        gate.open()
        while inbox.all.count < 2 { await Task.yield() }
        #expect(inbox.all.last?.state == .ready)
        task.cancel()
        await task.value
    }

    @Test func aServerThatGoesAwayKeepsItsLastModels() async {
        let model = ModelInfo(name: "m", provider: .ollama, server: "box", isLoaded: true)
        server.set { $0.models = [model] }
        let connection = WatchedServer(name: "box", url: "http://box:11434", provider: .ollama, manager: server)
        let reader = SnapshotReader(connection: connection, now: { Date(timeIntervalSince1970: 7) })
        let first = await reader.read()
        #expect(first.state == .ready && first.version == "1.0")
        server.set {
            $0.failure = ModelManagementError(
                kind: .unreachable, action: "list", server: "box", reason: "nothing listens there", hint: "start it")
        }
        let gone = await reader.read()
        #expect(gone.state == .unreachable(reason: "nothing listens there", hint: "start it"))
        #expect(gone.models == [model])
        server.set {
            $0.failure = ModelManagementError(kind: .notAnswering, action: "list", server: "box", reason: "silent")
        }
        #expect(await reader.read().state == .stale(since: Date(timeIntervalSince1970: 7)))
    }

    @Test func aServerThatNeverAnsweredIsStarting() async {
        server.set {
            $0.failure = ModelManagementError(kind: .notAnswering, action: "list", server: "box", reason: "silent")
        }
        let connection = WatchedServer(name: "box", url: "http://box:11434", provider: .ollama, manager: server)
        #expect(await SnapshotReader(connection: connection).read().state == .starting)
    }
}
