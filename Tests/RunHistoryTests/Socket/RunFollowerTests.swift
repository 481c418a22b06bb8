import Foundation
import PromptChainCore
import Synchronization
import Testing

@testable import RunHistory

/// A run of another process, followed from its record and its socket.
@Suite(.timeLimit(.minutes(2))) struct RunFollowerTests {
    private final class Told: Sendable {
        private let updates = Mutex<[RunFollower.Update]>([])
        var all: [RunFollower.Update] { updates.withLock { $0 } }
        func take(_ update: RunFollower.Update) { updates.withLock { $0.append(update) } }

        var numbers: [Int] {
            all.flatMap { if case .events(let records) = $0 { records.map(\.sequence) } else { [Int]() } }
        }

        /// How many events came before the word that everything until then was told.
        var countBeforeCaughtUp: Int {
            var count = 0
            for update in all {
                switch update {
                case .events(let records): count += records.count
                case .caughtUp: return count
                default: break
                }
            }
            return -1
        }

        func until(_ condition: (Told) -> Bool) async throws {
            while !condition(self) { try await Task.sleep(for: .milliseconds(2)) }
        }

        func ending() async throws -> RunFollower.Ending? {
            try await until { if case .ended? = $0.all.last { true } else { false } }
            guard case .ended(let ending)? = all.last else { return nil }
            return ending
        }
    }

    private let bench = SocketBench()
    private let archive = MemoryArchive()
    private let told = Told()

    private func follow(_ run: RecordedRun? = .sample("r1"), recorded: Bool = true) -> RunFollower {
        let found = FoundRun(id: "r1", recorded: run, socket: bench.folder.socket(of: "r1"))
        let follower = RunFollower(found, archive: recorded ? archive : nil) { [told] in told.take($0) }
        follower.start()
        return follower
    }

    @Test func theRecordGoesOverIntoTheSocketWithoutGapOrDouble() async throws {
        archive.add(.sample("r1"), (1...30).map { .token($0) })
        let server = try await bench.open()
        for number in 1...40 { server.send(.token(number)) }
        _ = follow()
        try await told.until { $0.numbers.count == 40 }
        server.send(.token(41))
        server.send(.end(42))
        #expect(try await told.ending() == .finished)
        #expect(told.numbers == Array(1...42))
        #expect(told.countBeforeCaughtUp == 40)
        await server.close()
    }

    @Test func whatTheRunHoldsNoMoreComesFromTheRecord() async throws {
        archive.add(.sample("r1"))
        let server = try await bench.open(held: HeldEvents(countLimit: 10))
        for number in 1...100 { server.send(.token(number)) }
        _ = follow()
        // The record is a moment behind; its piece of text reaches into what is still held.
        archive.add((1...95).map { .token($0) }, to: "r1")
        server.send(.end(101))
        #expect(try await told.ending() == .finished)
        #expect(told.numbers == Array(1...101))
        await server.close()
    }

    @Test func withoutARecordTheLossIsCounted() async throws {
        let server = try await bench.open(held: HeldEvents(countLimit: 10))
        for number in 1...100 { server.send(.token(number)) }
        _ = follow(nil, recorded: false)
        try await told.until { $0.numbers.count == 10 }
        #expect(told.all.contains(.missed(90)) && told.numbers == Array(91...100))
        server.send(.end(101))
        #expect(try await told.ending() == .finished)
        await server.close()
    }

    @Test func aRunThatIsOverIsReadFromTheRecordAlone() async throws {
        archive.add(.sample("r1"), [.token(1), .end(2)])
        _ = follow()
        #expect(try await told.ending() == .finished)
        #expect(told.numbers == [1, 2])
    }

    @Test func aSocketThatNobodyAnswersIsADeadRun() async throws {
        archive.add(.sample("r1"), [.token(1), .token(2)])
        _ = follow()
        #expect(try await told.ending() == .died)
        #expect(told.numbers == [1, 2])
    }

    @Test func aSocketThatClosesInTheMiddleIsADeadRun() async throws {
        archive.add(.sample("r1"), [.token(1)])
        let server = try await bench.open()
        server.send(.token(1))
        _ = follow()
        try await told.until { if case .caughtUp? = $0.all.last { true } else { false } }
        await server.close()
        #expect(try await told.ending() == .died)
    }

    @Test func theLastEventsMayCometoTheRecordAlone() async throws {
        archive.add(.sample("r1"), [.token(1)])
        let server = try await bench.open()
        server.send(.token(1))
        _ = follow()
        try await told.until { if case .caughtUp? = $0.all.last { true } else { false } }
        archive.add([.token(2), .end(3)], to: "r1")
        await server.close()
        #expect(try await told.ending() == .finished)
        #expect(told.numbers == [1, 2, 3])
    }

    @Test func aRunOnAnotherHostIsSaidToBeThere() async throws {
        archive.add(.sample("r1", host: "gpu-box"), [.token(1)])
        _ = follow(.sample("r1", host: "gpu-box"))
        #expect(try await told.ending() == .elsewhere(host: "gpu-box"))
    }

    @Test func aRecordThatCannotBeReadIsToldOnceAndTheSocketStillFollowed() async throws {
        archive.fail("the disk is gone")
        let server = try await bench.open()
        server.send(.token(1))
        _ = follow()
        try await told.until { $0.numbers == [1] }
        server.send(.end(2))
        #expect(try await told.ending() == .finished)
        #expect(told.all.filter { $0 == .unreadable("the disk is gone") }.count == 1)
        await server.close()
    }

    @Test func aWishToStopBeforeTheSocketIsOpenIsNotLost() async throws {
        let server = try await bench.open()
        let follower = RunFollower(
            FoundRun(id: "r1", socket: server.path), archive: nil, report: { [told] in told.take($0) })
        follower.stopRun()
        follower.start()
        while bench.stopCount == 0 { try await Task.sleep(for: .milliseconds(2)) }
        follower.cancel()
        await server.close()
        #expect(bench.stopCount == 1)
    }
}

