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
        drawBar(facts, name: hasName ? server.name : nil, isStale: isStale, in: area, on: &canvas)
        y += 1
        let end = area.maxY - later
        guard y < end else { return y - area.y }
        // One server: every name, then the curve; several: bars and names, the curve where there is room.
        let list =
            end - y >= facts.models.count + 4 ? listLines(facts, isStale: isStale, width: area.width, canvas) : nil
        let legend = list ?? legendLines(facts, isStale: isStale, width: area.width, canvas)
        for line in legend.prefix(hasName ? 1 : max(1, end - y - 1)) where y < end {
            canvas.spans(line, x: area.x, y: y, width: area.width)
            y += 1
        }
        guard !hasName || end - y > 2 else { return y - area.y }
        y = drawGPUs(snapshot.gpus, in: Rect(x: area.x, y: y, width: area.width, height: end - y), on: &canvas)
        guard y < end else { return y - area.y }
        let gap = end - y >= 4 ? 1 : 0
        let curve = Rect(x: area.x, y: y + gap, width: area.width, height: min(end - y - gap, 8))
        drawCurve(server.memory, facts, state, in: curve, on: &canvas)
        return curve.maxY - area.y
    }

    private static func drawBar(
        _ facts: MemoryFacts, name: String?, isStale: Bool, in area: Rect, on canvas: inout Canvas
    ) {
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
            if let free { tail.append(Span(free, isStale ? .stale : .strong)) }
        } else {
            tail = [
                Span("\(ByteCount.text(facts.used)) used", isStale ? .stale : .strong),
                Span(", capacity unknown", .muted),
            ]
        }
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
        let parts = facts.models.map(\.bytes) + [facts.other ?? 0]
        let columns = MemoryBar.columns(of: parts, total: max(facts.capacity ?? 0, facts.used), width: width)
        var column = x
        for (index, count) in columns.enumerated() {
            let isOther = index == facts.models.count
            for _ in 0..<count {
                canvas.sign(
                    isOther ? canvas.glyphs.memoryOther : canvas.glyphs.memory(index), x: column, y: y,
                    role: isStale ? .stale : isOther ? .otherMemory : MemoryBar.role(index))
                column += 1
            }
        }
        while column < x + width {
            canvas.sign(canvas.glyphs.memoryFree, x: column, y: y, role: .freeMemory)
            column += 1
        }
    }

    /// What holds memory beside the models: programs by name and number where the driver tells them, and the rest.
    /// - Parameter most: how many programs are named; the others are counted.
    private static func others(_ facts: MemoryFacts, most: Int) -> [(name: String, bytes: Int64)] {
        guard let other = facts.other, other > 0 else { return [] }
        let isFull = facts.programs.count > most
        let named = facts.programs.prefix(isFull ? most - 1 : most)
        var parts = named.map { ($0.title, $0.bytes) }
        if isFull {
            let left = facts.programs.dropFirst(most - 1)
            parts.append((Count.text(left.count, "program"), ByteCount.sum(left.map(\.bytes))))
        }
        if facts.rest > 0 { parts.append(("other", facts.rest)) }
        return parts
    }

    /// Sign, name and amount of every part, as many a line as fit.
    private static func legendLines(_ facts: MemoryFacts, isStale: Bool, width: Int, _ canvas: Canvas) -> [[Span]] {
        var entries = facts.models.enumerated().map { index, part in
            [
                Span("\(canvas.glyphs.memory(index)) ", isStale ? .stale : MemoryBar.role(index)),
                Span(shortName(part.name), isStale ? .stale : .text),
                Span(" \(ByteCount.gib(part.bytes))", .muted),
            ]
        }
        for (name, bytes) in others(facts, most: 2) {
            entries.append([
                Span("\(canvas.glyphs.memoryOther) ", .otherMemory), Span(name, .text),
                Span(" \(ByteCount.gib(bytes))", .muted),
            ])
        }
        if entries.isEmpty { return [[Span("no model holds memory", .faint)]] }
        var lines: [[Span]] = [[]]
        for entry in entries {
            let last = lines[lines.count - 1]
            let longer = last.isEmpty ? entry : last + [Span("  ")] + entry
            if canvas.columns(of: longer) > width, !last.isEmpty {
                lines.append(entry)
            } else {
                lines[lines.count - 1] = longer
            }
        }
        return lines
    }

    /// One part a line, with its share, where there is room for that.
    private static func listLines(_ facts: MemoryFacts, isStale: Bool, width: Int, _ canvas: Canvas) -> [[Span]]? {
        guard !facts.models.isEmpty else { return nil }
        var parts = facts.models.enumerated().map { index, part in
            (canvas.glyphs.memory(index), isStale ? .stale : MemoryBar.role(index), part.name.short, part.bytes)
        }
        for (name, bytes) in others(facts, most: 4) {
            parts.append((canvas.glyphs.memoryOther, .otherMemory, name, bytes))
        }
        let longest = min(width - 24, parts.map { DisplayWidth.columns(of: $0.2) }.max() ?? 0)
        return parts.map { sign, role, name, bytes in
            let shown = DisplayWidth.truncate(name, to: longest)
            let amount = ByteCount.text(bytes)
            let blanks = longest - DisplayWidth.columns(of: shown) + max(0, 9 - amount.count) + 2
            var spans = [
                Span("\(sign) ", role), Span(shown, .text), Span(String(repeating: " ", count: blanks) + amount, .text),
            ]
            if let capacity = facts.capacity, capacity > 0 {
                let percent = "\(Count.whole(Double(bytes) / Double(capacity) * 100))%"
                spans.append(Span(String(repeating: " ", count: max(1, 6 - percent.count)) + percent, .muted))
            }
            return spans
        }
    }

    /// The name without its tag, which the table has.
    private static func shortName(_ name: ModelName) -> String {
        name.short.split(separator: "/").last?.split(separator: ":").first.map(String.init) ?? name.short
    }

    /// Draws the GPUs and returns the row after them. One alone leaves a row for the curve; of several, which the first
    /// bar does not tell apart, the curve gives way.
    private static func drawGPUs(_ gpus: [GPUReading], in area: Rect, on canvas: inout Canvas) -> Int {
        let spare = gpus.count > 1 && area.height <= 2 ? 0 : 1
        let rows = GPULines.rows(of: gpus.count, most: area.height - spare, width: area.width)
        guard rows > 0 else { return area.y }
        GPULines.draw(gpus, in: Rect(x: area.x, y: area.y, width: area.width, height: rows), on: &canvas)
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
