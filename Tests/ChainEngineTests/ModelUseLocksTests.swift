import Foundation
import Testing

@testable import ChainEngine

@Suite struct ModelUseLocksTests {
    private static let folder = FileManager.default.temporaryDirectory.appending(path: "locks-\(UUID().uuidString)")
        .path()

    private static let kinds: [any ModelUseLocks] = [InProcessModelLocks(), FileModelLocks(folder: folder)]

    @Test(arguments: [0, 1])
    func aClaimNeedsToBeAlone(kind: Int) throws {
        let locks = Self.kinds[kind]
        let first = try #require(locks.use(server: "s", weights: "w"))
        let second = try #require(locks.use(server: "s", weights: "w"))
        #expect(!first.claim())
        second.release()
        second.release()
        #expect(first.claim())
        #expect(locks.use(server: "s", weights: "w") == nil)
        #expect(locks.use(server: "s", weights: "other") != nil)
        first.release()
        #expect(locks.use(server: "s", weights: "w") != nil)
    }

    @Test(arguments: [0, 1])
    func aLoadIsKnownWhileChainsUseTheModel(kind: Int) throws {
        let locks = Self.kinds[kind]
        let first = try #require(locks.use(server: "s", weights: "shared"))
        #expect(!first.wasLoadedByChain)
        first.noteLoad()
        let second = try #require(locks.use(server: "s", weights: "shared"))
        first.release()
        #expect(second.wasLoadedByChain)
        second.release()
        #expect(locks.use(server: "s", weights: "shared")?.wasLoadedByChain == false)
    }

    @Test(arguments: [0, 1])
    func oneOfThoseThatLeaveIsTheLast(kind: Int) async throws {
        let locks = Self.kinds[kind]
        for _ in 0..<50 {
            let uses = try (0..<4).map { _ in try #require(locks.use(server: "s", weights: "leaving")) }
            let last = await withTaskGroup(of: Bool.self) { group in
                for use in uses { group.addTask { use.leave() } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(last == 1)
            for use in uses { use.release() }
        }
    }

    @Test func aFolderThatCannotBeMadeLeavesTheProcess() {
        let locks = FileModelLocks(folder: "/proc/none")
        let first = locks.use(server: "unwritable", weights: "w")
        let second = locks.use(server: "unwritable", weights: "w")
        #expect(first?.claim() == false)
        second?.release()
        #expect(first?.claim() == true)
        first?.release()
    }
}
