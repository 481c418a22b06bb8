import PromptChainCore

/// A tool that a step's model has asked for.
struct ToolCallState: Equatable, Sendable {
    /// Calls kept of one step.
    static let limit = 100

    var use: ChainEvent.ToolUse
    /// Seconds since 1970.
    var startedAt: Double
    /// How long it took; `nil` while it is under way.
    var seconds: Double?
    var isError = false
    /// What the model was told, cut.
    var output = ""

    /// `server/tool`.
    var name: String { use.server.isEmpty ? use.tool : "\(use.server)/\(use.tool)" }

    /// How it went, in few words.
    var outcome: String {
        guard let seconds else { return "not answered yet" }
        guard isError else { return Seconds.text(seconds) }
        let reason = output.split(whereSeparator: \.isNewline).first ?? "no reason given"
        return "failed after \(Seconds.text(seconds)): \(reason.prefix(200))"
    }

    /// What it is asked, in few letters.
    var question: String {
        guard use.arguments != .object([:]), use.arguments != .null else { return "" }
        let text = JSONText.line(use.arguments)
        return text.count > 120 ? String(text.prefix(119)) + "…" : text
    }
}
