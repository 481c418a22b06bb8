/// Keeps the rows of the texts in view broken for the width that there is, so that drawing has nothing to do.
enum LayoutUpdate {
    static func wrap(_ state: inout DashboardState) {
        let layout = state.layout
        let logWidth = LogColumns(width: layout.content(of: .log).width).message
        wrap(&state.log.text, &state.log.scroll, to: logWidth)

        SentPrompt.keep(&state)
        let outputWidth = layout.content(of: .output).width - 1
        guard let step = state.outputStep, state.run?.step(step) != nil else { return }
        let place = state.run?.steps[step - 1].text.row(state.outputScroll.top ?? 0)
        guard state.run?.steps[step - 1].text.width != outputWidth, outputWidth > 0 else { return }
        state.run?.steps[step - 1].text.wrap(to: outputWidth)
        if state.sentPrompt == nil, let text = state.shownText { state.outputScroll.keep(place, in: text) }
    }

    private static func wrap(_ text: inout TextBuffer, _ scroll: inout ScrollState, to width: Int) {
        guard width > 0, text.width != width else { return }
        let place = text.row(scroll.top ?? 0)
        text.wrap(to: width)
        scroll.keep(place, in: text)
    }
}
