import CellScreen
import PromptChainCore

/// The line under the header.
enum VerdictView {
    static func draw(_ state: DashboardState, in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let verdict = state.verdict
        let (sign, role): (Character, ThemeRole) =
            switch verdict.sign {
            case .fine: (canvas.glyphs.ready, .good)
            case .busy: (canvas.glyphs.spinner(at: state.uptime), .busy)
            case .attention: (canvas.glyphs.attention, .warning)
            case .failed: (canvas.glyphs.failed, .error)
            case .done: (canvas.glyphs.done, .good)
            case .idle: (canvas.glyphs.waiting, .muted)
            }
        canvas.sign(sign, x: rect.x + 1, y: rect.y, role: role)
        var width = rect.width - 4
        // The key that says more, where there is something to say.
        let why: [Span] = [Span(state.keys.key(of: .why), .key), Span(" why", .keyLabel)]
        let columns = canvas.columns(of: why)
        if verdict.sign == .attention || verdict.sign == .failed, width > 3 * columns {
            width -= columns + 2
            canvas.spans(why, x: rect.maxX - 1 - columns, y: rect.y, width: columns)
        }
        canvas.text(
            verdict.sentence(within: width), x: rect.x + 3, y: rect.y, width: width,
            role: verdict.sign == .idle ? .muted : verdict.sign == .failed ? .error : .strong)
    }
}
