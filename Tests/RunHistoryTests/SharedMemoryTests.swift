#if os(Linux)
    import Foundation
    import GRDB
    import GRDBSQLite
    import Glibc
    import PromptChainCore
    import Testing

    @testable import RunHistory

    /// A file system on which programs can share no memory, as 9p, some FUSE and some NFS mounts are. There SQLite can
    /// write no log ahead.
    private enum MemorylessFileSystem {
        /// Files whose paths hold this lie on it.
        static let mark = "memoryless"

        // SQLite lets its calls of the system be replaced; this one refuses what such a file system refuses.
        private static let mapping:
            @convention(c) (UnsafeMutableRawPointer?, Int, CInt, CInt, CInt, Int) -> UnsafeMutableRawPointer? = {
                address, length, protection, flags, descriptor, offset in
                var path = [CChar](repeating: 0, count: 4096)
                let count = readlink("/proc/self/fd/\(descriptor)", &path, path.count - 1)
                if count > 0,
                    String(decoding: path[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self).contains(mark)
                {
                    errno = ENODEV
                    return MAP_FAILED
                }
                return mmap(address, length, protection, flags, descriptor, offset)
            }

        /// Puts it in place, once for all tests of the process.
        static let isMounted: Bool = {
            guard let system = sqlite3_vfs_find(nil), let replace = system.pointee.xSetSystemCall else { return false }
            return replace(system, "mmap", unsafeBitCast(mapping, to: sqlite3_syscall_ptr.self)) == SQLITE_OK
        }()
    }

    /// A history where no log can be written ahead: a plain journal does.
    @Suite struct SharedMemoryTests {
        private let folder = HistoryFolder(mark: MemorylessFileSystem.mark)

        private var journal: String? {
            get throws { try folder.rows { try String.fetchOne($0, sql: "PRAGMA journal_mode") } }
        }

        @Test func aRunIsKeptWithAPlainJournal() throws {
            #expect(MemorylessFileSystem.isMounted)
            folder.record(sampleRun("aa"), Script.whole("aa").records)
            #expect(folder.told.isEmpty)
            #expect(try journal == "delete")
            folder.record(sampleRun("bb"), Script.whole("bb").records)
            let archive = HistoryArchive(path: folder.database)
            #expect(try archive.runs(limit: 10).map(\.status) == [.completed, .completed])
            #expect(try !archive.events(of: "bb", after: 0, limit: 10).isEmpty)
            #expect(folder.told.isEmpty)
        }

        @Test func severalUseItAtOnce() throws {
            #expect(MemorylessFileSystem.isMounted)
            let databases = [folder.open(), folder.open()]
            DispatchQueue.concurrentPerform(iterations: 6) { index in
                let recorder = RunRecorder(in: databases[index % 2]) { sampleRun("run\(index)x") }
                for event in Script.whole("run\(index)x").records { recorder.record(event) }
                #expect(recorder.flush(within: 60))
            }
            for database in databases { database.close(within: 60) }
            #expect(try HistoryArchive(path: folder.database).runs(limit: 10).count { $0.status == .completed } == 6)
            #expect(folder.told.isEmpty)
        }

        /// A home that another machine, which has such memory, has used before.
        @Test func aFileWithALogWrittenAheadIsTurnedBack() throws {
            #expect(MemorylessFileSystem.isMounted)
            let other = HistoryFolder()
            other.record(sampleRun("aa"), Script.whole("aa").records)
            try FileManager.default.createDirectory(atPath: folder.path + "/state", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: other.database, toPath: folder.database)
            #expect(try HistoryArchive(path: folder.database).run(matching: "aa")?.status == .completed)
            #expect(try journal == "delete")
            folder.record(sampleRun("bb"), Script.whole("bb").records)
            #expect(try HistoryArchive(path: folder.database).runs(limit: 10).count == 2)
            #expect(folder.told.isEmpty)
        }
    }
#endif
