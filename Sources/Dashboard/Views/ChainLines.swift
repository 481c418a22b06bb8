import CellScreen
import PromptChainCore

/// One line of the chain pane.
struct ChainLine: Equatable {
    var spans: [Span]
    /// What stands at the right edge.
    var trailing: [Span] = []
    /// Whether it is the first line of the step that is selected.
    var isSelected = false
}

/// The lines of the chain pane, from a run.
enum ChainLines {
    /// The lines of one step, the first of which can stand alone.
    static func block(
        for number: Int, of run: LiveRun, _ state: DashboardState, width: Int, widestName: Int, glyphs: Glyphs
    ) -> [ChainLine] {
        guard let step = run.step(number) else { return [] }
        let isActive = run.isRunning && number == run.activeStep
        let (sign, role) = mark(of: step, isActive: isActive, glyphs)
        let isPast = step.status == .waiting && !isActive
        var head = ChainLine(spans: [
            Span(" \(sign) ", role), Span("\(number) ", isPast ? .faint : .muted),
            Span(step.name, isActive ? .strong : isPast ? .muted : .text),
        ])
        head.isSelected = number == (state.shownStep ?? run.activeStep ?? run.currentStep)
        if let seconds = step.seconds(at: state.clock) {
            head.trailing = [Span(step.isRunning ? RunningTime.passed(seconds) : Seconds.text(seconds), .muted)]
        }
        let model = step.model?.short ?? "command"
        let inOneLine = width >= 46
        if inOneLine {
            let nameWidth = min(width / 2 - 5, max(16, widestName))
            let used = DisplayWidth.columns(of: step.name)
            if used > nameWidth { head.spans[2].text = DisplayWidth.truncate(step.name, to: nameWidth) }
            head.spans.append(Span(String(repeating: " ", count: max(0, nameWidth - used) + 2), .text))
            head.spans.append(Span(model, isPast ? .faint : .muted))
        } else {
            let room = width - 6 - head.trailing.reduce(0) { $0 + $1.text.count + 1 }
            head.spans[2].text = DisplayWidth.truncate(step.name, to: room)
        }
        var lines = [head]
        if !inOneLine { lines.append(ChainLine(spans: [Span("     \(model)", isPast ? .faint : .muted)])) }
        let detail = StepText.detail(of: step, number: number, in: run, at: state.clock, width: width - 6)
        for (text, role) in detail { lines.append(ChainLine(spans: [Span("     \(text)", role)])) }
        if let result = step.result, step.status == .done, let first = detail.first?.0 {
            let room = width - 6 - DisplayWidth.columns(of: first)
            let index = lines.count - detail.count
            if room >= StepText.barRoom { lines[index].trailing = bar(of: result, columns: min(room - 2, 20), glyphs) }
        }
        return lines
    }

    /// Where a step's time went, as a bar: loading, waiting for the first token, writing.
    private static func bar(of result: ChainEvent.StepResult, columns: Int, _ glyphs: Glyphs) -> [Span] {
        guard let shares = StepText.shares(of: result, columns: columns) else { return [] }
        let signs: [(Character, ThemeRole)] = [
            (glyphs.residency(.loading), .busy), (glyphs.waiting, .muted), (glyphs.residency(.generating), .good),
        ]
        return zip(signs, shares).compactMap { sign, count in
            count > 0 ? Span(String(repeating: sign.0, count: count), sign.1) : nil
        }
    }

    /// As much of every step as there is room for, around the current one: details of the others go first, then whole
    /// steps at both ends.
    static func fit(_ blocks: [[ChainLine]], current: Int, height: Int) -> [ChainLine] {
        guard height > 0, !blocks.isEmpty else { return [] }
        let total = blocks.reduce(0) { $0 + $1.count }
        if total + blocks.count - 1 <= height, total > blocks.count {
            // Air between the steps, where there is room.
            return Array(blocks.map { $0 }.joined(separator: [ChainLine(spans: [])]))
        }
        if total <= height { return blocks.flatMap { $0 } }
        let place = min(max(0, current), blocks.count - 1)
        var counts = blocks.indices.map { $0 == place ? blocks[$0].count : 1 }
        var used = counts.reduce(0, +)
        // What is left goes to the steps nearest to the current one.
        for distance in 1..<max(2, blocks.count) {
            for index in [place + distance, place - distance] where blocks.indices.contains(index) {
                let more = blocks[index].count - 1
                guard used + more <= height else { continue }
                counts[index] += more
                used += more
            }
        }
        let lines = blocks.indices.flatMap { Array(blocks[$0].prefix(counts[$0])) }
        let start = counts[..<place].reduce(0, +)
        let center = start + counts[place] / 2
        let top = min(max(0, center - height / 2), max(0, lines.count - height))
        return Array(lines[min(top, start)...].prefix(height))
    }

    /// What a run that is over was like.
    static func summary(of run: LiveRun, width: Int) -> [[Span]] {
        guard let result = run.result else { return [] }
        let role: ThemeRole =
            switch result.status {
            case .completed: .good
            case .failed: .error
            case .broken, .cancelled: .warning
            }
        let word = result.status == .completed ? "done" : result.status.rawValue
        let seconds = result.seconds > 0 ? result.seconds : run.seconds(at: run.startedAt)
        var lines: [[Span]] = [
            [
                Span("\(word) in \(Seconds.clock(seconds))", role),
                Span(", \(Seconds.text(result.stallSeconds)) stalled", .muted),
            ]
        ]
        guard let peak = result.peakVRAMBytes else { return lines }
        var line = [Span("VRAM peak \(ByteCount.gib(peak))", .text)]
        if let sum = result.sumVRAMBytes, sum > peak {
            line.append(Span(" of \(ByteCount.text(sum))", .muted))
            if width >= 44 { line.append(Span(" for all its models", .muted)) }
        } else {
            line.append(Span(" GiB", .muted))
        }
        lines.append(line)
        if let final = result.finalVRAMBytes, final > 0 {
            lines.append([Span("\(ByteCount.text(final)) left in memory", .warning)])
        }
        return lines
    }

    private static func mark(of step: StepState, isActive: Bool, _ glyphs: Glyphs) -> (Character, ThemeRole) {
        switch step.status {
        case .waiting: isActive ? (glyphs.running, .busy) : (glyphs.waiting, .faint)
        case .running: (glyphs.running, .busy)
        case .done: (glyphs.done, .good)
        case .failed: (glyphs.failed, .error)
        case .broken: (glyphs.attention, .warning)
        case .cancelled: (glyphs.stopped, .warning)
        case .skipped: (glyphs.dash, .faint)
        case .recorded: (glyphs.done, .muted)
        }
    }
}
