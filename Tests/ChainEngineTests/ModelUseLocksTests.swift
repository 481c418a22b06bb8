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
