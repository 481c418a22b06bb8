import Foundation
import ModelManagement
import PromptChainCore

/// A server's own log: whose it is, and how it is found.
public struct ServerLog: Sendable {
    /// The server.
    public var server: ServerConfiguration
    /// Finds out where the log is.
    public var find: @Sendable () async -> ServerLogFinding

    /// A log.
    public init(server: ServerConfiguration, find: @escaping @Sendable () async -> ServerLogFinding) {
        self.server = server
        self.find = find
    }
}

/// Follows the log of one server and hands its lines on, for as long as its task lives. A server that starts later, or
/// anew with its output elsewhere, is found again.
struct ServerLogFeed: Sendable {
    /// Seconds between two looks while lines come, and the longest while none do.
    static let pace = 0.25...2.0
    /// Seconds between two looks at where the log is.
    static let search = 15.0

    var log: ServerLog
    /// The name that its lines have.
    var component: String
    var clock: any PollClock
    /// Takes lines; must not wait.
    var post: @Sendable (LogLine) -> Void

    /// What is read of a source in one look, at most; the newest lines count.
    static let linesALook = 1000

    /// What is followed.
    private struct Followed: Sendable {
        var source: ServerLogSource
        var tail: any LogTail
        var reader: ServerLogReader
        var isOver = false
        /// Whether nothing is to be expected of it any more.
        var hasFailed = false

        /// What came since the last look, and how many lines of it nobody has read.
        mutating func read(now: Date) -> (batch: LogBatch, lines: [LogLine], unread: Int) {
            let batch = tail.read()
            isOver = batch.isOver
            hasFailed = batch.isOver && batch.fault != nil
            let unread = max(0, batch.lines.count - (batch.past == nil ? linesALook : batch.lines.count))
            let lines = reader.lines(Array(batch.lines.dropFirst(unread)), now: now, past: batch.past)
            return (batch, batch.past == nil ? lines : lines.suffix(ServerLogSource.backlog), unread)
        }
    }

    /// Follows the log until the task is cancelled.
    func run() async {
        var finding: ServerLogFinding?
        var followed: [Followed] = []
        var budget = LogBudget()
        var told: Set<String> = []
        var nextSearch = Date.distantPast
        var pace = Self.pace.upperBound
        while !Task.isCancelled {
            if clock.now() >= nextSearch {
                nextSearch = clock.now().addingTimeInterval(Self.search)
                let found = await log.find()
                // A server that is away for a moment may go on where it stopped.
                let isAway = found.sources.isEmpty && !found.isDenied
                if let next = finding == nil || !isAway ? found : nil, next != finding {
                    finding = next
                    await close(followed)
                    followed = await open(next.sources)
                    tell(next, &told)
                } else {
                    await reopen(&followed)
                }
            }
            let hasMore = await read(&followed, &budget, &told)
            pace = hasMore ? Self.pace.lowerBound : min(Self.pace.upperBound, pace * 1.5)
            // Nothing to follow: nothing to do before the next search.
            let isIdle = followed.allSatisfy(\.isOver)
            try? await clock.sleep(seconds: isIdle ? Self.search : pace)
        }
        await close(followed)
    }

    private func open(_ sources: [ServerLogSource]) async -> [Followed] {
        let offset = TimeZone.current.secondsFromGMT()
        return await BlockingWork.run { [log, component] in
            sources.map { source in
                let tail: any LogTail =
                    switch source {
                    case .file(let path, _): FileTail(path: path)
                    case .program(let words, _): ProgramTail(words: words)
                    }
                return Followed(
                    source: source, tail: tail,
                    reader: ServerLogReader(
                        source.envelope, of: log.server, component: component, utcOffset: offset))
            }
        }
    }

    private func close(_ followed: [Followed]) async {
        let tails = followed.map(\.tail)
        guard !tails.isEmpty else { return }
        await BlockingWork.run { for tail in tails { tail.close() } }
    }

    /// - Returns: whether anything came.
    private func read(
        _ followed: inout [Followed], _ budget: inout LogBudget, _ told: inout Set<String>
    ) async -> Bool {
        var hasCome = false
        for index in followed.indices where !followed[index].isOver {
            let now = clock.now()
            let (one, found) = await BlockingWork.run { [one = followed[index]] in
                var one = one
                let found = one.read(now: now)
                return (one, found)
            }
            followed[index] = one
            if let fault = found.batch.fault, told.insert(fault).inserted { say(.warning, fault) }
            if found.batch.skippedBytes > 0 {
                say(.notice, "\(ByteCount.text(found.batch.skippedBytes)) of its log left out: more than can be read")
            }
            budget.leaveOut(found.unread)
            for line in budget.admit(found.lines, component: component, now: now) { post(line) }
            hasCome = hasCome || !found.batch.lines.isEmpty || found.batch.hasMore
        }
        return hasCome
    }

    // A container that was stopped ends what reads its log, and may have been started again.
    private func reopen(_ followed: inout [Followed]) async {
        for index in followed.indices where followed[index].isOver && !followed[index].hasFailed {
            guard let next = await open([followed[index].source]).first else { continue }
            var reader = followed[index].reader
            reader.resume()
            followed[index] = next
            followed[index].reader = reader
        }
    }

    private func tell(_ finding: ServerLogFinding, _ told: inout Set<String>) {
        if let place = finding.place {
            if told.insert(place).inserted { say(.info, "its log: \(place)") }
        } else if finding.isDenied, let reason = finding.reason, told.insert(reason).inserted {
            say(.notice, "its log cannot be shown: \(reason)" + (finding.hint.map { ". \($0)" } ?? ""))
        }
    }

    private func say(_ level: LogLine.Level, _ message: String) {
        post(LogLine(time: clock.now(), level: level, component: component, message: message))
    }
}
