import Foundation
import PromptChainCore
import Testing

@testable import RunHistory

/// What a run serves on its socket.
@Suite(.timeLimit(.minutes(2))) struct RunSocketTests {
    @Test func aWatcherGetsEveryEventInOrder() async throws {
        let bench = SocketBench()
        let server = try await bench.open()
        for number in 1...50 { server.send(.token(number)) }
        let watching = try await bench.apart { try bench.watch() }
        #expect(watching.hello.run == "r1" && watching.hello.chain == "Two tales")
        #expect(watching.hello.first == 1 && watching.hello.last == 50)
        #expect(watching.hello.processID == ProcessInfo.processInfo.processIdentifier)
        for number in 51...100 { server.send(.token(number)) }
        try await watching.until { $0.numbers.count == 100 }
        await server.close()
        try await watching.until(\.isOver)
        #expect(watching.numbers == Array(1...100))
    }

    @Test func severalWatchersStandWhereTheyLike() async throws {
        let bench = SocketBench()
        let server = try await bench.open()
        for number in 1...20 { server.send(.token(number)) }
        let (all, some, none) = try await bench.apart {
            (try bench.watch(), try bench.watch(after: 15), try bench.watch(after: 20))
        }
        server.send(.end(21))
        // What a watcher asks for may still be on its way, and is not waited for when the run ends.
        for watching in [all, some, none] { try await watching.until { $0.numbers.last == 21 } }
        await server.close()
        for watching in [all, some, none] { try await watching.until(\.isOver) }
        #expect(all.numbers == Array(1...21) && some.numbers == Array(16...21) && none.numbers == [21])
    }

    @Test func aSlowWatcherNeverHoldsUpTheRunAndIsToldWhatItMissed() async throws {
        let bench = SocketBench()
        let server = try await bench.open(held: HeldEvents(countLimit: 100))
        let slow = try await bench.apart {
            let client = try RunSocketClient(path: server.path)
            _ = try client.hello()
            client.ask(after: 0)
            return client
        }
        // More than any buffer between the two takes.
        let text = String(repeating: "word ", count: 200)
        for number in 1...20_000 { server.send(.token(number, text)) }
        let answers = try await bench.apart { () -> [RunSocketLine.Answer] in
            var answers: [RunSocketLine.Answer] = []
            var reader = ChainEventReader()
            while case .answers(let more) = slow.read(milliseconds: -1) {
                answers += more
                guard case .event(let line)? = more.last else { continue }
                if try reader.read(line)?.sequence == 20_000 { break }
            }
            return answers
        }
        var next = 1
        var gaps = 0
        var reader = ChainEventReader()
        for answer in answers {
            switch answer {
            case .event(let line):
                #expect(try reader.read(line)?.sequence == next)
                next += 1
            case .lagged(let from, let through):
                #expect(from == next && through >= from)
                next = through + 1
                gaps += 1
            default: Issue.record("\(answer)")
            }
        }
        #expect(next == 20_001 && gaps > 0)
        await server.close()
    }

    @Test func aWatcherThatReadsNothingDoesNotKeepARunFromEnding() async throws {
        let bench = SocketBench()
        let server = try await bench.open()
        let client = try await bench.apart {
            let client = try RunSocketClient(path: server.path)
            client.ask(after: 0)
            return client
        }
        let text = String(repeating: "word ", count: 1000)
        for number in 1...2000 { server.send(.token(number, text)) }
        await server.close()
        #expect(server.watcherCount == 0)
        client.close()
    }

    @Test func aWishToStopReachesTheRunOnce() async throws {
        let bench = SocketBench()
        let server = try await bench.open()
        let watching = try await bench.apart { try bench.watch() }
        watching.askToStop()
        watching.askToStop()
        server.send(.end(1))
        try await watching.until { _ in bench.stopCount > 0 }
        await server.close()
        #expect(bench.stopCount == 1)
    }

    @Test func aRequestThatIsNoneIsAnswered() async throws {
        let bench = SocketBench()
        let server = try await bench.open()
        let watching = try await bench.apart { try bench.watch(after: -5) }
        try await watching.until { !$0.all.isEmpty }
        #expect(
            watching.all == [.refused("known are {\"after\": NUMBER} and {\"command\": \"stop\"}")])
        await server.close()
    }

    @Test func theSocketIsItsOwnersAloneAndGoesWithTheRun() async throws {
        let bench = SocketBench()
        let server = try await bench.open()
        let files = FileManager.default
        #expect(try files.attributesOfItem(atPath: server.path)[.posixPermissions] as? Int == 0o600)
        #expect(try files.attributesOfItem(atPath: bench.folder.place)[.posixPermissions] as? Int == 0o700)
        await server.close()
        #expect(!files.fileExists(atPath: server.path))
        #expect(throws: RunSocketFault.dead) { try RunSocketClient(path: server.path) }
    }

    @Test func theNextRunRemovesTheSocketsOfDeadOnesOnly() async throws {
        let bench = SocketBench()
        let living = try await bench.open("living")
        let files = FileManager.default
        let dead = bench.folder.socket(of: "dead")
        // What a killed process leaves: a socket that nobody listens on.
        try makeDeadSocket(dead)
        #expect(bench.folder.runs().map(\.run).sorted() == ["dead", "living"])
        let next = try await bench.open("next")
        #expect(!files.fileExists(atPath: dead))
        #expect(bench.folder.runs().map(\.run).sorted() == ["living", "next"])
        await next.close()
        await living.close()
    }

    @Test func aLongPathIsReplacedByAShortOneThatEveryoneFinds() async throws {
        let long = "\(NSTemporaryDirectory())pc-\(UUID().uuidString)/" + String(repeating: "long/", count: 30)
        let bench = SocketBench(path: long)
        #expect(bench.folder.place.hasPrefix("/tmp/promptchain-\(getuid())-"))
        #expect(RunSocketFolder(path: bench.folder.path) == bench.folder)
        let server = try await bench.open()
        let watching = try await bench.apart { try bench.watch() }
        server.send(.end(1))
        try await watching.until { $0.numbers == [1] }
        await server.close()
        #expect(!FileManager.default.fileExists(atPath: bench.folder.place), "nobody else tidies up under /tmp")
    }

    @Test func aFolderThatCannotBeMadeIsSaid() async throws {
        let bench = SocketBench(path: "/dev/null/pc")
        await #expect(throws: RunSocketFault.failed("the folder /dev/null/pc/runs cannot be made")) {
            _ = try await bench.open()
        }
    }

    private func makeDeadSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }
}

