import PromptChainCore

/// Says what a model is doing.
enum PhaseText {
    /// For the UNTIL column: at most ten columns.
    static func short(_ phase: ModelRow.Phase) -> String {
        switch phase {
        case .loading: "loading"
        case .unloading: "unloading…"
        case .reading: "reading"
        case .generating: "generating"
        case .thinking: "thinking"
        case .readingFor(let tokens): tokens.map { "read \(Count.tokens($0))" } ?? "reading"
        case .generatingFor(let tokens): tokens.map { "\(Count.tokens($0)) tok" } ?? "generating"
        case .busy: "busy"
        case .pinned: "pinned"
        case .idle(let seconds): RunningTime.left(seconds)
        case .unknown: ""
        }
    }

    /// For details, in words.
    static func long(_ phase: ModelRow.Phase) -> String? {
        switch phase {
        case .loading(let seconds, _, _, _): "loading for \(RunningTime.passed(seconds))"
        case .unloading(let seconds):
            "unloading for \(RunningTime.passed(seconds)); it goes when its last answer is written"
        case .reading: "reads a prompt of our run"
        case .generating: "writes for our run"
        case .thinking: "thinks for our run"
        case .readingFor(let tokens):
            "reads a prompt" + (tokens.map { ", \(Count.text($0, "token")) until now" } ?? "")
        case .generatingFor(let tokens):
            "writes an answer" + (tokens.map { ", \(Count.text($0, "token")) until now" } ?? "")
        case .busy: "in use by somebody: it is past its time and still there"
        case .pinned: "pinned: it stays until somebody unloads it"
        case .idle(let seconds): "idle, leaves in \(RunningTime.left(seconds)) unless it is used"
        case .unknown: nil
        }
    }

    static func role(_ phase: ModelRow.Phase) -> ThemeRole {
        switch phase {
        case .loading, .unloading, .reading, .generating, .thinking, .readingFor, .generatingFor: .busy
        case .busy: .warning
        case .pinned: .info
        case .idle, .unknown: .muted
        }
    }
}
