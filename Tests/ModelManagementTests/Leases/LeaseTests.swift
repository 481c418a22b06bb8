import Foundation
import ModelManagement
import PromptChainCore
import Testing

@Suite struct KeepAliveLeaseTests {
    private let now = TestClock.start

    private func seen(_ rest: Double, pinned: Bool = false) -> ModelInfo {
        ModelInfo(
            name: "m", provider: .ollama, server: "box", isLoaded: true, expiresAt: now.addingTimeInterval(rest),
            isPinned: pinned)
    }

    @Test(arguments: [(nil, 300.0), (60, 300), (1000, 1500), (100_000, 7200), (.infinity, 7200)])
    func isAsLongAsTheLongestStepAndNeverForEver(step: Double?, seconds: Double) {
        #expect(KeepAliveLease(longestStep: step).seconds == seconds)
        #expect(KeepAliveLease(longestStep: step).keepAlive(now: now) == .seconds(seconds))
    }

    @Test func whatSomebodyElseSetIsNotShortened() {
        let lease = KeepAliveLease(longestStep: nil)
        #expect(lease.keepAlive(seen: seen(9e9, pinned: true), now: now) == .forever)
        #expect(lease.keepAlive(seen: seen(3600), now: now) == .serverDefault)
        #expect(lease.keepAlive(seen: seen(10), now: now) == .seconds(300))
        #expect(lease.keepAlive(seen: seen(-10), now: now) == .seconds(300))
        #expect(lease.renewal == 150)
    }
}

@Suite struct ModelLockTests {
    private func folder() -> String { NSTemporaryDirectory() + "promptchain-\(UUID().uuidString)/locks" }

    @Test func severalUseAModelAndNobodyUnloadsItMeanwhile() throws {
        let lock = ModelLock(folder: folder(), server: "http://box:11434", weights: "sha")
        let first = try #require(try lock.use())
        let second = try #require(try lock.use())
        #expect(try lock.claim() == nil)
        first.release()
        #expect(try lock.claim() == nil)
        second.release()
        second.release()
        let claim = try #require(try lock.claim())
        #expect(try lock.use() == nil)
        claim.release()
        #expect(try lock.use() != nil)
    }

    @Test func aHoldThatIsForgottenIsLetGo() throws {
        let lock = ModelLock(folder: folder(), server: "s", weights: "w")
        do { _ = try lock.use() }
        #expect(try lock.claim() != nil)
    }

    @Test func otherServersAndOtherWeightsHaveLocksOfTheirOwn() throws {
        let folder = folder()
        let hold = try ModelLock(folder: folder, server: "http://box:1", weights: "mistral:latest").use()
        #expect(try ModelLock(folder: folder, server: "http://box:2", weights: "mistral:latest").claim() != nil)
        #expect(try ModelLock(folder: folder, server: "http://box:1", weights: "mistral_latest").claim() != nil)
        hold?.release()
    }

    @Test func theFolderIsPrivateAndTheDescriptorDoesNotReachAChild() throws {
        let folder = folder()
        let lock = ModelLock(folder: folder, server: "s", weights: "../../etc/passwd")
        #expect(!lock.path.dropFirst(folder.count + 1).contains("/"))
        let hold = try lock.use()
        let attributes = try FileManager.default.attributesOfItem(atPath: folder)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        let child = Process()
        child.executableURL = URL(filePath: "/bin/sh")
        child.arguments = ["-c", "ls -l /proc/self/fd | grep -c '\(lock.path)'"]
        let pipe = Pipe()
        child.standardOutput = pipe
        try child.run()
        child.waitUntilExit()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(output.hasPrefix("0"))
        hold?.release()
    }

    @Test func aFolderThatCannotBeMadeIsAnError() {
        #expect(throws: ModelLock.LockError.self) {
            try ModelLock(folder: "/proc/no/such", server: "s", weights: "w").use()
        }
    }
}
