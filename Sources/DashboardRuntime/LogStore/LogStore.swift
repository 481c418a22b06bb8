import Dashboard
import Foundation
import PromptChainCore
import Synchronization

/// Keeps the lines of the log that memory lets go, in a file of this session, and reads and searches them. All of it
/// happens on a thread of its own, in the order in which it is asked for.
public final class LogStore: Sendable {
    /// What it may take of the disk when nobody says otherwise, in bytes.
    public static let usualLimit = 256 << 20

    private let openFile: @Sendable () throws -> Int32
    private let limit: Int
    private let answer: @Sendable (LogAnswer) -> Void
    private let queue = DispatchQueue(label: "promptchain.log_store", qos: .userInitiated)
    /// Held on the queue only.
    private let archive = Mutex<LogArchive?>(nil)
    private let hasFailed = Atomic(false)
    /// How many searches and readings were asked for: only the newest one of each is of use.
    private let searches = Atomic(0)
    private let readings = Atomic(0)

    /// A store that has no file yet.
    /// - Parameters:
    ///   - folder: where the file takes its room.
    ///   - limit: the bytes that it takes at most.
    ///   - answer: gets the answers, on the store's thread; must not wait.
    public convenience init(
        folder: String, limit: Int = LogStore.usualLimit, answer: @escaping @Sendable (LogAnswer) -> Void
    ) {
        self.init(limit: limit, answer: answer) { try LogArchive.file(in: folder) }
    }

    /// The same with a file that somebody else makes, when the first lines come.
    init(
        limit: Int = LogStore.usualLimit, answer: @escaping @Sendable (LogAnswer) -> Void,
        openFile: @escaping @Sendable () throws -> Int32
    ) {
        self.openFile = openFile
        self.limit = limit
        self.answer = answer
    }

    /// Does what is asked, soon.
    public func take(_ request: LogRequest) {
        switch request {
        case .store(let entries): queue.async { self.store(entries) }
        case .read(let reading):
            let turn = readings.add(1, ordering: .relaxed).newValue
            queue.async { self.read(reading, turn) }
        case .search(let search):
            let turn = searches.add(1, ordering: .relaxed).newValue
            queue.async { self.search(search, turn) }
        }
    }

    /// Hands out the lines before a number that a filter shows, from the oldest on, and waits until all are through.
    /// - Throws: what `body` throws.
    func forEach(before number: Int, _ filter: LogFilter, _ body: (LogLine) throws -> Void) throws {
        try queue.sync {
            try archive.withLock { try $0?.forEach(before: number, filter, body) }
        }
    }

    private func store(_ entries: [LogEntry]) {
        work { archive in
            var open = try archive.take() ?? LogArchive(file: openFile(), limit: limit)
            try open.store(entries)
            let numbers = open.numbers
            archive = consume open
            return .stored(numbers)
        }
    }

    private func read(_ reading: LogReading, _ turn: Int) {
        work { archive in
            guard var open = archive.take() else { return .read(reading, [], target: nil) }
            let found = try open.read(reading) { readings.load(ordering: .relaxed) != turn }
            archive = consume open
            return found.map { .read(reading, $0.lines, target: $0.target) }
        }
    }

    private func search(_ search: LogSearch, _ turn: Int) {
        work { archive in
            guard var open = archive.take() else { return .found(search, LogFinding()) }
            let finding = try open.search(search) { searches.load(ordering: .relaxed) != turn }
            archive = consume open
            return finding.map { .found(search, $0) }
        }
    }

    /// Works with the file and answers; a failure gives the file up, with the room that it takes.
    private func work(_ body: (inout LogArchive?) throws -> LogAnswer?) {
        guard !hasFailed.load(ordering: .relaxed) else { return }
        do {
            if let words = try archive.withLock({ try body(&$0) }) { answer(words) }
        } catch {
            hasFailed.store(true, ordering: .relaxed)
            answer(.failed("\(error)"))
        }
    }
}
