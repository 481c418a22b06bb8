import CellScreen
import PromptChainCore

/// The steps of a run: what each is doing, what it waits for, and where its time went.
enum ChainView {
    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard rect.width > 6, rect.height > 0 else { return }
        guard let run = state.run else {
            drawIdle(state, in: rect, on: &canvas)
            return
        }
        let summary = ChainLines.summary(of: run, width: rect.width - 2)
        let room = rect.height - (summary.count < rect.height - 2 ? summary.count : 0)
        let current = (state.shownStep ?? run.activeStep ?? run.currentStep).map { $0 - 1 } ?? 0
        // Steps further away than the pane is high cannot be seen, and a chain may have thousands.
        let first = max(0, min(current, run.steps.count - 1) - room)
        let inSight = first..<max(first, min(run.steps.count, current + room + 1))
        let widest = run.steps[inSight].map { DisplayWidth.columns(of: $0.name) }.max() ?? 0
        let blocks = inSight.map { index in
            ChainLines.block(
                for: index + 1, of: run, state, width: rect.width, widestName: widest, glyphs: canvas.glyphs)
        }
        let lines = ChainLines.fit(blocks, current: current - first, height: room)
        for (offset, line) in lines.prefix(room).enumerated() {
            canvas.spans(line.spans, x: rect.x, y: rect.y + offset, width: rect.width)
            if !line.trailing.isEmpty {
                let columns = canvas.columns(of: line.trailing)
                canvas.spans(line.trailing, x: rect.maxX - 1 - columns, y: rect.y + offset, width: columns)
            }
            if line.isSelected, state.shownStep != nil || state.focus == .chain {
                let row = Rect(x: rect.x, y: rect.y + offset, width: rect.width, height: 1)
                if state.focus == .chain {
                    canvas.sign(canvas.glyphs.selected, x: rect.x, y: rect.y + offset, role: .accent)
                }
                canvas.highlight(row, role: state.focus == .chain ? .selection : .selectionUnfocused)
            }
        }
        guard room < rect.height else { return }
        for (offset, line) in summary.enumerated() {
            canvas.spans(line, x: rect.x + 1, y: rect.maxY - summary.count + offset, width: rect.width - 1)
        }
    }

    private static func drawIdle(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        let text: [Span]
        if state.viewed != nil {
            text = [Span("no chain that is known here ran then", .faint)]
        } else if let title = state.chainTitle {
            text = [Span(title, .strong), Span(" is starting", .muted)]
        } else if state.feed != nil {
            text = [Span("no chain has begun", .faint)]
        } else if state.isReadOnly {
            text = [Span("no chain has run", .faint)]
        } else {
            text = [Span(state.keys.key(of: .run), .key), Span(" runs a chain", .muted)]
        }
        canvas.spans(text, x: rect.x + 1, y: rect.y, width: rect.width - 1)
    }
}
