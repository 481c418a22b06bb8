import PromptChainCore

/// What one model did in memory, in the order in which it happened. Times are seconds since 1970.
struct ResidencyTrack: Equatable, Sendable {
    /// Spans that are kept at most.
    static let limit = 1024

    let model: ModelName
    private(set) var spans: [ResidencySpan] = []

    init(model: ModelName) { self.model = model }

    /// What it does, while that goes on.
    var open: ResidencySpan? { spans.last.flatMap { $0.end == .infinity ? $0 : nil } }

    /// It does something from a time on, and nothing else.
    mutating func begin(_ phase: ResidencyPhase, at time: Double, reason: String? = nil) {
        if let open, open.phase == phase { return }
        close(at: time)
        append(ResidencySpan(phase, start: time, end: .infinity, reason: reason))
    }

    /// It has left, or nothing is known of it from here on.
    mutating func close(at time: Double) {
        guard open != nil else { return }
        spans[spans.count - 1].end = max(time, spans[spans.count - 1].start)
    }

    /// It was seen doing something, and had been seen before at `last`.
    mutating func see(_ phase: ResidencyPhase, at time: Double, after last: Double?) {
        if let last, let span = spans.last, span.end == last {
            spans[spans.count - 1].end = time
            if span.phase == phase { return }
        }
        append(ResidencySpan(phase, start: time, end: time))
    }

    /// Forgets what ended before a time; says whether anything is left.
    mutating func forget(before time: Double) -> Bool {
        if let first = spans.first, first.end < time { spans.removeAll { $0.end < time } }
        return !spans.isEmpty
    }

    private mutating func append(_ span: ResidencySpan) {
        // In bulk, since taking from the front moves all the rest.
        if spans.count >= 2 * Self.limit { spans.removeFirst(Self.limit) }
        spans.append(span)
    }
}
