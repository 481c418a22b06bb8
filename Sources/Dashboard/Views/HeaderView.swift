import CellScreen
import PromptChainCore

/// The line at the top: who we are, the servers, memory, the chain, the time. What does not fit is left out, the least
/// useful first.
enum HeaderView {
    private struct Part {
        var spans: [Span]
        /// The same in fewer columns.
        var short: [Span]?
        /// Lower stays longer.
        var rank: Int
    }

    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        canvas.highlight(rect, role: .header)
        var left = leftParts(state, canvas.glyphs)
        var right = rightParts(state, canvas.glyphs)
        let width = rect.width - 2
        if columns(left + right, canvas) > width {
            left = left.map { Part(spans: $0.short ?? $0.spans, rank: $0.rank) }
            right = right.map { Part(spans: $0.short ?? $0.spans, rank: $0.rank) }
        }
        while columns(left + right, canvas) > width, let worst = (left + right).map(\.rank).max(), worst > 0 {
            left.removeAll { $0.rank == worst }
            right.removeAll { $0.rank == worst }
        }
        canvas.spans(joined(left), x: rect.x + 1, y: rect.y, width: width)
        let tail = joined(right)
        let columns = canvas.columns(of: tail)
        guard columns < width else { return }
        canvas.spans(tail, x: rect.maxX - 1 - columns, y: rect.y, width: columns)
    }

    private static func joined(_ parts: [Part]) -> [Span] {
        var result: [Span] = []
        for part in parts {
            if !result.isEmpty { result.append(Span("  ")) }
            result += part.spans
        }
        return result
    }

    private static func columns(_ parts: [Part], _ canvas: Canvas) -> Int {
        parts.reduce(-2) { $0 + canvas.columns(of: $1.spans) + 2 }
    }

    private static func leftParts(_ state: DashboardState, _ glyphs: Glyphs) -> [Part] {
        var parts = [Part(spans: [Span("promptchain", .brand)], rank: 4)]
        let servers = state.servers.all
        for (index, server) in servers.enumerated() {
            let (sign, role, word) = mark(of: server, state, glyphs)
            var spans = [Span("\(sign) ", role), Span(server.name, .strong)]
            if !word.isEmpty { spans.append(Span(" \(word)", role)) }
            parts.append(Part(spans: spans, rank: index == 0 ? 0 : 5 + index))
            if servers.count <= 2, let version = server.snapshot?.version, word.isEmpty {
                parts.append(
                    Part(
                        spans: [Span("\(server.description.provider) \(version)", .muted)],
                        short: [Span(version, .muted)], rank: 7))
            }
        }
        let loaded = servers.reduce(0) { $0 + $1.models.count }
        let hasAnswered = servers.contains { $0.state == .ready || !$0.models.isEmpty }
        if hasAnswered {
            parts.append(Part(spans: [Span("\(loaded) loaded", .text)], rank: 3))
            parts += memory(state)
        }
        parts += feed(state)
        if state.isPaused { parts.append(Part(spans: [Span("paused", .warning)], rank: 1)) }
        if state.isReadOnly, state.feed?.replay == nil {
            parts.append(Part(spans: [Span("read-only", .muted)], rank: 8))
        }
        return parts
    }

    /// Whose run is shown, when it is not ours.
    private static func feed(_ state: DashboardState) -> [Part] {
        guard let feed = state.feed else { return [] }
        if let replay = feed.replay {
            let place = Span("\(Seconds.clock(replay.position))/\(Seconds.clock(replay.length))", .accent)
            let speed = "\(ByteCount.fixed(replay.speed, digits: replay.speed < 1 ? 2 : 0))x"
            let isStill = replay.isPaused && !replay.isAtEnd
            let pace = isStill ? Span(" paused", .warning) : Span(" \(speed)", .muted)
            return [Part(spans: [Span("replay ", .muted), place, pace], short: [place, pace], rank: 1)]
        }
        var parts: [Part] = []
        let isAttached = feed.description.kind == .attached
        switch feed.status {
        case .opening, .waiting: parts.append(Part(spans: [Span("waiting", .busy)], rank: 2))
        case .live(let processID):
            parts.append(Part(spans: [Span(isAttached ? "attached" : "events", .accent)], rank: 2))
            if let processID { parts.append(Part(spans: [Span("pid \(processID)", .muted)], rank: 8)) }
        case .ended(let ending):
            let isOver = ending == .finished || state.run?.result != nil
            let words = ending == .noMoreEvents ? "no more events" : "lost"
            let told = isAttached ? "recorded" : "events"
            parts.append(Part(spans: isOver ? [Span(told, .muted)] : [Span(words, .warning)], rank: 2))
        }
        if feed.badLines > 0 {
            parts.append(Part(spans: [Span(Count.text(feed.badLines, "bad line"), .warning)], rank: 3))
        }
        return parts
    }

    private static func memory(_ state: DashboardState) -> [Part] {
        let facts = state.servers.all.compactMap { $0.snapshot.map { MemoryFacts($0) } }
        guard !facts.isEmpty, facts.contains(where: { $0.capacity != nil || !$0.models.isEmpty }) else { return [] }
        let used = facts.reduce(0) { $0 + $1.used }
        let capacities = facts.compactMap(\.capacity)
        guard capacities.count == facts.count else {
            return [Part(spans: [Span("VRAM ", .muted), Span(ByteCount.text(used), .text)], rank: 2)]
        }
        let capacity = capacities.reduce(0, +)
        let percent = capacity > 0 ? Count.whole(Double(used) / Double(capacity) * 100) : 0
        return [
            Part(
                spans: [Span("VRAM ", .muted), Span(SizeText.ratio(used, of: capacity), .text)],
                short: [
                    Span("VRAM ", .muted), Span("\(ByteCount.gib(used))/\(ByteCount.gib(capacity))G", .text),
                ], rank: 2),
            Part(spans: [Span("\(percent)%", percent >= 95 ? .warning : .muted)], rank: 9),
        ]
    }

    private static func rightParts(_ state: DashboardState, _ glyphs: Glyphs) -> [Part] {
        var parts: [Part] = []
        if let run = state.run {
            parts.append(Part(spans: [Span(run.chain, .text)], rank: 10))
            if let step = run.activeStep, run.isRunning {
                parts.append(Part(spans: [Span("step \(step)/\(run.steps.count)", .accent)], rank: 1))
            } else if let status = run.result?.status {
                let role: ThemeRole = status == .completed ? .good : status == .failed ? .error : .warning
                parts.append(Part(spans: [Span(status.rawValue, role)], rank: 1))
            }
        }
        if let viewed = state.viewed {
            let moment = ClockText.time(viewed.time, utcOffset: state.utcOffset)
            let ago = "\(RunningTime.passed(viewed.ago)) ago"
            parts.append(
                Part(
                    spans: [Span("\(moment), \(ago)", .warning)], short: [Span("\(moment), \(ago)", .warning)], rank: 0)
            )
            return parts
        }
        parts.append(
            Part(spans: [Span(ClockText.time(state.clock, utcOffset: state.utcOffset), .muted)], rank: 6))
        return parts
    }

    private static func mark(
        of server: ServersState.Server, _ state: DashboardState, _ glyphs: Glyphs
    ) -> (Character, ThemeRole, String) {
        switch server.state {
        case .ready: (glyphs.ready, .good, "")
        case .connecting: (glyphs.connecting, .busy, "connecting")
        case .starting: (glyphs.starting, .busy, "starting")
        case .stale:
            (glyphs.attention, .warning, "silent " + (state.age(of: server).map { RunningTime.passed($0) } ?? ""))
        case .unreachable: (glyphs.failed, .error, "unreachable")
        }
    }
}
