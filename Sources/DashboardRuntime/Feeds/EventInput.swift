import Dashboard
import Foundation
import PromptChainCore
import Synchronization

/// A run that any program reports, an event a line: from a file that may still grow, or from a stream.
///
/// It has a thread of its own, since reading waits.
public final class EventInput: RunFeed {
    /// What events are read from.
    public enum Source: Equatable, Sendable {
        /// A file, which need not be there yet. It is followed as it grows, and begun anew when it is replaced.
        case file(String)
        /// A descriptor, up to its end.
        case stream(Int32)
    }

    /// How often a file is looked at, in seconds.
    private static let turn = 0.1

    private let source: Source
    private let isClosed = Mutex(false)

    /// An input that is not read yet.
    public init(_ source: Source) {
        self.source = source
    }

    /// Begins to read, on a thread of its own.
    public func start(post: @escaping @Sendable (DashboardMessage) -> Void) {
        Thread.detachNewThread { [self] in
            var lines = EventLines(name: name, post: post)
            switch source {
            case .file(let path): follow(path, &lines)
            case .stream(let descriptor): read(descriptor, &lines)
            }
        }
    }

    /// Does nothing: whoever reads events cannot end what tells them.
    public func stopRun() {}

    /// Gives up reading.
    public func close() { isClosed.withLock { $0 = true } }

    private var name: String {
        if case .file(let path) = source { path } else { "standard input" }
    }

    private var isOpen: Bool { !isClosed.withLock { $0 } }

    private func read(_ descriptor: Int32, _ lines: inout EventLines) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while isOpen {
            let count = Foundation.read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&wait, 1, 1000)
                continue
            }
            guard count > 0 else {
                let reason = count < 0 ? String(cString: strerror(errno)) : nil
                return lines.end(reason.map { .failed($0) } ?? .noMoreEvents)
            }
            lines.take(bytes[..<count])
        }
    }

    private func follow(_ path: String, _ lines: inout EventLines) {
        var file: OpenFile?
        var isMissing = false
        while isOpen {
            if file == nil { file = OpenFile.open(path) }
            if let open = file {
                isMissing = false
                guard open.read({ lines.take($0) }) else {
                    return lines.end(.failed("\(path) cannot be read: \(String(cString: strerror(errno)))"))
                }
                lines.caughtUp()
                if open.isReplaced {
                    lines.startAnew()
                    file = nil
                    continue
                }
            } else if !isMissing {
                let code = errno
                isMissing = true
                let reason =
                    code == ENOENT
                    ? "waiting for \(path): there is no such file yet"
                    : "waiting for \(path): \(String(cString: strerror(code)))"
                lines.wait(reason)
            }
            Thread.sleep(forTimeInterval: Self.turn)
        }
    }
}

/// A file that is read as it grows.
private final class OpenFile {
    private let path: String
    private let descriptor: Int32
    private var offset: Int64 = 0

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Opens a file; `nil` with the reason in `errno`.
    static func open(_ path: String) -> OpenFile? {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        return descriptor >= 0 ? OpenFile(path: path, descriptor: descriptor) : nil
    }

    deinit { close(descriptor) }

    /// Reads what there is; `false` when it cannot be read.
    func read(_ take: (ArraySlice<UInt8>) -> Void) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return errno == EAGAIN }
            if count == 0 { return true }
            offset += Int64(count)
            take(bytes[..<count])
        }
    }

    /// Whether the path names another file now, or this one was cut.
    var isReplaced: Bool {
        var own = stat()
        var named = stat()
        guard fstat(descriptor, &own) == 0 else { return false }
        if own.st_mode & S_IFMT == S_IFREG, Int64(own.st_size) < offset { return true }
        return stat(path, &named) == 0 && (named.st_ino != own.st_ino || named.st_dev != own.st_dev)
    }
}

/// Makes events of the bytes that come, and tells of those that are none.
private struct EventLines {
    /// A line longer than this is no event.
    private static let longest = 64 << 20

    private let name: String
    private let post: @Sendable (DashboardMessage) -> Void
    private var reader: ChainEventReader
    private var partial = Data()
    private var number = 0
    private var faults = 0
    private var firstFault = ""
    private var status: FeedNews?

    init(name: String, post: @escaping @Sendable (DashboardMessage) -> Void) {
        self.name = name
        self.post = post
        reader = ChainEventReader(now: { Date() })
    }

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        partial.append(contentsOf: bytes)
        var records: [ChainEventRecord] = []
        if let end = partial.lastIndex(of: 0x0A) {
            let whole = partial[partial.startIndex..<end]
            for line in whole.split(separator: 0x0A, omittingEmptySubsequences: false) {
                if let record = read(Data(line)) { records.append(record) }
            }
            partial = Data(partial[partial.index(after: end)...])
        } else if partial.count > Self.longest {
            number += 1
            partial = Data()
            fault("it has no end")
        }
        if !records.isEmpty { post(.runEvents(records)) }
    }

    /// A source begins again: it may be another program's.
    mutating func startAnew() {
        partial = Data()
        number = 0
        reader = ChainEventReader(now: { Date() })
    }

    mutating func caughtUp() { tell(.live(processID: nil)) }
    mutating func wait(_ reason: String) { tell(.waiting(reason)) }

    /// The source is at its end; a last line may lack its line break.
    mutating func end(_ ending: FeedEnding) {
        if let record = read(partial) { post(.runEvents([record])) }
        partial = Data()
        post(.feed(.ended(ending)))
    }

    private mutating func tell(_ news: FeedNews) {
        guard status != news else { return }
        status = news
        post(.feed(news))
    }

    private mutating func read(_ line: Data) -> ChainEventRecord? {
        number += 1
        do {
            return try reader.read(line)
        } catch {
            fault("\(error)")
            return nil
        }
    }

    private mutating func fault(_ reason: String) {
        faults += 1
        if faults == 1 { firstFault = "line \(number) of \(name) is no event: \(reason)" }
        post(.feed(.badLines(count: faults, first: firstFault)))
    }
}
