import CellScreen
import PromptChainCore

/// What a load would do, under the list of models to choose from.
enum LoadPlanView {
    static func draw(_ picker: PickerDialog, _ state: DashboardState, in area: Rect, on canvas: inout Canvas) {
        guard area.height > 0 else { return }
        let identity = PickerItems.model(in: picker, state)
        let lines = [choices(picker, identity, state, canvas)] + notes(picker, identity, state, canvas)
        for (offset, line) in lines.prefix(area.height).enumerated() {
            canvas.spans(line, x: area.x, y: area.y + offset, width: area.width)
        }
    }

    private static func choices(
        _ picker: PickerDialog, _ identity: ModelIdentity?, _ state: DashboardState, _ canvas: Canvas
    ) -> [Span] {
        let context = identity.flatMap { picker.context(for: $0, in: state) }.map { Count.tokens($0) }
        let shown = picker.contextIndex < 0 ? "what fits" + (context.map { ": \($0)" } ?? "") : context
        return [
            Span("context ", .muted), Span(canvas.glyphs.isASCII ? "< " : "◂ ", .key),
            Span(shown ?? "as the server has it", .accent), Span(canvas.glyphs.isASCII ? " >" : " ▸", .key),
            Span("   keep-alive ", .muted), Span("Tab ", .key),
            Span(PickerDialog.keepAlives[picker.keepIndex].name, .accent),
        ]
    }

    private static func notes(
        _ picker: PickerDialog, _ identity: ModelIdentity?, _ state: DashboardState, _ canvas: Canvas
    ) -> [[Span]] {
        guard let identity else { return [] }
        if identity.model.isCloud { return [[Span("runs in the cloud: it takes no memory here", .muted)]] }
        guard let outlook = state.outlooks[identity] else { return [[Span("asking what it takes…", .muted)]] }
        let context = picker.context(for: identity, in: state)
        guard let plan = LoadPlan(identity, context: context, in: state) else {
            let reason = outlook.reason.map { ": \($0)" } ?? ": the server does not tell its shape"
            return [[Span("what it takes is not known\(reason)", .muted)]]
        }
        let (text, role) = plan.fitText
        let sign =
            role == .good ? canvas.glyphs.done : role == .warning ? canvas.glyphs.attention : canvas.glyphs.waiting
        return [[Span(plan.needText, .text)], [Span("\(sign) ", role), Span(text, role)]]
            + (plan.largestText.map { [[Span($0, .muted)]] } ?? [])
    }
}

extension PickerDialog {
    /// Rows under the list, beside the one that has the choices.
    var noteRows: Int { purpose == .load ? 3 : 0 }
}
