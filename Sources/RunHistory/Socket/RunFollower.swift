import Foundation
import PromptChainCore
import Synchronization

/// Follows a run of another process: what was recorded first, then its socket, each event once and in order.
///
/// It has a thread of its own, since archives and sockets are waited for.
public final class RunFollower: Sendable {
    /// What becomes known of the run, in order.
    public enum Update: Equatable, Sendable {
        /// Events, in order; none comes twice.
        case events([ChainEventRecord])
        /// Events of a long run that stand for more than are told: steps that are over come without their texts.
        case outline([ChainEventRecord])
        /// Everything that had happened until now was told; the run goes on.
        case caughtUp(processID: Int32)
        /// Events that nobody holds any more.
        case missed(Int)
        /// The record cannot be read: why.
        case unreadable(String)
        /// Nothing will follow.
        case ended(Ending)
    }

    /// Why nothing will follow.
    public enum Ending: Equatable, Sendable {
        /// The run is over.
        case finished
        /// The run's process has ended without saying how the run ended.
        case died
        /// The run's process is there and does not answer.
        case silent(processID: Int32?)
        /// The run is going on on another host, whose sockets cannot be reached from here.
        case elsewhere(host: String)
        /// The socket cannot be used: why.
        case failed(String)
    }

    private struct State {
        var client: RunSocketClient?
        var isCancelled = false
        var mustStop = false
    }

    /// Events that are read from the record at a time.
    private static let page = 2000

    private let run: FoundRun
    private let archive: (any RunArchive)?
    private let host: String
    private let beginsInOutline: Bool
    private let report: @Sendable (Update) -> Void
    private let state = Mutex(State())

    /// A follower that has not begun.
    /// - Parameters:
    ///   - run: whom to follow.
    ///   - archive: what was recorded; `nil` for nothing.
    ///   - host: this host's name, as runs record it.
    ///   - beginsInOutline: whether what is recorded of a long run comes in outline up to its newest step.
    ///   - report: gets what becomes known, on the follower's thread; must not wait.
    public init(
        _ run: FoundRun, archive: (any RunArchive)?, host: String = ProcessInfo.processInfo.hostName,
        beginsInOutline: Bool = false, report: @escaping @Sendable (Update) -> Void
    ) {
        self.run = run
        self.archive = archive
        self.host = host
        self.beginsInOutline = beginsInOutline
        self.report = report
    }

    /// Begins, on a thread of its own.
    public func start() {
        Thread.detachNewThread { [self] in
            var reading = Reading(follower: self)
            reading.follow()
        }
    }

    /// Asks the run to end; a run that is not listened to yet is asked as soon as it is.
    public func stopRun() {
        let client = state.withLock { state in
            state.mustStop = true
            return state.client
        }
        client?.askToStop()
    }

    /// Gives up. Nothing is told any more.
    public func cancel() {
        let client = state.withLock { state in
            state.isCancelled = true
            return state.client
        }
        client?.close()
    }

    private var isCancelled: Bool { state.withLock { $0.isCancelled } }

    private func tell(_ update: Update) {
        if !isCancelled { report(update) }
    }

    /// Takes a client that is connected, for those who want to stop.
    private func use(_ client: RunSocketClient) {
        let (isCancelled, mustStop) = state.withLock { state in
            state.client = client
            return (state.isCancelled, state.mustStop)
        }
        if mustStop { client.askToStop() }
        if isCancelled { client.close() }
    }

    /// The work of the thread.
    private struct Reading {
        let follower: RunFollower
        /// The number of the newest event that was told.
        var last = 0
        var hasFinished = false
        var isRecordReadable = true
        var reader: ChainEventReader

        init(follower: RunFollower) {
            self.follower = follower
            reader = ChainEventReader(run: follower.run.id, now: { Date() })
        }