/// The run that a user means.
@Suite(.timeLimit(.minutes(2))) struct RunFinderTests {
    private let bench = SocketBench()
    private let archive = MemoryArchive()

    private func find(_ name: String, recorded: Bool = true) async throws -> FoundRun {
        let finder = RunFinder(archive: recorded ? archive : nil, folder: bench.folder)
        return try await bench.apart { try finder.find(name) }
    }

    @Test func aRecordedRunIsFoundByTheBeginningOfItsName() async throws {
        archive.add(.sample("abc123", socket: "/elsewhere/x.sock"))
        let found = try await find("abc")
        #expect(found.id == "abc123" && found.chain == "Two tales" && found.socket == "/elsewhere/x.sock")
    }

    @Test func theLatestMayBeOneThatKeepsNoRecord() async throws {
        archive.add(.sample("old", began: 1000))
        #expect(try await find("latest").id == "old")
        let server = try await bench.open("fresh")
        #expect(try await find("latest").id == "fresh")
        #expect(try await find("fr", recorded: false).socket == server.path)
        await server.close()
        #expect(try await find("latest").id == "old")
    }

    @Test func aRunThatIsNotThereIsSaidWithThoseThatAre() async throws {
        await #expect(
            throws: RunFinder.Fault(
                message: "no run is recorded, and none is going on",
                hint: "Start one with promptchain run CHAIN; promptchain history list shows what was recorded.")
        ) { try await find("latest") }
        archive.add(.sample("abc123"))
        let server = try await bench.open("fresh")
        await #expect(
            throws: RunFinder.Fault(
                message: "there is no run “zzz”",
                hint: "The newest are fresh, abc123 (Two tales); promptchain history list shows all.")
        ) { try await find("zzz") }
        await server.close()
    }

    @Test func severalThatBeginAlikeAreNamed() async throws {
        let first = try await bench.open("abc1")
        let second = try await bench.open("abc2")
        let fault = await #expect(throws: RunFinder.Fault.self) { try await find("abc") }
        #expect(fault?.message.hasPrefix("several runs begin with “abc”: abc") == true)
        #expect(try await find("abc1").id == "abc1")
        await first.close()
        await second.close()
    }
}
