import PromptChainCore

/// Times that run while they are shown: whole seconds, since tenths would only flicker.
enum RunningTime {
    /// Time that has passed: `3s`, `2m05s`.
    static func passed(_ seconds: Double) -> String { text(seconds.rounded(.down)) }

    /// Time that is left, never less than it is.
    static func left(_ seconds: Double) -> String { text(seconds.rounded(.up)) }

    private static func text(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 60 else { return Seconds.text(seconds) }
        return "\(Int(max(0, seconds)))s"
    }
}
