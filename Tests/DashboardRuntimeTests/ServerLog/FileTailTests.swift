import Foundation
import PromptChainCore
import Testing

@testable import DashboardRuntime

/// A file that another program writes, followed.
@Suite struct FileTailTests {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "tail-\(UUID().uuidString)").path()
        var log: String { path + "/server.log" }

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func append(_ text: String, to name: String = "server.log") throws {
            let file = path + "/" + name
            if !FileManager.default.fileExists(atPath: file) {
                _ = FileManager.default.createFile(atPath: file, contents: nil)
            }
            let handle = try #require(FileHandle(forWritingAtPath: file))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        }
    }

    private func lines(_ tail: FileTail) -> [String] {
        var found: [String] = []
        while true {
            let batch = tail.read()
            found += batch.lines.map { String(decoding: $0, as: UTF8.self) }
            if !batch.hasMore { return found }
        }
    }

    @Test func newLinesComeAndAHalfOneWaits() throws {
        let folder = try Folder()
        try folder.append("old\n")
        let tail = FileTail(path: folder.log)
        let first = tail.read()
        #expect(first.lines == [Array("old".utf8)])
        #expect(first.past != nil)
        try folder.append("one\r\ntwo\nhal")
        #expect(lines(tail) == ["one\r", "two"])
        #expect(tail.read() == LogBatch())
        try folder.append("f\n\n")
        #expect(lines(tail) == ["half", ""])
    }

    @Test func aFileThatIsSetAsideAndBegunAnew() throws {
        let folder = try Folder()
        try folder.append("a\n")
        let tail = FileTail(path: folder.log)
        #expect(lines(tail) == ["a"])
        try folder.append("b\nlast words")
        try FileManager.default.moveItem(atPath: folder.log, toPath: folder.log + ".1")
        // Whoever has it open may write on.
        #expect(lines(tail) == ["b"])
        try folder.append(" of it\n", to: "server.log.1")
        #expect(lines(tail) == ["last words of it"])
        try folder.append("end", to: "server.log.1")
        try folder.append("c\n")
        #expect(lines(tail) == ["end", "c"])
    }

    @Test func aFileThatIsEmptiedInPlace() throws {
        let folder = try Folder()
        try folder.append("a long line\nhalf")
        let tail = FileTail(path: folder.log)
        #expect(lines(tail) == ["a long line"])
        let handle = try #require(FileHandle(forWritingAtPath: folder.log))
        try handle.truncate(atOffset: 0)
        try handle.close()
        try folder.append("new\n")
        #expect(lines(tail) == ["new"])
    }

    @Test func aFileThatComesLaterAndGoes() throws {
        let folder = try Folder()
        let tail = FileTail(path: folder.log)
        #expect(tail.read() == LogBatch())
        try folder.append("all of it\n")
        let batch = tail.read()
        #expect(batch.lines.count == 1)
        #expect(batch.past == nil)
        try FileManager.default.removeItem(atPath: folder.log)
        #expect(lines(tail) == [])
        try folder.append("again\n")
        #expect(lines(tail) == ["again"])
        tail.close()
        #expect(tail.read().isOver)
    }

    @Test func ofALargeFileTheEndIsRead() throws {
        let folder = try Folder()
        try folder.append((0..<100_000).map { "line \($0)" }.joined(separator: "\n") + "\n")
        let tail = FileTail(path: folder.log)
        let first = lines(tail)
        #expect(first.last == "line 99999")
        #expect(first.count <= 1600)
        // More than anybody could read: what is passed over is counted.
        try folder.append(String(repeating: String(repeating: "x", count: 1023) + "\n", count: 9 << 10))
        let batch = tail.read()
        #expect(batch.skippedBytes == Int64(9 << 20) - FileTail.window)
        #expect(batch.lines.allSatisfy { $0.count == 1023 })
    }

    @Test func anEndlessLineIsCut() throws {
        var lines = LineCutter.forLogs
        var found: [[UInt8]] = []
        for _ in 0..<100 { found += lines.feed([UInt8](repeating: 120, count: 10_000)).compactMap(\.self) }
        found += lines.feed(Array("\nnext\n".utf8)).compactMap(\.self)
        #expect(found.map(\.count) == [LineCutter.forLogs.limit, 4])
    }

    @Test func whatIsNoFileSaysSo() throws {
        let folder = try Folder()
        #expect(FileTail(path: folder.path).read().fault == "\(folder.path) is no file")
        // Whoever is root may read everything.
        guard getuid() != 0 else { return }
        try folder.append("x\n")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.log)
        #expect(FileTail(path: folder.log).read().fault == "\(folder.log) cannot be read: Permission denied")
    }
}