/// What is held for watchers.
@Suite struct HeldEventsTests {
    @Test(arguments: [1, 2, 10, 1000]) func onlyTheNewestAreHeld(limit: Int) {
        var held = HeldEvents(countLimit: limit)
        for number in 1...2500 { held.add(.token(number)) }
        #expect(held.first == 2500 - limit + 1 && held.last == 2500)
        #expect(held.after(0, limit: 5000).map(\.sequence) == Array((2500 - limit + 1)...2500))
        #expect(held.after(2499, limit: 10).map(\.sequence) == [2500])
        #expect(held.after(2500, limit: 10).isEmpty && held.after(9999, limit: 10).isEmpty)
    }

    @Test func largeOnesTakeTheRoomOfMany() {
        var held = HeldEvents(byteLimit: 10_000)
        for number in 1...100 { held.add(.token(number, String(repeating: "x", count: 900))) }
        #expect(held.last - held.first < 11)
        held.add(.token(101, String(repeating: "x", count: 50_000)))
        #expect(held.first == 101)
        let message = ChainEvent.PromptSent.Message(role: "tool", content: String(repeating: "x", count: 50_000))
        let sent = ChainEvent.PromptSent(step: 1, round: 1, server: "s", model: nil, messages: [message])
        held.add(ChainEventRecord(sequence: 102, time: Date(), run: "r1", event: .promptSent(sent)))
        #expect(held.first == 102)
    }

    @Test func nothingIsHeldAtFirst() {
        let held = HeldEvents()
        #expect(held.first == 1 && held.last == 0 && held.after(0, limit: 5).isEmpty)
    }
}
