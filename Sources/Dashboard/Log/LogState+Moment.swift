import Foundation
import PromptChainCore

extension LogState {
    /// What came of going to the line of a moment.
    enum Arrival: Equatable, Sendable {
        /// It is in view; the filter that hid it is dropped where it did.
        case shown(droppedFilter: Bool)
        /// It is being read; the filter is dropped, since it may hide it.
        case asked(droppedFilter: Bool)
        /// Lines of that time are not kept any more; the oldest one that is was written then.
        case gone(oldest: Date?)
        /// Nothing was logged from then on.
        case nothing
    }

    /// Brings the line into view that tells of a moment, and marks it.
    mutating func jump(to moment: LogMoment, height: Int) -> Arrival {
        let oldest = kept.first?.line.time
        guard let oldest, oldest.timeIntervalSince1970 <= moment.time || (stored.isEmpty && firstKept == 0) else {
            guard !stored.isEmpty else { return .gone(oldest: oldest) }
            let droppedFilter = !filter.isOpen
            use(LogFilter())
            ask(.at(moment))
            return .asked(droppedFilter: droppedFilter)
        }
        guard let entry = moment.line(in: kept) else { return .nothing }
        let isHidden = !filter.shows(entry.line)
        if isHidden { use(LogFilter()) }
        mark(entry.number, height: height)
        return .shown(droppedFilter: isHidden)
    }

    /// Marks a line that is in memory, a little below the top.
    mutating func mark(_ number: Int, height: Int) {
        go(to: number, height: height)
        marked = number
        guard let row = row(of: number) else { return }
        scroll.go(to: row - height / 3, in: text, height: height)
        if !hasEnd { scroll.hold(in: text, height: height) }
    }
}
