/// Moving in the pane that has the focus.
enum MoveUpdate {
    static func perform(_ action: KeyAction, _ state: inout DashboardState) {
        switch state.focus {
        case .models: ModelTableUpdate.move(action, &state)
        case .chain: ChainUpdate.move(action, &state)
        case .output:
            guard let text = state.shownText else { return }
            scroll(&state.outputScroll, action, in: text, height: state.layout.content(of: .output).height)
        case .log:
            let height = state.layout.content(of: .log).height
            switch action {
            case .first: state.log.goToFirst(height: height)
            case .last: state.log.followEnd()
            default: scroll(&state.log.scroll, action, in: state.log.text, height: height)
            }
        case .residency: ResidencyUpdate.perform(action, &state)
        case .vram: break
        }
    }

    /// Moves a text by rows, down when positive.
    static func scroll(_ pane: PaneID, by rows: Int, _ state: inout DashboardState) {
        let height = state.layout.content(of: pane).height
        if pane == .output, let text = state.shownText {
            state.outputScroll.move(by: rows, in: text, height: height)
        } else if pane == .log {
            state.log.scroll.move(by: rows, in: state.log.text, height: height)
        }
    }

    private static func scroll(
        _ scroll: inout ScrollState, _ action: KeyAction, in text: TextBuffer, height: Int
    ) {
        switch action {
        case .up: scroll.move(by: -1, in: text, height: height)
        case .down: scroll.move(by: 1, in: text, height: height)
        case .pageUp: scroll.move(by: -max(1, height - 1), in: text, height: height)
        case .pageDown: scroll.move(by: max(1, height - 1), in: text, height: height)
        case .first: scroll.go(to: text.firstRow, in: text, height: height)
        case .last: scroll.follow()
        default: break
        }
    }
}

/// Moving a selection in a list.
enum ListMove {
    /// The place after a move; the first one when nothing is selected yet.
    static func index(after action: KeyAction, from index: Int?, count: Int, page: Int) -> Int? {
        guard count > 0 else { return nil }
        let now = index ?? 0
        let next =
            switch action {
            case .up: now - 1
            case .down: index == nil ? 0 : now + 1
            case .pageUp: now - max(1, page)
            case .pageDown: now + max(1, page)
            case .first: 0
            case .last: count - 1
            default: now
            }
        return min(max(0, next), count - 1)
    }
}
