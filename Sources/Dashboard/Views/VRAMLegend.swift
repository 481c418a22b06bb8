import CellScreen
import PromptChainCore

/// Names what the parts of the memory bar are.
enum VRAMLegend {
    /// A part that is no model's.
    private struct Other {
        var name: String
        var bytes: Int64
        var isOrphan = false

        var role: ThemeRole { isOrphan ? .error : .otherMemory }

        func sign(_ canvas: Canvas) -> Character {
            isOrphan ? canvas.glyphs.memoryOrphan : canvas.glyphs.memoryOther
        }
    }

    /// What the server tells and what the driver reads, when the two are far apart.
    private static func discrepancy(_ facts: MemoryFacts, _ canvas: Canvas, isShort: Bool = false) -> [Span]? {
        guard let (told, measured) = facts.discrepancy else { return nil }
        let percent = Count.whole(Double(measured - told) / Double(told) * 100)
        let figure = "measured \(ByteCount.gib(measured)) (\(percent > 0 ? "+" : "")\(percent)%)"
        let text = isShort ? figure : "the server tells \(ByteCount.gib(told)) of its models, \(figure)"
        return [Span("\(canvas.glyphs.attention) ", .warning), Span(text, .warning)]
    }

    /// What holds memory beside the models: programs by name and number where the driver tells them, and the rest.
    /// - Parameter most: how many programs are named; the others are counted.
    private static func others(_ facts: MemoryFacts, most: Int) -> [Other] {
        guard let other = facts.other, other > 0 else { return [] }
        let isFull = facts.programs.count > most
        let programs = facts.programs.filter(\.isOrphan) + facts.programs.filter { !$0.isOrphan }
        let named = programs.prefix(isFull ? most - 1 : most)
        var parts = named.map {
            Other(name: ($0.isOrphan ? "orphan " : "") + $0.title, bytes: $0.bytes, isOrphan: $0.isOrphan)
        }
        if isFull {
            let left = programs.dropFirst(most - 1)
            parts.append(Other(name: Count.text(left.count, "program"), bytes: ByteCount.sum(left.map(\.bytes))))
        }
        if facts.rest > 0 {
            parts.append(Other(name: facts.isAttributed ? "unaccounted" : "other", bytes: facts.rest))
        }
        return parts
    }

    /// Sign, name and amount of every part, as many a line as fit.
    static func lines(_ facts: MemoryFacts, isStale: Bool, width: Int, _ canvas: Canvas) -> [[Span]] {
        var entries = facts.models.enumerated().map { index, part in
            [
                Span("\(canvas.glyphs.memory(index)) ", isStale ? .stale : MemoryBar.role(index)),
                Span(shortName(part.name), isStale ? .stale : .text),
                Span(" \(ByteCount.gib(part.bytes))", .muted),
            ]
        }
        for other in others(facts, most: 2) {
            entries.append([
                Span("\(other.sign(canvas)) ", other.role), Span(other.name, other.isOrphan ? .error : .text),
                Span(" \(ByteCount.gib(other.bytes))", .muted),
            ])
        }
        if let doubt = discrepancy(facts, canvas, isShort: true) { entries.append(doubt) }
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
    /// - Parameter known: what the memory of models consists of, as far as it is known.
    static func list(
        _ facts: MemoryFacts, _ known: [ModelName: MemoryParts], isStale: Bool, width: Int, _ canvas: Canvas
    ) -> [[Span]]? {
        guard !facts.models.isEmpty else { return nil }
        let details: [String?] = facts.models.map { part in known[part.name].map(\.words) }
        var parts = facts.models.enumerated().map { index, part in
            (canvas.glyphs.memory(index), isStale ? .stale : MemoryBar.role(index), part.name.short, part.bytes)
        }
        for other in others(facts, most: 4) {
            parts.append((other.sign(canvas), other.role, other.name, other.bytes))
        }
        let longest = min(width - 24, parts.map { DisplayWidth.columns(of: $0.2) }.max() ?? 0)
        let doubt = discrepancy(facts, canvas).map { [$0] } ?? []
        return doubt
            + parts.enumerated().map { index, part in
                let (sign, role, name, bytes) = part
                let shown = DisplayWidth.truncate(name, to: longest)
                let amount = ByteCount.text(bytes)
                let blanks = longest - DisplayWidth.columns(of: shown) + max(0, 9 - amount.count) + 2
                var spans = [
                    Span("\(sign) ", role), Span(shown, .text),
                    Span(String(repeating: " ", count: blanks) + amount, .text),
                ]
                if let capacity = facts.capacity, capacity > 0 {
                    let percent = "\(Count.whole(Double(bytes) / Double(capacity) * 100))%"
                    spans.append(Span(String(repeating: " ", count: max(1, 6 - percent.count)) + percent, .muted))
                }
                if index < details.count, let detail = details[index],
                    canvas.columns(of: spans) + 3 + DisplayWidth.columns(of: detail) <= width
                {
                    spans.append(Span("   " + detail, .faint))
                }
                return spans
            }
    }

    /// The name without its tag, which the table has.
    private static func shortName(_ name: ModelName) -> String {
        name.short.split(separator: "/").last?.split(separator: ":").first.map(String.init) ?? name.short
    }
}
