import CellScreen
import ChainEngine
import Dashboard
import DashboardTestSupport
import Foundation
import ModelManagement
import OllamaSimulator
import PromptChainCore
import Synchronization
import Testing

@testable import DashboardRuntime

/// From a server's log to the Log pane.
@Suite(.timeLimit(.minutes(5))) struct ServerLogFeedTests {
    private final class Inbox: Sendable {
        private let lines = Mutex<[LogLine]>([])
        var all: [LogLine] { lines.withLock { $0 } }
        var messages: [String] { all.map(\.message) }
        func take(_ line: LogLine) { lines.withLock { $0.append(line) } }
        func wait(_ holds: ([LogLine]) -> Bool) async throws {
            while !holds(all) { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    private struct OneServer: ChainServers {
        var manager: any ChainServer
        func manager(for step: ServerRequest) async throws -> any ChainServer { manager }
    }

    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "feed-\(UUID().uuidString)").path()
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Follows what is found, for as long as some work takes.
    private func follow(
        _ inbox: Inbox, find: @escaping @Sendable () async -> ServerLogFinding, _ work: () async throws -> Void
    ) async throws {
        let feed = ServerLogFeed(
            log: ServerLog(server: ServerConfiguration(), find: find), component: "server", clock: SystemPollClock(),
            post: { inbox.take($0) })
        let task = Task { await feed.run() }
        do {
            try await work()
        } catch {
            task.cancel()
            await task.value
            throw error
        }
        task.cancel()
        await task.value
    }

    /// A server that starts a while after the dashboard, and whose journal a program reads.
    @Test func theJournalIsReadByAProgram() async throws {
        let folder = try Folder()
        let program = folder.path + "/journalctl"
        try """
        #!/bin/sh
        echo "$*" > "\(folder.path)/arguments"
        echo $$ > "\(folder.path)/process"
        echo '{"__REALTIME_TIMESTAMP":"1764000000000000","MESSAGE":"[GIN] 2026/11/24 - 12:03:41 | 200 | 1ms | 127.0.0.1 | GET \\"/api/ps\\""}'
        echo '{"__REALTIME_TIMESTAMP":"1764000000000000","MESSAGE":"time=2026-11-24T12:03:44Z level=WARN msg=\\"low on memory\\""}'
        exec sleep 1000
        """.write(toFile: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
        let inbox = Inbox()
        let finding = ServerLogFinding(
            sources: [.program(words: [program, "--unit=ollama.service"], .journal)],
            place: "the journal of ollama.service")
        try await follow(inbox, find: { finding }) {
            try await inbox.wait { $0.contains { $0.message == "low on memory" } }
        }
        #expect(inbox.messages == ["its log: the journal of ollama.service", "low on memory"])
        #expect(inbox.all.last?.level == .warning)
        #expect(inbox.all.last?.time == Date(timeIntervalSince1970: 1_764_000_000))
        let arguments = try String(contentsOfFile: folder.path + "/arguments", encoding: .utf8)
        #expect(arguments == "--unit=ollama.service\n")
        // It is gone when the feed is.
        let text = try String(contentsOfFile: folder.path + "/process", encoding: .utf8)
        let child = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        while kill(child, 0) == 0 { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func whatIsNotPermittedIsSaidOnce() async throws {
        let inbox = Inbox()
        let clock = ManualPollClock()
        let finding = ServerLogFinding(
            reason: "the journal of ollama.service is not for this user", hint: "Join the group systemd-journal.",
            isDenied: true)
        let feed = ServerLogFeed(
            log: ServerLog(server: ServerConfiguration(), find: { finding }), component: "server", clock: clock,
            post: { inbox.take($0) })
        let task = Task { await feed.run() }
        for _ in 0..<3 {
            await clock.waitForSleepers(1)
            // Nothing to follow: nobody looks before the next search.
            #expect(clock.delays == [ServerLogFeed.search])
            clock.advance(by: ServerLogFeed.search)
        }
        await clock.waitForSleepers(1)
        task.cancel()
        await task.value
        #expect(
            inbox.messages == [
                "its log cannot be shown: the journal of ollama.service is not for this user. Join the group systemd-journal."
            ])
        #expect(inbox.all.first?.level == .notice)
    }

    /// A container that is stopped ends the program that reads its log; started again, nothing comes twice.
    @Test func aContainerThatIsStartedAgainGoesOn() async throws {
        let folder = try Folder()
        try "time=2026-01-01T00:00:01Z level=INFO msg=one\n".write(
            toFile: folder.path + "/log", atomically: true, encoding: .utf8)
        let inbox = Inbox()
        let clock = ManualPollClock()
        let finding = ServerLogFinding(sources: [.program(words: ["cat", folder.path + "/log"], .none)], place: "cat")
        let feed = ServerLogFeed(
            log: ServerLog(server: ServerConfiguration(), find: { finding }), component: "server", clock: clock,
            post: { inbox.take($0) })
        let task = Task { await feed.run() }
        func until(_ holds: ([LogLine]) -> Bool) async throws {
            while !holds(inbox.all) {
                await clock.waitForSleepers(1)
                clock.advance(by: clock.delays.first ?? 0)
                try await Task.sleep(for: .milliseconds(2))
            }
        }
        try await until { $0.contains { $0.message == "one" } }
        try "time=2026-01-01T00:00:01Z level=INFO msg=one\ntime=2026-01-01T00:00:02Z level=INFO msg=two\n".write(
            toFile: folder.path + "/log", atomically: true, encoding: .utf8)
        try await until { $0.contains { $0.message == "two" } }
        task.cancel()
        await task.value
        #expect(inbox.messages == ["its log: cat", "one", "two"])
    }

    /// The whole way: what a simulated server writes is read in the Log pane, beside what the dashboard writes itself.
    @Test func aSimulatedServersTraceIsInTheLogPane() async throws {
        let folder = try Folder()
        let trace = folder.path + "/trace.log"
        let server = try SimulatedServer(
            configuration: SimulatorConfiguration(vramBytes: 48 << 30, speed: 200, traceFile: trace))
        try await server.start()
        let url = await server.url
        let address = try #require(ServerAddress(url))
        let configuration = ServerConfiguration(name: "box", url: address, log: .file(trace))
        let manager = OllamaManager(configuration: configuration)
        let inbox = Inbox()
        let connection = WatchedServer(
            name: "box", url: url, provider: .ollama, manager: manager,
            log: ServerLog(server: configuration, find: { await CapacityReader.host.log(of: configuration) }))
        let runner = EffectRunner(
            services: RuntimeServices(
                connections: [connection], chainServers: OneServer(manager: manager), runOptions: ChainRunOptions(),
                library: ChainLibrary(folders: []),
                loadTheme: { _ in .failure(FileFault(file: "x", message: "no theme")) }, themeNames: [],
                log: LogHub()),
            post: { if case .log(let line) = $0 { inbox.take(line) } })
        runner.start()
        _ = try await manager.loadModel("mistral-small:22b", params: LoadParameters())
        try await inbox.wait { $0.contains { $0.message.contains("mistral-small:22b") && $0.component == "server" } }
        await runner.close()
        await server.stop()
        var journey = JourneyDriver(size: Size(width: 200, height: 30), servers: [connection.description])
        for line in inbox.all { journey.send(.log(line)) }
        #expect(inbox.messages.first == "its log: \(trace), as the configuration says")
        #expect(inbox.all.allSatisfy { $0.component == "server" })
        journey.type("6z")
        let screen = journey.screen
        #expect(screen.contains("server") && screen.contains("\"model\":\"mistral-small:22b\""), "\(screen)")
    }
}
