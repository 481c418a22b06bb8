import Dashboard
import Foundation
import PromptChainCore
import RunHistory
import Synchronization

/// The record of a run, to be played back.
public final class RecordedTape: RunFeed {
    /// Events that are read at a time: the first of them are shown while the rest is read.
    private static let page = 5000

    private let run: String
    private let archive: any RunArchive
    private let isClosed = Mutex(false)

    /// A record that is not read yet.
    /// - Parameters:
    ///   - run: the run's identifier.
    ///   - archive: where it is recorded.
    public init(run: String, archive: any RunArchive) {
        self.run = run
        self.archive = archive
    }

    /// Begins to read, on a thread of its own.
    public func start(post: @escaping @Sendable (DashboardMessage) -> Void) {
        Thread.detachNewThread { [self] in
            do {
                var last = 0
                while !isClosed.withLock({ $0 }) {
                    let records = try archive.events(of: run, after: last, limit: Self.page)
                    if !records.isEmpty { post(.feed(.records(records))) }
                    guard let newest = records.last?.sequence, newest > last, records.count == Self.page else { break }
                    last = newest
                }
            } catch {
                post(.feed(.unreadable("\(error)")))
            }
            post(.feed(.recordComplete))
        }
    }

    /// Does nothing: whoever reads events cannot end what tells them.
    public func stopRun() {}

    /// Gives up reading.
    public func close() { isClosed.withLock { $0 = true } }
}
