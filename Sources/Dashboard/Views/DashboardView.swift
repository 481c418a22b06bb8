import CellScreen

/// Draws everything, from back to front: header and verdict, panes, keys, a notice, dialogs.
enum DashboardView {
    static func draw(_ live: DashboardState, into buffer: inout CellBuffer) {
        let state = live.shown
        let glyphs = Glyphs(isASCII: state.isASCII)
        let size = buffer.size
        var canvas = Canvas(taking: &buffer, theme: state.shownTheme, glyphs: glyphs)
        let layout = DashboardLayout(size: size, zoomed: state.isZoomed, focus: state.focus, choice: state.panes)
        if layout.isTooSmall {
            TooSmallView.draw(state, on: &canvas)
        } else {
            HeaderView.draw(state, in: layout.header, on: &canvas)
            VerdictView.draw(state, in: layout.verdict, on: &canvas)
            drawPanes(state, live, layout, on: &canvas)
            FooterView.draw(state, in: layout.footer, on: &canvas)
            NoticeView.draw(state, above: layout.footer, on: &canvas)
            if let dialog = state.dialogs.last { DialogView.draw(dialog, state, on: &canvas) }
        }
        buffer = canvas.buffer
    }

    private static func drawPanes(
        _ state: DashboardState, _ live: DashboardState, _ layout: DashboardLayout, on canvas: inout Canvas
    ) {
        var grid = BorderGrid(size: layout.size)
        for pane in PaneID.allCases {
            if let rect = layout.panes[pane] { grid.add(rect, focused: pane == state.focus) }
        }
        grid.draw(on: &canvas)
        for pane in PaneID.allCases {
            guard let rect = layout.panes[pane] else { continue }
            let content = layout.content(of: pane)
            PaneTitle.draw(pane, in: rect, pane == .residency ? live : state, on: &canvas)
            switch pane {
            case .models: ModelTableView.draw(state, in: content, on: &canvas)
            case .vram: VRAMView.draw(state, in: content, on: &canvas)
            case .residency: ResidencyView.draw(live, in: content, on: &canvas)
            case .chain: ChainView.draw(state, in: content, on: &canvas)
            case .output: OutputView.draw(state, in: content, on: &canvas)
            case .log: LogView.draw(state, in: content, on: &canvas)
            }
        }
    }
}

/// What is shown where nothing fits.
enum TooSmallView {
    static func draw(_ state: DashboardState, on canvas: inout Canvas) {
        let size = canvas.buffer.size
        let least = DashboardLayout.smallest
        let verdict = state.verdict
        let lines = TextWrap.lines(
            of: "\(verdict.text)\ntoo small: \(least.width)x\(least.height) is the least", width: max(1, size.width))
        for (y, line) in lines.prefix(size.height).enumerated() {
            canvas.text(line, x: 0, y: y, width: size.width, role: y == 0 ? .strong : .muted)
        }
    }
}
