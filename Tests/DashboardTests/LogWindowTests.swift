import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

/// A log whose older lines are in a file that answers at once.
private struct FiledLog {
    static let height = 10

    var log = LogState(keepsOlder: true)
    /// What the file holds.
    private(set) var filed: [LogEntry] = []
    private(set) var requests = 0

    init(lines: Int, width: Int = 60) {
        log.text.wrap(to: width)
        for number in 0..<lines { add(number) }
        settle()
    }

    mutating func add(_ number: Int) {
        let level: LogLine.Level = number % 1000 == 0 ? .error : .info
        log.add(
            LogLine(
                time: Date(timeIntervalSince1970: Double(number)), level: level, component: "a.test",
                message: "line \(number) " + String(repeating: "x", count: 40)))
        settle()
    }

    mutating func settle() {
        while true {
            if !log.stored.isEmpty { log.askForMore(height: Self.height) }
            guard !log.outbox.isEmpty else { return }
            let asked = log.outbox
            log.outbox = []
            for request in asked { answer(request) }
        }
    }

    private mutating func answer(_ request: LogRequest) {
        requests += 1
        switch request {
        case .store(let entries):
            filed += entries
            log.stored = 0..<filed.count
        case .read(let reading):
            let shown = filed.filter { reading.filter.shows($0.line) }
            let portion = 1500
            switch reading.place {
            case .first: log.take(reading, Array(shown.prefix(portion)), target: nil, height: Self.height)
            case .before(let number):
                let older = shown.filter { $0.number < number }.suffix(portion)
                log.take(reading, Array(older), target: nil, height: Self.height)
            case .after(let number):
                let newer = shown.filter { $0.number > number }.prefix(portion)
                log.take(reading, Array(newer), target: nil, height: Self.height)
            case .around(let number):
                let near = shown.filter { abs($0.number - number) < portion }
                log.take(reading, near, target: number, height: Self.height)
            case .at(let moment):
                let target = moment.line(in: filed)?.number
                let near = shown.filter { abs($0.number - (target ?? 0)) < portion }
                log.take(reading, near, target: target, height: Self.height)
            }
        case .search(let search):
            let hits = filed.filter {
                search.filter.shows($0.line) && TextPattern(search.text).isFound(in: $0.line.message)
            }
            func hit(_ index: Int?) -> LogFinding.Hit? { index.map { .init(number: hits[$0].number, place: $0 + 1) } }
            let finding = LogFinding(
                count: hits.count, first: hit(hits.indices.first), last: hit(hits.indices.last),
                next: hit(hits.firstIndex { $0.number > search.from }),
                previous: hit(hits.lastIndex { $0.number < search.from }))
            _ = log.take(search, finding, height: Self.height)
        }
    }

    mutating func move(_ rows: Int) {
        log.scroll.move(by: rows, in: log.text, height: Self.height)
        settle()
    }

    mutating func find(_ forward: Bool) {
        _ = log.find(forward: forward, height: Self.height)
        settle()
    }

    /// The numbers of the lines in view.
    var inView: [Int] {
        log.scroll.visible(in: log.text, height: Self.height).compactMap { row in
            log.text.row(row).flatMap { log.entry($0.line)?.number }
        }
    }
}

