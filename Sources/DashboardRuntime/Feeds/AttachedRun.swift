import Dashboard
import Foundation
import PromptChainCore
import RunHistory
import Synchronization

/// A run of another process, from its record and its socket.
public final class AttachedRun: RunFeed {
    private let run: FoundRun
    private let archive: (any RunArchive)?
    private let beginsInOutline: Bool
    private let follower = Mutex<RunFollower?>(nil)

    /// A run that is not followed yet.
    /// - Parameters:
    ///   - run: whom to follow.
    ///   - archive: what was recorded; `nil` for nothing.
    ///   - beginsInOutline: whether a long run comes in outline first, as whoever draws it wants it.
    public init(_ run: FoundRun, archive: (any RunArchive)?, beginsInOutline: Bool = true) {
        self.run = run
        self.archive = archive
        self.beginsInOutline = beginsInOutline
    }

    /// Begins to read, on a thread of its own.
    public func start(post: @escaping @Sendable (DashboardMessage) -> Void) {
        let id = run.id
        let follower = RunFollower(run, archive: archive, beginsInOutline: beginsInOutline) { update in
            switch update {
            case .events(let records): post(.runEvents(records))
            case .outline(let records): post(.feed(.outline(records)))
            case .caughtUp(let processID): post(.feed(.live(processID: processID)))
            case .missed(let count): post(.feed(.missed(count)))
            case .unreadable(let reason): post(.feed(.unreadable(reason)))
            case .ended(let ending):
                post(.feed(.ended(FeedEnding(ending))))
                if ending == .finished { post(.runEnded(run: id)) }
            }
        }
        self.follower.withLock { $0 = follower }
        follower.start()
    }

    /// Asks the run to end, over its socket.
    public func stopRun() { follower.withLock { $0 }?.stopRun() }

    /// Posts everything that was told of a step that came in outline, counted from 1.
    public func readStep(_ step: Int, post: @escaping @Sendable (DashboardMessage) -> Void) {
        guard let archive else { return }
        let id = run.id
        Thread.detachNewThread {
            do {
                post(.feed(.wholeStep(step, try archive.events(of: id, step: step))))
            } catch {
                post(.feed(.unreadable("\(error)")))
            }
        }
    }

    /// Gives up reading.
    public func close() { follower.withLock { $0 }?.cancel() }
}

extension FeedEnding {
    fileprivate init(_ ending: RunFollower.Ending) {
        self =
            switch ending {
            case .finished: .finished
            case .died: .died
            case .silent(let processID): .silent(processID: processID)
            case .elsewhere(let host): .elsewhere(host: host)
            case .failed(let reason): .failed(reason)
            }
    }
}
