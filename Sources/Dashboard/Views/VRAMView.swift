import CellScreen
import PromptChainCore

/// Where the GPU memory is: one bar whose parts add up, by name, and the last five minutes.
enum VRAMView {
    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard rect.width > 8, rect.height > 0 else { return }
        let servers = state.servers.all
        var area = rect.inset(dx: 1)
        for (index, server) in servers.enumerated() where !area.isEmpty {
            let later = servers.count - index - 1
            let rows = draw(server, state, hasName: servers.count > 1, in: area, keeping: later, on: &canvas)
            area = area.split(top: rows).rest
        }
    }

    /// Draws one server and says how many rows it took.
    private static func draw(
        _ server: ServersState.Server, _ state: DashboardState, hasName: Bool, in area: Rect, keeping later: Int,
        on canvas: inout Canvas
    ) -> Int {
        guard let snapshot = server.snapshot, snapshot.state == .ready || !snapshot.models.isEmpty else {
            let text = (hasName ? "\(server.name): " : "") + unknownText(server.state)
            canvas.text(text, x: area.x, y: area.y, width: area.width, role: .faint)
            return 1
        }
        let facts = MemoryFacts(snapshot)
        let isStale = state.age(of: server) != nil
        var y = area.y
        drawBar(
            facts, name: hasName ? state.servers.shortName(of: server.name) : nil, age: state.age(of: server), in: area,
            on: &canvas)
        y += 1
        let end = area.maxY - later
        guard y < end else { return y - area.y }
        // One server: every name, then the curve; several: bars and names, the curve where there is room.
        let list =
            end - y >= facts.models.count + 4
            ? VRAMLegend.list(
                facts, state.parts(of: snapshot), isStale: isStale, width: area.width, canvas) : nil
        let legend = list ?? VRAMLegend.lines(facts, isStale: isStale, width: area.width, canvas)
        // What is wrong is worth more than the curve.
        let spare = facts.hasTrouble ? 0 : 1
        for line in legend.prefix(hasName ? 1 : max(1, end - y - spare)) where y < end {
            canvas.spans(line, x: area.x, y: y, width: area.width)
            y += 1
        }
        guard !hasName || end - y > 2 else { return y - area.y }
        y = drawGPUs(
            snapshot.gpus, GPUShares(snapshot, facts), in: Rect(x: area.x, y: y, width: area.width, height: end - y),
            on: &canvas)
        guard y < end else { return y - area.y }
        let gap = end - y >= 4 ? 1 : 0
        let curve = Rect(x: area.x, y: y + gap, width: area.width, height: min(end - y - gap, 8))
        drawCurve(server.memory, facts, state, in: curve, on: &canvas)
        return curve.maxY - area.y
    }

    private static func drawBar(
        _ facts: MemoryFacts, name: String?, age: Double?, in area: Rect, on canvas: inout Canvas
    ) {
        let isStale = age != nil
        var x = area.x
        if let name {
            canvas.text(name, x: x, y: area.y, width: 10, role: .strong)
            x += 11
        }
        let free = facts.free.map { "  \(ByteCount.gib($0)) free" }
        var tail = [Span(ByteCount.gib(facts.used), isStale ? .stale : .strong)]
        if let capacity = facts.capacity {
            // What is inferred carries a tilde, here as in every column.
            let size =
                facts.isCapacityLearned ? "/~\(ByteCount.gib(capacity)) GiB learned" : "/\(ByteCount.gib(capacity)) GiB"
            tail.append(Span(size, .muted))
            // What was free then may not be now.
            if let free, !isStale { tail.append(Span(free, .strong)) }
        } else {
            tail = [
                Span("\(ByteCount.text(facts.used)) used", isStale ? .stale : .strong),
                Span(", capacity unknown", .muted),
            ]
        }
        if let age { tail.append(Span("  \(RunningTime.passed(age)) old", .stale)) }
        let room = area.maxX - x
        let tailColumns = canvas.columns(of: tail)
        let width = room - tailColumns - 1
        guard facts.capacity != nil, width >= 6 else {
            canvas.spans(tail, x: x, y: area.y, width: room)
            return
        }
        drawParts(facts, isStale: isStale, x: x, y: area.y, width: width, on: &canvas)
        canvas.spans(tail, x: x + width + 1, y: area.y, width: tailColumns)
    }

    private static func drawParts(
        _ facts: MemoryFacts, isStale: Bool, x: Int, y: Int, width: Int, on canvas: inout Canvas
    ) {
        let orphans = facts.programs.filter(\.isOrphan).reduce(0) { $0 + $1.bytes }
        let parts = facts.models.map(\.bytes) + [orphans, max(0, (facts.other ?? 0) - orphans)]
        let columns = MemoryBar.columns(of: parts, total: max(facts.capacity ?? 0, facts.used), width: width)
        var column = x
        for (index, count) in columns.enumerated() {
            let isOrphan = index == facts.models.count
            let isOther = index > facts.models.count
            for _ in 0..<count {
                canvas.sign(
                    isOrphan
                        ? canvas.glyphs.memoryOrphan
                        : isOther ? canvas.glyphs.memoryOther : canvas.glyphs.memory(index), x: column, y: y,
                    role: isStale ? .stale : isOrphan ? .error : isOther ? .otherMemory : MemoryBar.role(index))
                column += 1
            }
        }
        while column < x + width {
            canvas.sign(canvas.glyphs.memoryFree, x: column, y: y, role: .freeMemory)
            column += 1
        }
    }

    /// Draws the GPUs and returns the row after them. One alone leaves a row for the curve; of several, which the first
    /// bar does not tell apart, the curve gives way.
    private static func drawGPUs(
        _ gpus: [GPUReading], _ shares: GPUShares, in area: Rect, on canvas: inout Canvas
    ) -> Int {
        let spare = gpus.count > 1 && area.height <= 2 ? 0 : 1
        let rows = GPULines.rows(of: gpus.count, most: area.height - spare, width: area.width)
        guard rows > 0 else { return area.y }
        GPULines.draw(gpus, shares, in: Rect(x: area.x, y: area.y, width: area.width, height: rows), on: &canvas)
        return area.y + rows
    }

    private static func drawCurve(
        _ history: MemoryHistory, _ facts: MemoryFacts, _ state: DashboardState, in area: Rect, on canvas: inout Canvas
    ) {
        guard !area.isEmpty, area.width > 12 else { return }
        let label = "5 min "
        let width = area.width - label.count
        let values = history.columns(width, now: state.clock)
        let most = Double(facts.capacity ?? max(1, values.compactMap { $0 }.max() ?? 1))
        canvas.text(label, x: area.x, y: area.maxY - 1, width: label.count, role: .muted)
        for (index, value) in values.enumerated() {
            guard let value else { continue }
            let level = Double(value) / max(1, most)
            // A column of the curve goes over as many rows as it needs.
            for row in 0..<area.height {
                let floor = Double(area.height - 1 - row) / Double(area.height)
                let part = (level - floor) * Double(area.height)
                guard part > 0 || row == area.height - 1 else { continue }
                canvas.sign(
                    canvas.glyphs.spark(part), x: area.x + label.count + index, y: area.y + row, role: .spark)
            }
        }
    }

    private static func unknownText(_ state: ServerState) -> String {
        switch state {
        case .connecting, .starting: "not known yet"
        case .ready, .stale, .unreachable: "not known: the server does not answer"
        }
    }
}