        mutating func follow() {
            readRecord()
            if hasFinished { return follower.tell(.ended(.finished)) }
            if let recorded = follower.run.recorded, recorded.status == nil, recorded.host != follower.host {
                return follower.tell(.ended(.elsewhere(host: recorded.host)))
            }
            let ending = listen()
            follower.tell(.ended(ending))
        }

        private mutating func listen() -> Ending {
            let client: RunSocketClient
            let hello: RunSocketLine.Hello
            do {
                client = try RunSocketClient(path: follower.run.socket)
                hello = try client.hello()
            } catch RunSocketFault.dead {
                return ending()
            } catch RunSocketFault.silent {
                return .silent(processID: follower.run.recorded?.processID)
            } catch RunSocketFault.failed(let reason) {
                return .failed(reason)
            } catch {
                return .failed("\(error)")
            }
            guard hello.run == follower.run.id else { return ending() }
            follower.use(client)
            client.ask(after: last)
            var isBehind = hello.last > last
            if !isBehind { follower.tell(.caughtUp(processID: hello.processID)) }
            while true {
                guard case .answers(let answers) = client.read(milliseconds: -1) else { break }
                take(answers)
                if isBehind, last >= hello.last {
                    isBehind = false
                    follower.tell(.caughtUp(processID: hello.processID))
                }
                // The run tells its end before its socket closes.
                if hasFinished { return .finished }
            }
            return ending()
        }

        private mutating func take(_ answers: [RunSocketLine.Answer]) {
            var records: [ChainEventRecord] = []
            for answer in answers {
                switch answer {
                case .event(let line):
                    guard let record = try? reader.read(line), record.sequence > last else { continue }
                    last = record.sequence
                    records.append(record)
                case .lagged(_, let through):
                    tell(records)
                    records = []
                    fill(through: through)
                case .hello, .refused: break
                }
            }
            tell(records)
        }

        private mutating func tell(_ records: [ChainEventRecord]) {
            guard !records.isEmpty else { return }
            for record in records {
                switch record.event {
                case .runFinished: hasFinished = true
                case .runStarted, .runResumed: hasFinished = false
                default: break
                }
            }
            follower.tell(.events(records))
        }

        /// Reads what the run does not hold any more. The record may be a moment behind, and its pieces of text may reach
        /// further than was asked for; what comes of that again is passed over.
        private mutating func fill(through number: Int) {
            for attempt in 0..<40 where last < number && !follower.isCancelled {
                if attempt > 0 { Thread.sleep(forTimeInterval: 0.1) }
                readRecord()
                if follower.archive == nil || !isRecordReadable { break }
            }
            guard last < number else { return }
            follower.tell(.missed(number - last))
            last = number
        }

        /// Reads what is recorded after the newest event that was told.
        private mutating func readRecord() {
            guard let archive = follower.archive else { return }
            do {
                if last == 0, follower.beginsInOutline, let outline = try archive.outline(of: follower.run.id) {
                    last = outline.lastSequence
                    follower.tell(.outline(outline.records))
                }
                while !follower.isCancelled {
                    let records = try archive.events(of: follower.run.id, after: last, limit: RunFollower.page)
                    guard let newest = records.last, newest.sequence > last else { break }
                    last = newest.sequence
                    tell(records)
                    if records.count < RunFollower.page { break }
                }
                isRecordReadable = true
            } catch {
                if isRecordReadable { follower.tell(.unreadable("\(error)")) }
                isRecordReadable = false
            }
        }

        /// How the run ended, when its socket is closed: the last of it may still be on its way to the record.
        private mutating func ending() -> Ending {
            for attempt in 0..<12 where !hasFinished && !follower.isCancelled {
                if attempt > 0 { Thread.sleep(forTimeInterval: 0.1) }
                readRecord()
                guard !hasFinished, let archive = follower.archive, isRecordReadable else { break }
                if (try? archive.run(matching: follower.run.id))?.status != nil { return .finished }
            }
            return hasFinished ? .finished : .died
        }
    }
}
