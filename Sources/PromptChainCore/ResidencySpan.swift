/// What a model does in memory. Of several things at a time the largest is told.
public enum ResidencyPhase: Int, Comparable, Sendable, CaseIterable {
    /// It is there, and nobody is known to use it.
    case resident
    /// It is on its way out.
    case unloading
    /// It is on its way in while an earlier step runs.
    case loadingAhead
    /// It is on its way in.
    case loading
    /// It reads or writes.
    case generating

    /// One word for JSON.
    public var word: String {
        switch self {
        case .resident: "resident"
        case .unloading: "unloading"
        case .loadingAhead, .loading: "loading"
        case .generating: "generating"
        }
    }

    /// Which of two is told when both happen in one column.
    public static func < (first: ResidencyPhase, second: ResidencyPhase) -> Bool { first.rawValue < second.rawValue }
}

/// A time in which a model did something in memory.
public struct ResidencySpan: Equatable, Sendable {
    /// What it did.
    public var phase: ResidencyPhase
    /// From when, in seconds.
    public var start: Double
    /// Until when, in seconds; infinite while it goes on.
    public var end: Double
    /// Why, in words, where somebody said so.
    public var reason: String?

    /// A span; times on one clock of the caller's choice.
    public init(_ phase: ResidencyPhase, start: Double, end: Double, reason: String? = nil) {
        self.phase = phase
        self.start = start
        self.end = end
        self.reason = reason
    }
}

extension Sequence<ResidencySpan> {
    /// What was done in each of `count` columns of equal length; `nil` where nothing was.
    /// - Parameters:
    ///   - start: where the first column begins, in seconds.
    ///   - length: the length of a column, in seconds.
    ///   - count: how many columns.
    public func columns(from start: Double, length: Double, count: Int) -> [ResidencyPhase?] {
        var result = [ResidencyPhase?](repeating: nil, count: Swift.max(0, count))
        guard count > 0, length > 0, start.isFinite else { return result }
        for span in self where span.end >= start && span.start < start + length * Double(count) {
            let first = ((span.start - start) / length).rounded(.down)
            // An end on the border of two columns is not in the second.
            let last = ((span.end - start) / length).rounded(.up) - 1
            guard !first.isNaN, !last.isNaN else { continue }
            let from = Int(Swift.min(Double(count - 1), Swift.max(0, first)))
            let until = Int(Swift.min(Double(count - 1), Swift.max(Double(from), last)))
            for place in from...until where result[place].map({ $0 < span.phase }) ?? true {
                result[place] = span.phase
            }
        }
        return result
    }
}
