import Dashboard
import DashboardRuntime
import Foundation
import PromptChainCore
import Synchronization

/// Reads a run that somebody else runs, without a dashboard: everything that was told until now, or line by line.
struct FeedReading {
    /// Where the events come from.
    var feed: any RunFeed

    private struct State {
        var report = FeedReport()
        var isOver = false
    }

    /// Everything that was told until now.
    func report() -> FeedReport {
        let state = Mutex(State())
        let caughtUp = DispatchSemaphore(value: 0)
        feed.start { message in
            switch message {
            case .runEvents(let records):
                state.withLock { state in
                    guard !state.isOver else { return }
                    for record in records { state.report.take(record) }
                }
            case .feed(.badLines(let count, let first)):
                let isFirst = state.withLock { state in
                    defer { state.report.badLines = count }
                    return state.report.badLines == 0
                }
                if isFirst { Console.error(Console.safe("warning: \(first)")) }
            case .feed(.missed(let count)): Console.error("warning: \(count) events of the run could not be had")
            case .feed(.unreadable(let reason)):
                Console.error(Console.safe("warning: the record of the run cannot be read: \(reason)"))
            case .feed(let news):
                guard let loss = Self.standstill(news) else { return }
                state.withLock { state in
                    state.isOver = true
                    state.report.loss = loss
                }
                caughtUp.signal()
            default: break
            }
        }
        caughtUp.wait()
        feed.close()
        return state.withLock { $0.report }
    }

    /// Prints events as they come, up to the end or a signal.
    /// - Returns: the signal that ended it.
    func stream() -> Int32? {
        let ended = DispatchSemaphore(value: 0)
        let signals = SignalWatch { _ in ended.signal() }
        let writer = DispatchQueue(label: "promptchain.events")
        feed.start { message in
            switch message {
            case .runEvents(let records):
                // Standard output may be slow, and whoever tells events must not wait for it.
                writer.async {
                    for record in records where !Console.line(record.jsonLine()) {
                        ended.signal()
                        return
                    }
                }
            case .feed(.badLines(1, let first)): Console.error(Console.safe("warning: \(first)"))
            case .feed(.ended(let ending)):
                if let loss = ending.loss, ending != .noMoreEvents {
                    Console.error(Console.safe("promptchain: \(loss)"))
                }
                ended.signal()
            default: break
            }
        }
        ended.wait()
        feed.close()
        writer.sync {}
        return signals.signal
    }

    /// Whether everything until now was told: `nil` when not, else why the run's end is not known.
    private static func standstill(_ news: FeedNews) -> String?? {
        switch news {
        case .live, .waiting: .some(nil)
        case .ended(let ending): .some(ending.loss)
        default: nil
        }
    }
}
