import CellScreen
import PromptChainCore

/// The rows of the dialog that says why it waits: the gravest finding first, each with its age, its evidence, and what
/// helps.
struct WhyPage: Equatable {
    struct Row: Equatable {
        var spans: [Span]
        var indent = 0
        /// The place of the finding that it belongs to.
        var entry: Int?
    }

    private static let labelWidth = 18

    var entries: [VerdictBoard.Entry]
    var rows: [Row] = []
    /// Where the dialog stands, with its border.
    var rect: Rect
    var top = 0
    var selectedIndex: Int?

    var selected: VerdictBoard.Entry? { selectedIndex.map { entries[$0] } }
    /// The rows that have room.
    var height: Int { max(1, rect.height - 2) }
    /// The furthest that it scrolls.
    var lastTop: Int { max(0, rows.count - height) }

    init(_ why: WhyDialog, _ state: DashboardState) {
        entries = state.verdicts.shown
        rect = DialogFrame.reading(in: state.size)
        if !entries.isEmpty {
            selectedIndex = entries.firstIndex { $0.finding.identity == why.selection } ?? 0
        }
        let width = max(10, rect.width - 4)
        let current = Verdict(VerdictFacts(state))
        // The line says what is going on where nothing that was found is graver; a finding that says the same says it
        // with its proof.
        let isSaid = entries.contains { $0.finding.sentence == current.sentence }
        if !isSaid, state.topFinding(over: current) == nil { addState(current, state, width: width) }
        for (index, entry) in entries.enumerated() {
            if !rows.isEmpty { rows.append(Row(spans: [])) }
            add(entry, at: index, state, width: width)
        }
        if rows.count + 2 < rect.height {
            rect = DialogFrame.fitting(rows: rows.count, width: rect.width, in: state.size)
        }
        top = min(max(0, why.top), lastTop)
    }

    /// Where to scroll so that all of the selected finding is seen, or its beginning where it is too long.
    var topShowingSelection: Int {
        let own = rows.indices.filter { rows[$0].entry == selectedIndex }
        guard let selectedIndex, let first = own.first, let last = own.last else { return top }
        if selectedIndex == 0 { return 0 }
        if first < top { return first }
        return min(first, max(top, last - height + 1))
    }

    private mutating func addState(_ verdict: Verdict, _ state: DashboardState, width: Int) {
        for line in TextWrap.lines(of: verdict.sentence, width: width) {
            rows.append(Row(spans: [Span(line, .strong)]))
        }
        for server in state.servers.all {
            let models = server.models.map(\.name.short).joined(separator: ", ")
            let word = server.state == .ready ? (models.isEmpty ? "no model in memory" : models) : server.state.word
            addLabelled(server.name, word, width: width, entry: nil)
        }
        if entries.isEmpty {
            rows.append(Row(spans: []))
            for line in TextWrap.lines(of: "No rule finds anything that is slow, stuck or wrong.", width: width) {
                rows.append(Row(spans: [Span(line, .muted)]))
            }
        }
    }

    private mutating func add(
        _ entry: VerdictBoard.Entry, at index: Int, _ state: DashboardState, width: Int
    ) {
        let finding = entry.finding
        let isSelected = index == selectedIndex
        let glyphs = Glyphs(isASCII: state.isASCII)
        let (sign, role): (Character, ThemeRole) =
            finding.severity == .failed
            ? (glyphs.failed, .error)
            : (glyphs.attention, finding.severity == .attention ? .warning : .info)
        for (place, line) in TextWrap.lines(of: finding.sentence, width: width - 4).enumerated() {
            let mark = place == 0 ? [Span(isSelected ? glyphs.selected : " ", .accent), Span("\(sign) ", role)] : []
            rows.append(
                Row(
                    spans: mark + [Span(line, isSelected ? .strong : .text)], indent: place == 0 ? 0 : 3, entry: index))
        }
        let age = RunningTime.passed(max(0, state.clock - entry.since))
        let held = entry.holds ? "for \(age)" : "not any more, since \(RunningTime.passed(state.clock - entry.heldAt))"
        addLabelled("holds", held, width: width, entry: index)
        for evidence in finding.evidence {
            addLabelled(evidence.label, Self.text(evidence, state), width: width, entry: index)
        }
        if let help = finding.help, help.isCommand || !(help.changes && state.isReadOnly) {
            addLabelled("helps", help.text, width: width, entry: index, role: .key)
        }
    }

    private static func text(_ evidence: Finding.Evidence, _ state: DashboardState) -> String {
        let time = evidence.time.map { ClockText.time($0, utcOffset: state.utcOffset) }
        let value = [evidence.value, time ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        return "\(value)  (\(evidence.source))"
    }

    private mutating func addLabelled(
        _ label: String, _ text: String, width: Int, entry: Int?, role: ThemeRole = .text
    ) {
        let indent = 3
        let name = DisplayWidth.truncate(label, to: Self.labelWidth - 1)
        let padding = String(repeating: " ", count: max(1, Self.labelWidth - DisplayWidth.columns(of: name)))
        for (place, line) in TextWrap.lines(of: text, width: max(8, width - indent - Self.labelWidth)).enumerated() {
            let head =
                place == 0
                ? Span(name + padding, .muted) : Span(String(repeating: " ", count: Self.labelWidth), .muted)
            rows.append(Row(spans: [head, Span(line, role)], indent: indent, entry: entry))
        }
    }
}

/// Draws the dialog that says why it waits.
enum WhyView {
    static func draw(_ why: WhyDialog, _ state: DashboardState, on canvas: inout Canvas) {
        let page = WhyPage(why, state)
        var keys = [("Esc", "closes")]
        if !page.entries.isEmpty { keys = [("j k", "next"), ("Enter", "goes there"), ("L", "to the log")] + keys }
        let inside = DialogView.frame(page.rect, title: "Why", keys: keys, on: &canvas)
        for (offset, row) in page.rows.dropFirst(page.top).prefix(inside.height).enumerated() {
            canvas.spans(
                row.spans, x: inside.x + row.indent, y: inside.y + offset, width: inside.width - row.indent)
        }
        ReadingView.drawMore(
            last: page.top + inside.height, count: page.rows.count, rect: page.rect, on: &canvas)
    }
}
