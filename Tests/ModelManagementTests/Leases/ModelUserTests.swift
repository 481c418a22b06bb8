import Foundation
import PromptChainCore
import Testing

@testable import ModelManagement

@Suite struct ModelUserTests {
    private let folder = NSTemporaryDirectory() + "promptchain-users-\(UUID().uuidString)"

    @Test func theKernelsTableIsReadAsItIsWritten() {
        let table = """
            1: POSIX  ADVISORY  WRITE 811 08:02:77 0 EOF
            2: FLOCK  ADVISORY  READ  4711 08:2a:77 0 EOF
            2: -> FLOCK  ADVISORY  WRITE 4712 08:2a:77 0 EOF
            3: FLOCK  ADVISORY  READ  4713 08:2a:77 0 EOF
            4: FLOCK  ADVISORY  READ  4713 08:2a:77 0 EOF
            5: FLOCK  ADVISORY  WRITE 9 08:2a:78 0 EOF
            6: FLOCK  ADVISORY  WRITE -1 08:2a:77 0 EOF
            rubbish
            """
        #expect(ModelLock.holders(of: (8, 42, 77), in: table) == [4711, 4713])
        #expect(ModelLock.holders(of: (8, 2, 77), in: table).isEmpty)
        #expect(ModelLock.holders(of: (8, 42, 77), in: "").isEmpty)
    }

    @Test func aCommandIsShownWithoutItsOptions() {
        #expect(
            ModelLock.shown(["/usr/bin/promptchain", "run", "a.yaml", "--input", "secret"]) == "promptchain run a.yaml")
        #expect(ModelLock.shown(["p", "http://me:pw@h", "b", "c"]) == "p http://…@h b")
        #expect(
            ModelUser(pid: 7, command: "promptchain run a.yaml").description == "promptchain run a.yaml (process 7)")
        #expect(ModelUser(pid: 7).description == "process 7")
    }

    @Test func whoHoldsALockIsFound() throws {
        let lock = ModelLock(folder: folder, server: "http://a:1", weights: "d1")
        #expect(lock.users().isEmpty)
        let hold = try #require(try lock.use())
        #if os(Linux)
            #expect(lock.users().map(\.pid) == [getpid()])
        #endif
        hold.release()
        #expect(lock.users().isEmpty)
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test func whatAChainLeftBehindIsFoundOnceNobodyUsesIt() throws {
        let info = ModelInfo(name: "m", provider: .ollama, server: "box", isLoaded: true, digest: "d1")
        let other = ModelInfo(name: "n", provider: .ollama, server: "box", isLoaded: true, digest: "d2")
        func found() -> [String] {
            ModelLock.leftovers(folder: folder, server: "box", address: "http://a:1", loaded: [info, other])
                .map(\.model.name.short)
        }
        #expect(found().isEmpty)
        let lock = ModelLock(folder: folder, server: "http://a:1", weights: "d1")
        let hold = try #require(try lock.use())
        #expect(FileManager.default.createFile(atPath: lock.path + ".loaded", contents: nil))
        #expect(lock.isMarkedAsLoaded)
        #expect(found().isEmpty)
        hold.release()
        #expect(found() == ["m"])
        lock.forgetLoad()
        #expect(found().isEmpty)
        try? FileManager.default.removeItem(atPath: folder)
    }
}
