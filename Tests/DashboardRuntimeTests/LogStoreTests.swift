import Dashboard
import Foundation
import PromptChainCore
import Synchronization
import Testing

@testable import DashboardRuntime

@Suite("The file of the log's older lines") struct LogStoreTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    private static func entry(_ number: Int, _ message: String? = nil) -> LogEntry {
        LogEntry(
            number: number,
            line: LogLine(
                time: Date(timeIntervalSince1970: Double(number)),
                level: LogLine.Level.allCases[number % LogLine.Level.allCases.count],
                component: "promptchain.part\(number % 3)", message: message ?? "line \(number) says Ähnliches"))
    }

    private func archive(_ count: Int, limit: Int = 1 << 20, block: Int = 50) throws -> LogArchive {
        var archive = try LogArchive(file: LogArchive.file(in: folder), limit: limit)
        for start in stride(from: 0, to: count, by: block) {
            try archive.store((start..<min(count, start + block)).map { Self.entry($0) })
        }
        return archive
    }

    @Test("It has no name, so that it goes with the process, and nobody else can open it")
    func nameless() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let archive = try archive(100)
        #expect(archive.numbers == 0..<100)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }

    @Test("Lines come back as they were: NUL, C1, emoji, empty and huge ones")
    func lines() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var archive = try LogArchive(file: LogArchive.file(in: folder), limit: 1 << 20)
        let texts = ["", "a\u{0}b", "\u{9B}31m", "👩‍👩‍👧 日本", String(repeating: "x", count: 20_000), "\u{202E}abc"]
        let entries = texts.enumerated().map { Self.entry($0, $1) }
        try archive.store(entries)
        #expect(try archive.read(LogReading(.first, filter: LogFilter()))?.lines == entries)
        #expect(try archive.search(LogSearch("a\u{0}B", filter: LogFilter(), from: 0))?.count == 0)
        #expect(try archive.search(LogSearch("a\u{0}b", filter: LogFilter(), from: 0))?.count == 1)
    }

    @Test("It reads from both sides of a number, around one, and at a moment")
    func reading() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var archive = try archive(9000, block: 500)
        func numbers(_ place: LogReading.Place, _ filter: LogFilter = LogFilter()) throws -> [Int] {
            try #require(try archive.read(LogReading(place, filter: filter))).lines.map(\.number)
        }
        let before = try numbers(.before(7777))
        #expect(before.last == 7776 && before == Array(before[0]...7776) && before.count > 1000)
        let after = try numbers(.after(10))
        #expect(after.first == 11 && after == Array(11..<11 + after.count) && after.count > 1000)
        #expect(try numbers(.before(0)).isEmpty && numbers(.after(8999)).isEmpty && numbers(.around(9000)).isEmpty)
        #expect(try numbers(.first).first == 0)
        let around = try #require(try archive.read(LogReading(.around(5000), filter: LogFilter())))
        #expect(around.target == 5000 && around.lines.contains { $0.number == 5000 })
        let moment = LogMoment(time: 4321.2, words: ["line 4320 "])
        #expect(try archive.read(LogReading(.at(moment), filter: LogFilter()))?.target == 4320)
        let late = LogReading(.at(LogMoment(time: 1e9)), filter: LogFilter())
        #expect(try archive.read(late)?.lines.isEmpty == true)
        #expect(try archive.read(LogReading(.first, filter: LogFilter()), isOutdated: { true }) == nil)
        let grave = LogFilter(least: .critical, lines: LineFilter("!line 41"))
        #expect(
            try numbers(.before(200), grave) == [6, 13, 20, 27, 34, 48, 55, 62, 69, 76, 83, 90, 97]
                + stride(from: 104, to: 200, by: 7))
    }

    @Test("A search counts and finds across blocks, in any case, and only what the filter shows")
    func searching() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var archive = try archive(1000)
        let all = try archive.search(LogSearch("ähnlich", filter: LogFilter(), from: 500))
        #expect(all?.count == 1000 && all?.next == .init(number: 501, place: 502))
        #expect(all?.previous == .init(number: 499, place: 500) && all?.last == .init(number: 999, place: 1000))
        let some = try archive.search(LogSearch("line 12", filter: LogFilter(), from: 12))
        #expect(some?.count == 11 && some?.first == .init(number: 12, place: 1))
        #expect(some?.next == .init(number: 120, place: 2) && some?.previous == nil)
        #expect(try archive.search(LogSearch("Line 12", filter: LogFilter(), from: 12))?.count == 0)
        let grave = try archive.search(LogSearch("line 12", filter: LogFilter(least: .critical), from: -1))
        #expect(grave?.count == 1 && grave?.next?.number == 125)
        try archive.store([Self.entry(1000, "line 12 again")])
        let more = try archive.search(LogSearch("line 12", filter: LogFilter(), from: .max))
        #expect(more?.count == 12 && more?.previous == .init(number: 1000, place: 12) && more?.next == nil)
        #expect(try archive.search(LogSearch("other", filter: LogFilter(), from: 0), isOutdated: { true }) == nil)
    }

    @Test("A full file takes the newest lines in place of the oldest, again and again")
    func full() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var archive = try LogArchive(file: LogArchive.file(in: folder), limit: 20_000)
        var seen = 0
        for start in stride(from: 0, to: 20_000, by: 37) {
            try archive.store(
                (start..<start + 37).map { Self.entry($0, "line \($0) " + String(repeating: "y", count: $0 % 90)) })
            #expect(archive.numbers.upperBound == start + 37 && archive.numbers.lowerBound >= seen)
            seen = archive.numbers.lowerBound
            guard start % 50 == 0 else { continue }
            let lines = try #require(try archive.read(LogReading(.first, filter: LogFilter()))).lines
            #expect(lines.map(\.number) == Array(archive.numbers))
            #expect(lines.allSatisfy { $0.line.message.hasPrefix("line \($0.number) ") })
        }
        #expect(seen > 19_000)
        #expect(archive.blocks.allSatisfy { $0.extent.upperBound <= 20_000 })
    }

    @Test("A folder that takes no file is told once; everything else goes on")
    func failing() {
        let answers = Mutex<[LogAnswer]>([])
        let store = LogStore(folder: "/proc/nowhere") { answer in answers.withLock { $0.append(answer) } }
        for number in 0..<3 { store.take(.store([Self.entry(number)])) }
        store.take(.search(LogSearch("x", filter: LogFilter(), from: 0)))
        try? store.forEach(before: 9, LogFilter()) { _ in }
        #expect(answers.withLock { $0.count } == 1)
        guard case .failed(let reason) = answers.withLock({ $0.first }) else {
            Issue.record("no failure is told")
            return
        }
        #expect(reason == "no such file or directory")
    }

    @Test("A disk that becomes full is told once, with nothing left behind that somebody would wait for")
    func fullDisk() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let answers = Mutex<[LogAnswer]>([])
        let file = try LogArchive.file(in: folder)
        let store = LogStore(answer: { answer in answers.withLock { $0.append(answer) } }, openFile: { file })
        store.take(.store((0..<10).map { Self.entry($0) }))
        var kept = 0
        try store.forEach(before: 20, LogFilter()) { _ in kept += 1 }
        #expect(kept == 10)
        // From here on each write finds no room.
        let full = open("/dev/full", O_RDWR)
        dup2(full, file)
        close(full)
        for start in [10, 20, 30] { store.take(.store((start..<start + 10).map { Self.entry($0) })) }
        store.take(.search(LogSearch("line", filter: LogFilter(), from: 0)))
        try store.forEach(before: 40, LogFilter()) { _ in kept += 1 }
        #expect(kept == 10)
        #expect(answers.withLock { $0 } == [.stored(0..<10), .failed("no space left on device")])
    }

    @Test("The store answers in order, and of several searches only the newest one for sure")
    func answers() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let answers = Mutex<[LogAnswer]>([])
        let store = LogStore(folder: folder) { answer in answers.withLock { $0.append(answer) } }
        store.take(.store((0..<10).map { Self.entry($0) }))
        for text in ["a", "b", "line 7"] { store.take(.search(LogSearch(text, filter: LogFilter(), from: 0))) }
        var lines: [String] = []
        try store.forEach(before: 3, LogFilter()) { lines.append($0.message) }
        #expect(lines.count == 3)
        let all = answers.withLock { $0 }
        #expect(all.first == .stored(0..<10))
        let hit = LogFinding.Hit(number: 7, place: 1)
        let finding = LogFinding(count: 1, first: hit, last: hit, next: hit)
        #expect(all.last == .found(LogSearch("line 7", filter: LogFilter(), from: 0), finding))
    }
}