@Suite("The window over all lines of the log") struct LogWindowTests {
    @Test("What comes by two ways stands there once; what two components say at once stands there twice")
    func equalLines() {
        var log = LogState()
        func line(_ component: String, _ seconds: Double = 0) -> LogLine {
            LogLine(
                time: Date(timeIntervalSince1970: seconds), level: .info, component: component, message: "ready")
        }
        log.add(line("promptchain.chain"))
        log.add(line("chain", 0.5))
        #expect(log.entries.count == 1)
        log.add(line("server.alpha", 0.5))
        log.add(line("server.beta", 0.5))
        log.add(line("server.beta", 0.6))
        #expect(
            log.entries.map(\.line.component) == ["promptchain.chain", "server.alpha", "server.beta", "server.beta"])
    }

    static let lines = 30_000

    @Test("Memory holds the newest lines, the file the others, and none is lost between")
    func division() {
        let filed = FiledLog(lines: Self.lines)
        #expect(filed.filed.map(\.number) == Array(0..<filed.log.firstKept))
        #expect(filed.log.kept.map(\.number) == Array(filed.log.firstKept..<Self.lines))
        #expect(filed.log.firstKept > 0 && filed.log.isFollowing && filed.inView == Array(29_990..<30_000))
    }

    @Test("Scrolling up goes on into the file, row by row, to the first line, and down again to the newest")
    func scrolling() {
        var filed = FiledLog(lines: Self.lines)
        var top = Self.lines - FiledLog.height
        while top > 0 {
            filed.move(-9)
            #expect(filed.inView.first == max(0, top - 9))
            top = max(0, top - 9)
        }
        #expect(filed.inView == Array(0..<10) && !filed.log.isFollowing && !filed.log.hasEnd)
        let bytes = filed.log.entries.reduce(0) { $0 + $1.line.message.utf8.count + 1 }
        #expect(bytes <= 512 * 1024)
        filed.move(-9)
        #expect(filed.inView == Array(0..<10))
        while top < Self.lines - FiledLog.height {
            filed.move(9)
            top = min(Self.lines - FiledLog.height, top + 9)
            #expect(filed.inView.first == top)
        }
        #expect(filed.log.isFollowing && filed.log.hasEnd)
        filed.add(30_000)
        #expect(filed.inView.last == 30_000)
    }

    @Test("To the first line and back at once; lines that come meanwhile move nothing")
    func ends() {
        var filed = FiledLog(lines: Self.lines)
        filed.log.goToFirst(height: FiledLog.height)
        filed.settle()
        #expect(filed.inView == Array(0..<10))
        for number in 30_000..<45_000 { filed.add(number) }
        #expect(filed.inView == Array(0..<10))
        filed.log.followEnd()
        filed.settle()
        #expect(filed.inView == Array(44_990..<45_000) && filed.log.isFollowing)
    }

    @Test("A search counts all lines, goes on in the file and round both ends")
    func search() {
        var filed = FiledLog(lines: Self.lines)
        filed.log.search = TextSearch(query: "line 12")
        // 12, 120–129, 1200–1299, 12000–12999.
        filed.find(false)
        #expect(filed.log.search.words == "/line 12 1111 of 1111" && filed.inView.contains(12_999))
        filed.find(false)
        #expect(filed.log.search.words == "/line 12 1110 of 1111" && filed.inView.contains(12_998))
        filed.find(true)
        filed.find(true)
        #expect(filed.log.search.words == "/line 12 1 of 1111" && filed.inView.contains(12))
        filed.log.search = TextSearch(query: "line 2")
        filed.find(false)
        #expect(filed.log.search.words == "/line 2 11111 of 11111" && filed.inView.contains(29_999))
        filed.find(true)
        #expect(filed.log.search.words == "/line 2 1 of 11111" && filed.inView.contains(2))
        filed.find(false)
        #expect(filed.inView.contains(29_999))
        filed.log.search = TextSearch(query: "nowhere")
        filed.find(true)
        #expect(filed.log.search.line == nil)
    }

    @Test("A filter looks through the file until the pane is full")
    func filter() {
        var filed = FiledLog(lines: Self.lines)
        filed.log.use(LogFilter(least: .error))
        filed.settle()
        #expect(filed.inView == Array(stride(from: 20_000, to: Self.lines, by: 1000)) && filed.log.isFollowing)
        filed.move(-100)
        filed.move(-100)
        #expect(filed.inView == Array(stride(from: 0, to: 10_000, by: 1000)))
        filed.log.use(LogFilter(lines: LineFilter("nothing has this")))
        filed.settle()
        let requests = filed.requests
        filed.settle()
        #expect(filed.log.entries.isEmpty && filed.requests == requests)
        filed.log.use(LogFilter())
        #expect(filed.inView.last == Self.lines - 1)
    }

    @Test("A moment in the file is read; where the filter hides its line, the filter goes")
    func moment() {
        var filed = FiledLog(lines: Self.lines)
        #expect(filed.log.jump(to: LogMoment(time: 1234), height: FiledLog.height) == .asked(droppedFilter: false))
        filed.settle()
        #expect(filed.log.marked == 1234 && filed.inView.contains(1234))
        filed.log.use(LogFilter(least: .error))
        let late = LogMoment(time: 29_500.5, words: ["line 29502"])
        #expect(filed.log.jump(to: late, height: FiledLog.height) == .shown(droppedFilter: true))
        #expect(filed.log.marked == 29_502 && filed.inView.contains(29_502))
        #expect(filed.log.jump(to: LogMoment(time: 40_000), height: FiledLog.height) == .nothing)
    }

    @Test("Without a file, lines that left are gone, and that is said")
    func noFile() {
        var log = LogState()
        for number in 0..<30_000 {
            log.add(
                LogLine(
                    time: Date(timeIntervalSince1970: Double(number)), level: .info, component: "a",
                    message: "line \(number) and more of it, so that there is enough"))
        }
        #expect(log.outbox.isEmpty && log.firstKept > 0)
        let oldest = Date(timeIntervalSince1970: Double(log.firstKept))
        #expect(log.jump(to: LogMoment(time: 5), height: 10) == .gone(oldest: oldest))
    }
}
